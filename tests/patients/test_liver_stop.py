"""A confirmed rise of the liver tests: held, kept held while it is only better, given again lower, tests close again."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from guidelines.engine.planned import Weekday
from patients import actions
from patients.care_plan import CarePlan
from patients.deciding import decision_for, draft_for
from patients.drafting import CurrentDrug
from patients.models import AlertKind, AlertOutcome, MonitoringTask, ResultAlert
from patients.outputs.html import checked_text
from patients.rederiving import rederive
from tests.patients.course_samples import Course, given
from tests.patients.draft_parts import places
from tests.patients.plan_samples import decision_of, drafted

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("shipped guideline")]
FIRST = date(2026, 1, 5)
METHOTREXATE = {"option": "S2-methotrexate", "amounts": {"methotrexate": "25", "prednisone": "40", "folic_acid": "1"}, "weekdays": {"methotrexate": "tuesday"}, "taking": {"hydroxychloroquine": "stop"}}  # fmt: skip


@pytest.fixture
def course(shipped: Any) -> Course:
    """On methotrexate 25 mg since the first day, with normal results."""
    found = Course(*shipped, first_day=FIRST)
    found.visit(0, step="S1", since=-100, response="inadequate", choices=METHOTREXATE)
    return found


def close_tests(of: Course) -> list[tuple[date, date]]:
    rows = MonitoringTask.objects.open().filter(patient=of.patient, item_key__startswith="MON-MTX-EARLY")
    return [(row.opens_on, row.overdue_after_on) for row in rows]


def held(course: Course) -> Course:
    course.results(14, alt="150")
    assert course.open_alerts() == {"MTX-W-LFT3U": AlertKind.ABNORMAL}
    course.results(21, alt="160")
    assert course.open_alerts() == {"MTX-B-LFT3": AlertKind.ABNORMAL}
    plan = course.visit(21)
    assert given(plan)["methotrexate"] == ("hold", None)
    return course


def test_the_page_that_ends_a_plan_names_what_is_paused(course: Course, client: Client) -> None:
    plan = held(course).patient.plans.latest("number")
    client.force_login(course.by)

    page = client.get(reverse("plan_end", args=[plan.pk])).content.decode()

    assert "Methotrexate is paused. Why, and when and how low it may be given again" in page
    assert page.count("is paused") == 1


def test_a_confirmed_rise_asks_for_a_hold_and_the_wizard_proposes_just_that(course: Course) -> None:
    held(course)

    plan = course.patient.plans.latest("number")
    assert plan.step == "S2"
    line = next(told for told in plan.care_plan["medications"] if told["drug"] == "methotrexate")
    assert line["patient_line"] == "Do not take it until we tell you."
    assert "MTX-B-LFT3" in str(plan.frozen["decision"]["taking"])
    closed = ResultAlert.objects.get(patient=course.patient, rule_key="MTX-B-LFT3")
    assert closed.outcome == AlertOutcome.ACTED


def test_better_but_not_normal_keeps_it_held(course: Course) -> None:
    held(course)

    course.results(35, alt="90")

    assert course.open_alerts() == {"MTX-W-LFT13": AlertKind.ABNORMAL}
    consultation = course.consult(35)
    decision = decision_for(consultation)
    assert decision.outcome == "hold"
    assert [t.change for t in decision.taking if t.drug == "methotrexate"] == ["hold"]
    kept = next(alert for alert in decision.alerts if alert.rule.key == "MTX-B-LFT3")
    assert kept.message.startswith("Still held: ")
    plan = course.sign(course.choose(consultation, review_on=course.day(49).isoformat()), 35)
    assert given(plan)["methotrexate"] == ("hold", None)
    # and the second hold is kept for the same reason
    course.results(49, alt="38", ast="35", platelets="240", wbc="6", anc="4")
    assert course.open_alerts() == {"MTX-B-LFT3": AlertKind.MAY_RESUME}


def test_normal_again_it_may_be_given_lower_and_only_lower(course: Course) -> None:
    held(course)

    course.results(35, alt="30")

    assert course.open_alerts() == {"MTX-B-LFT3": AlertKind.MAY_RESUME}
    row = ResultAlert.objects.open().get(patient=course.patient)
    assert row.resume == "At a lower dose, once ALT and AST are normal."
    consultation = course.consult(35)
    again = METHOTREXATE | {"taking": {}}
    refused = draft_for(course.choose(consultation, **again)).problems
    said = next(problem.message for problem in refused if problem.place == "amounts.methotrexate")
    assert "not below 25 mg" in said
    lower = again | {
        "amounts": {"methotrexate": "15", "prednisone": "30", "prednisone_continued": "30", "folic_acid": "1"}
    }
    plan = course.sign(course.choose(course.begin(35), **lower), 35)
    assert given(plan)["methotrexate"] == ("start", Decimal(15))
    assert course.open_alerts() == {}
    line = next(told for told in plan.care_plan["medications"] if told["drug"] == "methotrexate")
    assert "Once a week, on Tuesday" in line["patient_line"]
    assert any("Given again below 25\N{NO-BREAK SPACE}mg" in said for said in line["working"])


def test_given_again_its_blood_is_looked_at_closely_from_that_day(course: Course) -> None:
    started = close_tests(course)
    held(course)
    assert close_tests(course) == []
    course.results(35, alt="30")
    lower = METHOTREXATE | {
        "taking": {},
        "amounts": {"methotrexate": "15", "prednisone_continued": "30", "folic_acid": "1"},
    }

    course.visit(35, choices=lower)

    moved = [(opens + (course.day(35) - FIRST), overdue + (course.day(35) - FIRST)) for opens, overdue in started]
    assert close_tests(course) == moved


def on(amount: str) -> dict[str, Any]:
    amounts = {"methotrexate": amount, "prednisone_continued": "30", "folic_acid": "1"}
    return METHOTREXATE | {"taking": {}, "amounts": amounts}


def given_lower(course: Course) -> Course:
    """On 12.5 mg, below the usual range, after a stop at 25 mg."""
    held(course)
    course.results(35, alt="30")
    course.visit(35, choices=on("12.5"))
    return course


def test_the_lower_dose_is_kept_at_the_next_visit_and_raised_at_the_one_after(course: Course) -> None:
    given_lower(course)

    kept = course.visit(63, choices=on("12.5"))

    assert given(kept)["methotrexate"] == ("continue", Decimal("12.5"))
    text = checked_text(CarePlan.from_json(kept.care_plan), printed_on=kept.signed_on).boxes["methotrexate"]
    assert "That is 12.5 milligrams for the whole week." in text.replace("\N{NO-BREAK SPACE}", " ")
    assert rederive(kept).is_same
    raised = course.visit(77, choices=on("15"))
    assert given(raised)["methotrexate"] == ("raise", Decimal(15))


@pytest.mark.parametrize("amount", ["10", "27.5"])
def test_it_is_not_lowered_further_by_itself_nor_ever_raised_above_the_limit(course: Course, amount: str) -> None:
    given_lower(course)

    problems = draft_for(course.choose(course.consult(63), **on(amount))).problems

    said = next(problem.message for problem in problems if problem.place == "amounts.methotrexate")
    assert "from 12.5 to 25 mg per week" in said


def test_the_page_offers_the_dose_taken_now_and_presets_none(course: Course, client: Client) -> None:
    given_lower(course)
    client.force_login(course.by)
    ready = course.choose(course.consult(63), option="S2-methotrexate", amounts={"prednisone_continued": "30"})
    unset = actions.save_choices(
        consultation=ready, choices={**ready.choices, "amounts": {}}, by=course.by, lock_version=ready.lock_version
    )

    page = client.get(reverse("consultation_dose", args=[unset.pk])).content.decode().replace("\N{NO-BREAK SPACE}", " ")

    box = page[page.index('name="amount-methotrexate"') :].partition("</select>")[0]
    assert ">12.5 mg a week: 5 tablets of 2.5 mg, as taken now (continue)</option>" in box
    assert "selected" not in box
    assert ", or from the 12.5 mg taken now" in page


def test_on_another_step_a_lower_dose_is_not_kept(course: Course) -> None:
    """Back on the step that induces remission, the dose of maintenance is none of its doses."""
    decision = decision_of("S6-WORSE")
    now = {"methotrexate": CurrentDrug(Decimal("7.5"), Weekday.TUESDAY)}

    draft = drafted(decision, on("7.5"), now)

    assert decision.step == "S2"
    assert "amounts.methotrexate" in places(draft, "dose")


def test_it_may_also_stay_held_when_the_physician_waits(course: Course) -> None:
    held(course)
    course.results(35, alt="30")

    plan = course.visit(
        35,
        choices={
            "option": "S2-methotrexate",
            "taking": {"methotrexate": "hold"},
            "amounts": {"prednisone_continued": "30", "folic_acid": "1"},
            "weekdays": {"methotrexate": "tuesday"},
        },
    )

    assert given(plan)["methotrexate"] == ("hold", None)


def test_a_hold_is_not_called_over_while_another_rule_holds(course: Course) -> None:
    """A single high result held it; the second confirms it. The first rule is no longer met, and nothing may resume."""
    course.results(14, alt="150")
    plan = course.visit(14)
    assert given(plan)["methotrexate"] == ("hold", None)

    course.results(21, alt="155")

    assert course.open_alerts() == {"MTX-B-LFT3": AlertKind.ABNORMAL}


def test_what_was_said_of_a_rise_does_not_stand_against_a_newer_result(course: Course) -> None:
    course.results(14, alt="150")
    course.visit(14, lft_elevation_confirmed=False)

    course.results(21, alt="155")

    assert course.open_alerts() == {"MTX-B-LFT3": AlertKind.ABNORMAL}


def test_an_alert_stays_when_its_result_becomes_old(course: Course) -> None:
    course.results(14, alt="150")

    course.results(70, hgb="13")

    assert course.open_alerts().get("MTX-W-LFT3U") == AlertKind.ABNORMAL


def test_a_corrected_result_clears_and_a_result_taken_back_is_asked_for(course: Course) -> None:
    high = course.results(14, alt="150")[0]
    actions.correct_observation(
        observation=high, compiled=course.compiled, answer=course.answer("alt", "25", course.day(14)), by=course.by,
        today=course.day(14),
    )  # fmt: skip
    assert course.open_alerts() == {}
    first = course.patient.observations.get(fact_key="wbc")

    actions.disown_observation(observation=first, by=course.by, today=course.day(15))

    assert course.open_alerts() == {"MTX-B-CBC": AlertKind.NOT_EVALUABLE}
    assert "no longer on record" in ResultAlert.objects.open().get(patient=course.patient).message


def test_the_baseline_stays_what_it_was_before_treatment(course: Course) -> None:
    course.results(30, creatinine_mg_dl="1.1")
    plan = course.visit(90, response="adequate", choices={"option": "S6-methotrexate"})
    assert plan.step == "S6"

    course.results(100, creatinine_mg_dl="1.2")

    assert course.open_alerts() == {"MTX-W-CREAT30": AlertKind.ABNORMAL}


def test_an_alert_closed_with_a_reason_is_raised_again_by_the_next_result(course: Course) -> None:
    course.results(14, alt="60")
    row = ResultAlert.objects.open().get(patient=course.patient)
    with pytest.raises(actions.Refused, match="Say why"):
        actions.close_alert(alert=row, by=course.by, because=" ")
    actions.close_alert(alert=row, by=course.by, because="Known fatty liver; seen by the specialist.")
    assert course.open_alerts() == {}

    course.results(30, alt="62")

    assert course.open_alerts() == {"MTX-W-LFT13": AlertKind.ABNORMAL}
