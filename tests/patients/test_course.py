"""Every transition of the shipped guideline, walked by an invented patient through the actions the pages use."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from guidelines.engine.planned import Weekday
from patients.beside import drugs_of
from patients.models import MonitoringTask, Plan, PlanState
from patients.outputs.html import checked_text
from patients.outputs.pdf import patient_plan_pdf
from patients.plan_parts import CarePlan
from patients.rederiving import rederive
from tests.patients.course_samples import Course, given
from tests.patients.course_transitions import (
    BETTER,
    IN_REMISSION,
    METHOTREXATE,
    NO_STEROID,
    STARTS,
    STEROID,
    THROUGH,
    Through,
)
from tests.patients.plan_samples import guideline

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("shipped guideline")]
FIRST = date(2025, 1, 6)


def begun(shipped: Any, source: str) -> tuple[Course, Plan]:
    start, course = STARTS[source], Course(*shipped, first_day=FIRST)
    plan = course.visit(0, step=source, since=start.since, choices=start.choices, **start.answers)
    return course, plan


def gone_through(course: Course, through: Through) -> Plan:
    course.results(
        through.day, alt="24", ast="22", wbc="5.8", anc="3.5", platelets="240", creatinine_mg_dl="0.9", egfr="88"
    )
    return course.visit(through.day, choices=through.choices, **through.answers)


def test_every_transition_of_the_guideline_has_a_course() -> None:
    assert THROUGH.keys() == {transition.key for transition in guideline().package.transitions}


@pytest.mark.parametrize("key", THROUGH)
def test_the_course_goes_through_the_transition(shipped: Any, key: str) -> None:
    through = THROUGH[key]
    course, first = begun(shipped, through.source)
    assert first.step == through.source

    plan = gone_through(course, through)

    assert plan.step == through.target
    assert {drug: change for drug, (change, _) in given(plan).items()} == through.given
    assert is_followed(plan, key)
    first.refresh_from_db()
    assert (first.state, plan.replaces) == (PlanState.REPLACED, first)
    assert not MonitoringTask.objects.open().filter(plan=first).exists()
    check_tests(course, plan)
    check_paper(plan)
    if key in PRINTED:
        check_pages(plan)


def test_what_was_to_be_lowered_to_nothing_is_not_given_from_that_day_on(shipped: Any) -> None:
    through = THROUGH["S2-responding"]
    course, _ = begun(shipped, through.source)
    plan = gone_through(course, through)
    [told] = [told for told in CarePlan.from_json(plan.care_plan).medications if told.taper]
    ends_on = told.taper[-1].on

    def is_given(day: date) -> bool:
        return told.drug in {other.drug.key for other in drugs_of([plan], day)}

    assert is_given(ends_on - timedelta(days=1))
    assert not is_given(ends_on), "another plan may be answered with no, and may give it"


def test_what_these_plans_began_goes_down_on_its_earliest_day_and_not_before(
    shipped: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lowered_first(plan: Plan) -> date:
        [told] = [told for told in CarePlan.from_json(plan.care_plan).medications if len(told.taper) > 1]
        return told.taper[1].on

    course = Course(*shipped, first_day=FIRST)
    choices = {"option": "S2-methotrexate", "amounts": {"methotrexate": "25", "prednisone": "60"}, **METHOTREXATE}
    course.visit(0, step="S1", since=-100, response="inadequate", choices=choices)
    goes_on = choices | {"amounts": {"methotrexate": "25", "prednisone_continued": "60"}}

    second = course.visit(7, response="adequate", choices=goes_on)
    third = course.visit(10, response="adequate", choices=goes_on)

    assert [lowered_first(plan) for plan in (second, third)] == [course.day(28)] * 2
    assert third.frozen["begun"] == {"prednisone": FIRST.isoformat()}
    assert rederive(third).is_same
    for module in ("patients.deciding", "patients.presentation.run", "patients.actions.signing"):
        monkeypatch.setattr(f"{module}.before_going_down", lambda *_: {})
    as_before = course.visit(11, response="adequate", choices=goes_on)
    monkeypatch.undo()
    assert lowered_first(as_before) == course.day(25)
    assert rederive(as_before).is_same, "a plan that was signed without its first days is worked out without them"


# Those whose paper is printed: a weekly drug begun beside one that is stopped, and lowered; everything over.
PRINTED = ("S1-intolerance", "S6-taper", "S7_WITHDRAW-complete")


def is_followed(plan: Plan, key: str) -> bool:
    return any(told["of"] == key and told["state"] == "met" for told in plan.frozen["decision"]["trace"])


def check_tests(course: Course, plan: Plan) -> None:
    """Dated tests for what is given, from the day of the plan on, and a review where the step has one."""
    tasks = list(MonitoringTask.objects.open().filter(plan=plan))
    drugs = {drug for drug, (change, _) in given(plan).items() if change not in ("hold", "stop")}
    items = {item.key: item for item, _ in course.compiled.monitoring}
    assert all(items[task.item_key].drug in {*drugs, None} for task in tasks if task.item_key in items)
    before = plan.replaces
    missed = set(before.monitoring_tasks.values_list("item_key", "overdue_after_on")) if before else set()
    assert all(
        plan.signed_on <= task.overdue_after_on or (task.item_key, task.overdue_after_on) in missed for task in tasks
    )
    assert all(task.opens_on <= task.overdue_after_on for task in tasks)
    if drugs & {"methotrexate", "mycophenolate_mofetil"}:
        assert {key for task in tasks for key in task.test_keys} >= {"blood_count"}, [
            (t.item_key, t.opens_on, t.test_keys) for t in tasks
        ]
    if course.compiled.steps[plan.step].step.review is not None:
        assert plan.care_plan["review_on"]


def check_pages(plan: Plan) -> None:
    """The same as it comes out of the printer, page by page: whose it is, which of how many, and of a weekly drug the day."""
    care_plan = CarePlan.from_json(plan.care_plan)
    content = patient_plan_pdf(care_plan, printed_on=plan.signed_on)
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages]
    weekly = [row for row in plan.medications.all() if row.weekly_only and row.is_given]
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert plan.patient.family_name.upper() in page and plan.patient.number in page
        for row in weekly:
            assert "ONCE A WEEK" in page.upper() and Weekday(row.weekday or 0).label in page
    whole = " ".join(pages)
    for box in care_plan.boxes:
        assert [line for line in box.lead if " ".join(line.split()) not in whole] == []
    for row in plan.medications.filter(change="stop"):
        assert "Stop taking" in pages[0] and row.drug_key.replace("_", " ").capitalize() in pages[0]


def check_paper(plan: Plan) -> None:
    """What the patient gets: of a weekly drug the weekday in full, of one that is held or stopped no dose at all."""
    care_plan = CarePlan.from_json(plan.care_plan)
    boxes = {box["drug"]: str(box) for box in plan.care_plan["boxes"]}
    words = checked_text(care_plan, printed_on=plan.signed_on).whole
    for row in plan.medications.all():
        if row.drug_key == "methotrexate" and row.change not in ("hold", "stop"):
            assert Weekday(row.weekday or 0).label.upper() in words.upper()
            assert "once a week" in words.casefold()
        if row.change == "hold":
            assert "Do not take it until we tell you." in words
        if row.change == "stop":
            assert row.drug_key not in boxes


@pytest.mark.parametrize(
    "source",
    ["S2", "S3", "S6", "S7", "S8"],
)
def test_the_next_review_is_a_dated_task_and_done_by_the_visit(shipped: Any, source: str) -> None:
    course, first = begun(shipped, source)

    reviews = [task for task in first.monitoring_tasks.all() if "response_review" in task.test_keys]

    assert reviews, source
    last = max(task.opens_on for task in reviews)
    assert (last - FIRST).days in range(84, 93)
    visit = (last - FIRST).days
    onward = {key.partition("-")[0]: through for key, through in THROUGH.items() if key.endswith("-responding")}
    choices = onward[source].choices if source in onward else STARTS[source].choices
    course.visit(visit, choices=choices, **{**STARTS[source].answers, "response": "adequate", "weight_kg": "70"})
    closed = [
        task
        for task in first.monitoring_tasks.all()
        if task.pk in {review.pk for review in reviews} and task.opens_on <= last
    ]
    assert "done" in {task.outcome for task in closed}


@pytest.mark.parametrize(
    ("source", "answers", "rule"),
    [
        ("S6", {**NO_STEROID, **BETTER, "months_since_improvement": "11", "taper_requested": True}, "MTX-B-TAPER12"),
        ("S7", {**IN_REMISSION, **STEROID, "withdraw_requested": True}, "MMF-B-STOPSTER"),
        ("S7", {**IN_REMISSION, "disease_active": True, "withdraw_requested": True}, "MMF-B-STOPSTER"),
        ("S7", {**IN_REMISSION, "months_remission_off_steroids": "11", "withdraw_requested": True}, "MMF-B-STOP12"),
    ],
    ids=["less than a year after improvement", "on steroids", "active", "less than a year in remission"],
)  # fmt: skip
def test_it_is_never_lowered_while_the_guideline_says_not_to(
    shipped: Any, source: str, answers: dict[str, Any], rule: str
) -> None:
    course, _ = begun(shipped, source)
    drug = next(iter(STARTS[source].given))

    plan = course.visit(60, choices=STARTS[source].choices, **answers)

    assert plan.step == source
    assert given(plan)[drug][0] == "continue"
    assert rule in {alert["rule"] for alert in plan.frozen["decision"]["alerts"] if alert["state"] == "met"}
