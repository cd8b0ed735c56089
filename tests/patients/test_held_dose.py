"""Given again only below what was being taken when it was held, and time on hold is no time at the target dose."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from guidelines.engine.planned import Weekday
from patients.deciding import decision_for
from patients.models import Plan
from patients.plan_draft import CurrentDrug
from patients.rederiving import rederive
from patients.taken_now import current_drugs, planned_until, taken_when_held
from tests.patients.course_samples import Course, given
from tests.patients.course_transitions import ILL, METHOTREXATE, STARTS, TO_S3
from tests.patients.plan_samples import V24, decision_of, drafted

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("shipped guideline")]
FIRST = date(2026, 1, 5)


def begun(shipped: Any, step: str) -> tuple[Course, Plan]:
    start, course = STARTS[step], Course(*shipped, first_day=FIRST)
    return course, course.visit(0, step=step, since=0, choices=start.choices, **start.answers)


def held(course: Course, day: int, **answers: Any) -> Plan:
    """Held for liver tests that are confirmed to be high."""
    course.results(day - 7, alt="150")
    course.results(day, alt="160")
    plan = course.visit(day, on_prednisone=False, **answers)
    assert given(plan)["methotrexate"] == ("hold", None)
    return plan


@pytest.mark.parametrize(
    ("day", "said", "below"),
    [
        pytest.param(14, "15", "15", id="before the first step down"),
        pytest.param(63, "10", "10", id="after two"),
        pytest.param(63, "12.5", "10", id="said to be more than the plan had come to"),
        pytest.param(63, "7.5", "7.5", id="said to be less"),
        pytest.param(63, "0", "10", id="left out already"),
    ],
)
def test_a_drug_held_on_its_way_down_is_given_again_below_the_step_it_was_on(
    shipped: Any, day: int, said: str, below: str
) -> None:
    course, first = begun(shipped, "S6_TAPER")
    taper = next(told for told in first.care_plan["medications"] if told["drug"] == "methotrexate")["taper"]
    assert [step["amount"].split("\N{NO-BREAK SPACE}")[0] for step in taper[:3]] == ["15", "12.5", "10"]

    plan = held(course, day, mtx_dose_mg_week=said)

    now = current_drugs(course.compiled, plan)["methotrexate"]
    assert (now.below, now.weekday) == (Decimal(below), Weekday.WEDNESDAY)


def test_it_stays_below_that_also_when_the_hold_goes_on(shipped: Any) -> None:
    course, _ = begun(shipped, "S6_TAPER")
    held(course, 63, mtx_dose_mg_week="10")
    course.results(77, alt="90")

    plan = course.visit(77, on_prednisone=False)

    assert given(plan)["methotrexate"] == ("hold", None)
    assert current_drugs(course.compiled, plan)["methotrexate"].below == Decimal(10)


def test_of_a_dose_on_its_way_up_that_nobody_was_asked_about_the_least_counts(shipped: Any) -> None:
    course, _ = begun(shipped, "S2")
    plan = course.visit(30, choices=TO_S3, **ILL)
    row = plan.medications.get(drug_key="mycophenolate_mofetil")

    def planned_on(days: int) -> list[Decimal]:
        since = Plan(signed_on=plan.signed_on + timedelta(days=days), frozen={"facts": {"facts": {}}})
        assert taken_when_held(course.compiled, since, plan, row, row.drug_key) == 500
        return list(planned_until(since, plan, row))

    assert planned_on(13) == [500]
    assert planned_on(14) == [500, 750]  # of each of the two doses a day, as the plan's own amount is
    assert planned_on(40) == [500, 750, 1000]


def test_of_a_plan_that_cannot_be_worked_out_again_no_amount_is_invented(shipped: Any) -> None:
    course, plan = begun(shipped, "S6_TAPER")
    row = plan.medications.get(drug_key="methotrexate")
    since = Plan(signed_on=plan.signed_on + timedelta(days=63), frozen={"facts": {"facts": {}}})
    assert taken_when_held(course.compiled, since, plan, row, row.drug_key) == 10

    plan.frozen = {**plan.frozen, "facts": {"of": "another shape"}}

    assert taken_when_held(course.compiled, since, plan, row, row.drug_key) is None


@pytest.mark.parametrize("below", [None, Decimal(2000)])
def test_what_is_given_again_lower_is_raised_by_no_table_also_where_nobody_knows_lower_than_what(
    below: Decimal | None,
) -> None:
    decision = decision_of("V24")
    held_before = CurrentDrug(is_held=True, below=below, again="At a lower dose, once it is normal.")

    draft = drafted(decision, V24, {"mycophenolate_mofetil": held_before})

    line = next(line for line in draft.medications if line.drug.key == "mycophenolate_mofetil")
    assert line.planned is not None and line.titration == ()
    said = "a dose that is not on record" if below is None else "2000 mg"
    assert f"Given again below {said}: At a lower dose, once it is normal." in line.working


# --- time on hold ---------------------------------------------------------------------------------------------------


def weeks_at_target(course: Course, day: int) -> Any:
    return decision_for(course.consult(day)).resolved["weeks_at_target_dose"]


def resumed(shipped: Any, *, begun_on: int, held_on: int, again_on: int) -> Course:
    course, start = Course(*shipped, first_day=FIRST), STARTS["S2"]
    course.visit(0, step="S2", since=begun_on, choices=start.choices, **start.answers)
    course.results(held_on - 7, alt="150")
    course.results(held_on, alt="160")
    assert given(course.visit(held_on))["methotrexate"] == ("hold", None)
    course.results(again_on, alt="30", ast="30")
    lower = {"option": "S2-methotrexate", "amounts": {"methotrexate": "15", "prednisone_continued": "15"}}
    again = course.visit(again_on, choices={**lower, **METHOTREXATE})
    assert given(again)["methotrexate"] == ("start", Decimal(15))
    return course


def test_time_on_hold_does_not_count_as_time_at_the_target_dose(shipped: Any) -> None:
    course = resumed(shipped, begun_on=0, held_on=21, again_on=38)

    decision = decision_for(course.consult(91, response="inadequate", disease_active=True))

    assert decision.resolved["weeks_on_step"] == 13
    assert decision.resolved["weeks_at_target_dose"] == 10  # 17 days: a week that was begun counts in full
    assert decision.step == "S2"  # too early to call the trial a failure


def test_it_counts_on_once_it_is_given_again(shipped: Any) -> None:
    course = resumed(shipped, begun_on=0, held_on=21, again_on=35)

    decision = decision_for(course.consult(98, response="inadequate", disease_active=True))

    assert decision.resolved["weeks_at_target_dose"] == 12
    assert decision.step == "S3"


def test_while_it_is_on_hold_every_day_counts_as_on_hold(shipped: Any) -> None:
    course, start = Course(*shipped, first_day=FIRST), STARTS["S2"]
    course.visit(0, step="S2", since=-70, choices=start.choices, **start.answers)
    course.results(14, alt="150")
    course.results(21, alt="160")
    course.visit(21)
    course.results(49, alt="90")

    assert weeks_at_target(course, 49) == 13  # of 17


def test_what_is_said_of_the_time_stands(shipped: Any) -> None:
    course = resumed(shipped, begun_on=0, held_on=21, again_on=35)

    decision = decision_for(course.consult(98, response="inadequate", weeks_at_target_dose="8"))

    assert decision.resolved["weeks_at_target_dose"] == 8


def test_a_hold_that_is_kept_is_derived_again(shipped: Any) -> None:
    course, _ = begun(shipped, "S6_TAPER")
    held(course, 63, mtx_dose_mg_week="10")
    course.results(77, alt="90")

    plan = course.visit(77, on_prednisone=False)

    assert "MTX-B-LFT3" in plan.frozen["facts"]["held"]["methotrexate"]
    assert rederive(plan).is_same


def test_a_signed_plan_is_derived_again_with_the_time_on_hold(shipped: Any) -> None:
    course = resumed(shipped, begun_on=0, held_on=21, again_on=35)
    plan = course.visit(63)

    assert plan.frozen["facts"]["days_held"] == 14
    assert rederive(plan).is_same
