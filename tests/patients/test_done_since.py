"""A plan that follows another asks for nothing that the visit itself, a result or an examination has done in its days."""

from datetime import date
from typing import Any

import pytest

from patients import actions
from patients.models import MonitoringTask, Observation, Plan, TaskOutcome
from patients.rederiving import rederive
from patients.taken_now import worked_out_again
from tests.patients.course_samples import Course
from tests.patients.course_transitions import STARTS

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("shipped guideline")]
FIRST = date(2025, 1, 6)
BLOOD = {
    "alt": "24", "ast": "22", "wbc": "5.8", "anc": "3.5", "platelets": "240", "hgb": "13.5", "mcv": "90",
    "creatinine_mg_dl": "0.9", "egfr": "88",
}  # fmt: skip


def begun(shipped: Any, step: str) -> Course:
    course, start = Course(*shipped, first_day=FIRST), STARTS[step]
    course.visit(0, step=step, choices=start.choices, **start.answers)
    return course


def seen_again(course: Course, step: str, day: int, **answers: Any) -> Plan:
    start = STARTS[step]
    plan = course.visit(day, choices=start.choices, **start.answers | answers)
    assert plan.step == step
    return plan


def asked(course: Course, plan: Plan, item: str) -> list[tuple[int, int]]:
    """The days of an item's open tests, counted from the first visit. The paper names the same ones."""
    days = MonitoringTask.objects.open().filter(plan=plan, item_key=item).values_list("opens_on", "overdue_after_on")
    told = [(test["opens"], test["overdue_after"]) for test in plan.care_plan["tests"] if test["item"] == item]
    assert told == [(opens.isoformat(), last.isoformat()) for opens, last in days]
    return [((opens - course.first_day).days, (last - course.first_day).days) for opens, last in days]


def test_a_visit_that_is_the_review_is_not_followed_by_the_same_review(shipped: Any) -> None:
    course = begun(shipped, "S2")

    plan = seen_again(course, "S2", 84, response="inadequate", weeks_at_target_dose="6", weight_kg="70")

    assert asked(course, plan, "MON-REVIEW") == []
    assert rederive(plan).is_same
    del plan.frozen["done"]  # as it was before these days were kept: worked out again, it asks as it did
    assert "MON-REVIEW" in {due.item.key for due in worked_out_again(plan).draft.due}


def test_a_review_without_the_weight_is_to_be_done_still(shipped: Any) -> None:
    course = begun(shipped, "S2")

    plan = seen_again(course, "S2", 84, response="inadequate", weeks_at_target_dose="6")

    assert asked(course, plan, "MON-REVIEW") == [(84, 87)]


def test_the_tests_of_a_month_are_done_by_the_blood_of_the_visit_and_those_to_come_are_asked_for(shipped: Any) -> None:
    course = begun(shipped, "S3")
    course.results(30, **BLOOD)

    plan = seen_again(course, "S3", 30, response="adequate", weight_kg="70")

    assert asked(course, plan, "MON-REVIEW") == [(84, 87)]
    assert asked(course, plan, "MON-MMF-1") == []
    assert asked(course, plan, "MON-MMF-2")[0] == (42, 45)
    assert asked(course, plan, "MON-MMF-LFT")[0] == (60, 63)


def test_a_dose_that_is_raised_asks_for_the_close_tests_anew(shipped: Any) -> None:
    course = begun(shipped, "S3")
    course.results(30, **BLOOD)
    raised = {"option": "S3-mycophenolate", "amounts": {"mycophenolate_mofetil": "1500", "prednisone_continued": "15"}}

    plan = course.visit(30, choices=raised, **STARTS["S3"].answers)

    assert [opens for opens, _ in asked(course, plan, "MON-MMF-1")] == [37, 44, 51, 58]


def test_close_tests_go_on_under_the_plans_that_follow_the_change_of_dose(shipped: Any) -> None:
    course = begun(shipped, "S3")
    course.results(60, **BLOOD)
    raised = {"option": "S3-mycophenolate", "amounts": {"mycophenolate_mofetil": "1500", "prednisone_continued": "15"}}
    course.visit(60, choices=raised, **STARTS["S3"].answers)
    course.results(67, **BLOOD)

    plan = course.visit(70, choices=raised, **STARTS["S3"].answers)

    assert [opens for opens, _ in asked(course, plan, "MON-MMF-1")] == [74, 81, 88], "the first of four is done"
    assert plan.frozen["changed"] == {"mycophenolate_mofetil": course.day(60).isoformat()}
    assert rederive(plan).is_same
    del plan.frozen["changed"]  # as it was before that day was kept: worked out again, it asks as it did
    assert "MON-MMF-1" not in {due.item.key for due in worked_out_again(plan).draft.due}


def test_a_result_that_was_taken_back_has_done_nothing(shipped: Any) -> None:
    course = begun(shipped, "S3")
    for row in course.results(28, **BLOOD):
        actions.disown_observation(observation=row, by=course.by, today=course.day(29))

    plan = seen_again(course, "S3", 30)

    assert asked(course, plan, "MON-MMF-1") == [(28, 31)]


def test_a_series_without_an_end_goes_on_from_the_day_it_was_done(shipped: Any) -> None:
    course = begun(shipped, "S1")
    course.results(386, **BLOOD)

    plan = seen_again(course, "S1", 386, muscle_weakness=False)

    [(opens, last)] = asked(course, plan, "MON-HCQ-4")
    assert (course.day(opens), course.day(last)) == (date(2027, 1, 27), date(2027, 4, 27))


def test_an_examination_that_was_closed_as_done_stays_done_under_every_plan_that_follows(shipped: Any) -> None:
    course = begun(shipped, "S1")
    second = seen_again(course, "S1", 20)
    assert len(asked(course, second, "MON-HCQ-1")) == 1, "nobody knows of an examination"

    task = second.monitoring_tasks.get(item_key="MON-HCQ-1")
    day = course.day(25)
    actions.close_task(task=task, by=course.by, outcome=TaskOutcome.DONE, done_on=day, today=course.day(30))

    for number in (30, 60):
        assert asked(course, seen_again(course, "S1", number), "MON-HCQ-1") == []
    assert not Observation.objects.filter(patient=course.patient, fact_key="eye_baseline_done").exists()
