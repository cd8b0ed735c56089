"""Results that come while a visit is under way, are taken back, or are those a test is to be repeated for."""

from datetime import date
from typing import Any

import pytest

from patients import actions
from patients.models import AlertKind, MonitoringTask, TaskOutcome
from tests.patients.course_samples import Course
from tests.patients.test_liver_stop import METHOTREXATE

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("shipped guideline")]
FIRST = date(2026, 1, 5)


@pytest.fixture
def course(shipped: Any) -> Course:
    """On methotrexate 25 mg since the first day, with normal results."""
    found = Course(*shipped, first_day=FIRST)
    found.visit(0, step="S1", since=-100, response="inadequate", choices=METHOTREXATE)
    return found


def tasks(of: Course, item: str) -> list[MonitoringTask]:
    return list(MonitoringTask.objects.filter(patient=of.patient, plan__state="active", item_key=item))


WHOLE = {
    "alt": "30",
    "ast": "30",
    "creatinine_mg_dl": "0.8",
    "egfr": "90",
    "wbc": "6",
    "anc": "4",
    "platelets": "240",
    "hgb": "13",
    "mcv": "90",
}


def test_a_test_is_not_repeated_by_the_result_it_is_repeated_for(course: Course) -> None:
    course.results(14, alt="150")
    course.results(21, alt="160", ast="30")
    course.visit(21)
    [repeat] = tasks(course, "MTX-B-LFT3")
    assert repeat.opens_on == course.day(21)

    course.results(21, hba1c="5.5")

    repeat.refresh_from_db()
    assert repeat.closed_at is None
    course.results(23, alt="90", ast="30")
    repeat.refresh_from_db()
    assert (repeat.outcome, repeat.done_on) == (TaskOutcome.DONE, course.day(23))


def test_a_test_is_to_be_done_still_once_its_result_was_another_patients(course: Course) -> None:
    [early] = tasks(course, "MON-MTX-EARLY")
    course.results(8, **WHOLE)
    early.refresh_from_db()
    assert early.outcome == TaskOutcome.DONE
    wrong = course.patient.observations.get(fact_key="anc", taken_on=course.day(8))

    actions.disown_observation(observation=wrong, by=course.by, today=course.day(9))

    early.refresh_from_db()
    assert (early.closed_at, early.done_on) == (None, None)
    course.results(10, anc="4")
    early.refresh_from_db()
    assert (early.outcome, early.done_on) == (TaskOutcome.DONE, course.day(10))


def test_a_corrected_value_leaves_the_test_done_and_an_earlier_day_does_not(course: Course) -> None:
    [early] = tasks(course, "MON-MTX-EARLY")
    course.results(8, **WHOLE)
    row = course.patient.observations.get(fact_key="anc", taken_on=course.day(8))

    def corrected(row: Any, day: int) -> Any:
        answer = course.answer("anc", "4.1", course.day(day))
        return actions.correct_observation(
            observation=row, compiled=course.compiled, answer=answer, by=course.by, today=course.day(9)
        )

    row = corrected(row, 8)
    early.refresh_from_db()
    assert early.outcome == TaskOutcome.DONE
    corrected(row, 2)
    early.refresh_from_db()
    assert early.closed_at is None


def test_of_a_series_each_result_does_its_own_test(course: Course) -> None:
    entries = [
        actions.Entry(key, course.answer(key, value, course.day(day)))
        for day in (31, 65)
        for key, value in WHOLE.items()
    ]

    actions.record_observations(
        patient=course.patient, compiled=course.compiled, entries=entries, by=course.by, today=course.day(66)
    )

    done = [(task.done_on, task.outcome) for task in tasks(course, "MON-MTX-1")]
    assert [day for day, outcome in done if outcome] == [course.day(31), course.day(65)]
    assert [task.opens_on for task in tasks(course, "MON-MTX-1") if not task.outcome] == [course.day(95)]


def test_what_comes_during_a_visit_and_was_in_front_of_nobody_is_asked_about_under_the_new_plan(course: Course) -> None:
    ready = course.choose(course.consult(21))
    assert ready.answers["hbsag"]["value"] == "negative"
    course.results(21, hbsag="positive")

    plan = course.sign(ready, 21)

    assert plan.frozen["facts"]["facts"]["hbsag"]["value"] == "negative"
    open_alerts = plan.result_alerts.filter(closed_at__isnull=True)
    assert {row.kind for row in open_alerts} == {AlertKind.ABNORMAL}
    assert open_alerts


def test_results_that_cannot_both_be_are_told_to_whoever_recorded_the_second(course: Course) -> None:
    rows = course.results(3, weight_kg="299")

    [alert] = actions.asked_for(course.patient, rows)

    assert alert.kind == AlertKind.NOT_EVALUABLE
    assert "cannot be read together" in alert.message


def test_a_marrow_that_fails_is_told_however_high_a_score_of_the_liver_comes_out(course: Course) -> None:
    course.results(14, platelets="4", wbc="1.2", anc="0.4", alt="25", ast="25")

    assert course.open_alerts()["MTX-B-CBC"] == AlertKind.ABNORMAL


def test_a_reason_is_for_the_results_that_were_read_and_not_for_one_that_came_since(course: Course) -> None:
    course.results(14, alt="150")
    alert = course.patient.result_alerts.get()
    seen = alert.digest
    course.results(15, alt="180")

    with pytest.raises(actions.Refused, match="came since"):
        actions.close_alert(alert=alert, by=course.by, because="Taken after a marathon.", seen=seen)

    alert.refresh_from_db()
    assert alert.closed_at is None
    actions.close_alert(alert=alert, by=course.by, because="Taken after a marathon.", seen=alert.digest)


def test_a_test_that_is_overdue_stays_so_under_the_next_plan(course: Course) -> None:
    [early] = tasks(course, "MON-MTX-EARLY")
    assert early.overdue_after_on < course.day(21)

    plan = course.visit(21)

    [carried] = tasks(course, "MON-MTX-EARLY")
    assert carried.plan == plan
    assert (carried.opens_on, carried.overdue_after_on) == (early.opens_on, early.overdue_after_on)
    course.results(22, **WHOLE)
    carried.refresh_from_db()
    assert carried.outcome == TaskOutcome.DONE
