"""A result that is too old on the day it comes is no answer: it is said, and asked for anew, once."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from patients import actions
from patients.models import AlertKind, MonitoringTask, ResultAlert, TaskOutcome
from patients.presentation.results_said import call
from patients.presentation.words import ADD_WHAT_IS_MISSING
from tests.patients.course_samples import Course
from tests.patients.test_liver_stop import METHOTREXATE
from tests.patients.test_results_beside_signing import WHOLE

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("shipped guideline")]
FIRST = date(2026, 1, 5)
LATE = 150  # so many days after the first visit a result of the 60th comes: ALT may be 42 days old


@pytest.fixture
def course(shipped: Any) -> Course:
    """On methotrexate 25 mg since the first day, with normal results."""
    found = Course(*shipped, first_day=FIRST)
    found.visit(0, step="S1", since=-100, response="inadequate", choices=METHOTREXATE)
    return found


def record(course: Course, taken: int, on: int, **values: str) -> list[Any]:
    entries = [actions.Entry(key, course.answer(key, value, course.day(taken))) for key, value in values.items()]
    return actions.record_observations(
        patient=course.patient, compiled=course.compiled, entries=entries, by=course.by, today=course.day(on)
    )


def opened(course: Course) -> list[ResultAlert]:
    return list(ResultAlert.objects.open().filter(patient=course.patient).order_by("rule_key"))


def test_a_result_that_is_too_old_when_it_comes_is_asked_for_anew(course: Course) -> None:
    record(course, 60, LATE, alt="150", ast="30")

    alerts = opened(course)

    assert {row.kind for row in alerts} == {AlertKind.NOT_EVALUABLE}
    assert "stop" in {row.severity for row in alerts}
    said = next(row.message for row in alerts if "ALT" in row.message)
    assert (
        "Too old to judge by: ALT and AST of 6 March 2026. A result may be 42 days old at most. Add newer results."
        in said
    )
    assert {"alt", "ast"} <= set(alerts[0].needs)


def test_it_is_said_of_all_days_on_which_it_is_too_old_and_of_none_before(course: Course) -> None:
    record(course, 60, 60 + 42, **WHOLE)
    assert opened(course) == []

    record(course, 61, 61 + 43, **WHOLE)

    assert {row.kind for row in opened(course)} == {AlertKind.NOT_EVALUABLE}


def test_a_result_that_became_old_since_it_came_asks_for_nothing(course: Course) -> None:
    record(course, 60, 60, **WHOLE)

    record(course, LATE, LATE, hba1c="5.5")

    assert opened(course) == []


def test_a_fresh_result_is_the_answer_and_the_old_one_does_not_ask_again(course: Course) -> None:
    record(course, 60, LATE, alt="30", ast="30")
    assert opened(course)

    record(course, LATE, LATE, **WHOLE)

    assert opened(course) == []
    record(course, LATE + 100, LATE + 100, hba1c="5.5")  # and now the fresh ones are old
    assert opened(course) == []


def test_it_stays_until_it_is_answered_and_comes_back_on_no_other_day(course: Course) -> None:
    record(course, 60, LATE, alt="30", ast="30")
    alerts = opened(course)
    raised = {row.pk for row in alerts}

    record(course, LATE + 1, LATE + 1, hba1c="5.5")

    assert {row.pk for row in opened(course)} == raised
    for row in alerts:
        actions.close_alert(alert=row, by=course.by, because="Given up; the next test is on Monday.")
    record(course, LATE + 2, LATE + 2, hba1c="5.6")
    assert opened(course) == []


def test_a_correction_that_is_too_old_to_judge_by_is_said_too(course: Course) -> None:
    row = next(row for row in record(course, 60, 60, **WHOLE) if row.fact_key == "alt")
    record(course, LATE, LATE, hba1c="5.5")
    assert opened(course) == []

    actions.correct_observation(
        observation=row, compiled=course.compiled, answer=course.answer("alt", "230", course.day(60)), by=course.by,
        today=course.day(LATE),
    )  # fmt: skip

    assert any("Too old to judge by: ALT and AST of 6 March 2026" in alert.message for alert in opened(course))


def test_what_comes_too_old_during_a_visit_is_asked_about_under_the_new_plan(course: Course) -> None:
    ready = course.choose(course.consult(LATE))
    before = {key for key in ready.answers if "value" in ready.answers[key]}
    assert "hba1c" not in before
    record(course, 60, LATE, alt="150", ast="30")  # older than what was typed in the visit: that one counts

    course.sign(ready, LATE)

    assert opened(course) == []


def test_one_old_part_of_what_a_rule_reads_is_named(course: Course) -> None:
    record(course, 60, LATE, **WHOLE)

    record(course, LATE, LATE, **{key: value for key, value in WHOLE.items() if key != "alt"})

    said = " ".join(row.message for row in opened(course))
    assert "Too old to judge by: ALT of 6 March 2026. A result may be" in said
    assert "AST of" not in said


# --- which test it does -------------------------------------------------------------------------------------------


def asked(course: Course, item: str) -> list[MonitoringTask]:
    found = MonitoringTask.objects.filter(patient=course.patient, plan__state="active", item_key=item)
    return list(found.order_by("opens_on"))


def test_a_result_that_comes_too_old_does_the_test_in_whose_days_it_was_taken(course: Course) -> None:
    early = asked(course, "MON-MTX-EARLY")[0]
    taken = (early.opens_on - FIRST).days

    record(course, taken, LATE, **WHOLE)

    early.refresh_from_db()
    assert (early.outcome, early.done_on) == (TaskOutcome.DONE, early.opens_on)
    assert {row.kind for row in opened(course)} == {AlertKind.NOT_EVALUABLE}


def test_a_result_that_comes_too_old_does_no_test_whose_days_had_passed(course: Course) -> None:
    early = asked(course, "MON-MTX-EARLY")[0]
    after = (early.overdue_after_on - FIRST).days + 1

    record(course, after, LATE, **WHOLE)

    early.refresh_from_db()
    assert early.closed_at is None
    with pytest.raises(actions.Refused, match="count for it are not on record"):  # nor by a word that says no more
        actions.close_task(
            task=early, by=course.by, outcome=TaskOutcome.DONE, done_on=course.day(LATE), today=course.day(LATE)
        )
    record(course, LATE, LATE, **WHOLE)
    early.refresh_from_db()
    assert (early.outcome, early.done_on) == (TaskOutcome.DONE, course.day(LATE))


def test_a_late_result_that_came_fresh_did_its_test_and_undoes_it_when_it_is_taken_back_later(course: Course) -> None:
    early = asked(course, "MON-MTX-EARLY")[0]
    after = (early.overdue_after_on - FIRST).days + 1
    record(course, after, after, **WHOLE)
    early.refresh_from_db()
    assert early.outcome == TaskOutcome.DONE
    wrong = course.patient.observations.get(fact_key="anc", taken_on=course.day(after))

    actions.disown_observation(observation=wrong, by=course.by, today=course.day(LATE))

    early.refresh_from_db()
    assert early.closed_at is None


def test_a_test_that_is_repeated_because_of_a_result_is_not_done_by_one_that_comes_too_old(course: Course) -> None:
    course.results(14, alt="150")
    course.visit(14)
    [repeat] = asked(course, "MTX-W-LFT3U")

    record(course, 15, LATE, alt="30", ast="30")

    repeat.refresh_from_db()
    assert repeat.closed_at is None
    record(course, LATE, LATE, alt="30", ast="30")
    repeat.refresh_from_db()
    assert repeat.outcome == TaskOutcome.DONE


# --- what is read ---------------------------------------------------------------------------------------------------


def test_after_saving_and_on_the_worklist_a_newer_result_is_asked_for_before_any_action(
    course: Course, client: Client
) -> None:
    client.force_login(course.by)
    record(course, 60, LATE, alt="150", ast="30")
    alert = next(row for row in opened(course) if "ALT" in row.message)

    said = call(alert)
    listed = client.get(reverse("worklist"), {"tab": "unchecked"}).content.decode()
    page = client.get(reverse("patient_detail", args=[course.patient.pk])).content.decode()

    assert said.startswith(alert.message) and ADD_WHAT_IS_MISSING in said
    assert alert.action_text not in said
    for shown in (listed, page):
        assert "Too old to judge by: ALT and AST of 6 March 2026" in shown
    assert f"{ADD_WHAT_IS_MISSING} Where it is met: " in listed


def test_what_was_too_old_does_no_test_and_answers_no_rule_once_the_fresh_result_is_taken_back(course: Course) -> None:
    record(course, 60, LATE, **WHOLE)
    asked_for = {row.rule_key for row in opened(course)}
    fresh = record(course, LATE, LATE, **WHOLE)
    done = set(
        MonitoringTask.objects.filter(outcome=TaskOutcome.DONE, done_on=course.day(LATE)).values_list("pk", flat=True)
    )
    assert asked_for and done and opened(course) == []

    for row in fresh:
        actions.disown_observation(observation=row, by=course.by, today=course.day(LATE))

    assert done <= set(MonitoringTask.objects.open().values_list("pk", flat=True))
    assert {row.rule_key for row in opened(course)} == asked_for
