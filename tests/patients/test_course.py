"""Every transition of the shipped guideline, walked by an invented patient through the actions the pages use."""

from dataclasses import dataclass, field
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
from tests.patients.course_samples import Course, given
from tests.patients.plan_samples import guideline

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("shipped guideline")]
FIRST = date(2025, 1, 6)
NO_STEROID = {"on_prednisone": False}
STEROID = {"on_prednisone": True, "prednisone_mg_day": "15"}
STABLE = {"mtx_dose_stable": True, "mtx_dose_mg_week": "20"}
IN_REMISSION = {**NO_STEROID, "response": "complete", "disease_active": False, "months_remission_off_steroids": "14"}
BETTER = {"months_since_improvement": "14", "response": "complete", "disease_active": False}


@dataclass(frozen=True)
class Start:
    """How the course begins on a step: what is found at the first visit, what was chosen, what is given then."""

    answers: dict[str, Any]
    choices: dict[str, Any]
    given: dict[str, str]
    since: int = 0


METHOTREXATE = {"weekdays": {"methotrexate": "wednesday"}}
STARTS = {
    "S1": Start({"response": "adequate"}, {"option": "S1-hydroxychloroquine"}, {"hydroxychloroquine": "continue"}),
    "S1B": Start({"response": "adequate"}, {}, {}),
    "S2": Start(
        {**STEROID, "mtx_dose_mg_week": "20", "response": "adequate"},
        {"option": "S2-methotrexate", **METHOTREXATE, "amounts": {"methotrexate": "25", "prednisone_continued": "15"}},
        {"methotrexate": "continue", "folic_acid": "continue", "prednisone": "continue"},
    ),
    "S3": Start(
        {**STEROID, "response": "adequate"},
        {"option": "S3-mycophenolate", "amounts": {"mycophenolate_mofetil": "1000", "prednisone_continued": "15"}},
        {"mycophenolate_mofetil": "continue", "prednisone": "continue"},
    ),
    "S6": Start(
        {**NO_STEROID, **STABLE, **BETTER},
        {"option": "S6-methotrexate", **METHOTREXATE, "amounts": {"methotrexate_maintenance": "20"}},
        {"methotrexate": "continue", "folic_acid": "continue"},
    ),
    "S6_TAPER": Start(
        {**NO_STEROID, **STABLE, **BETTER},
        {"option": "S6_TAPER-methotrexate", **METHOTREXATE, "amounts": {"methotrexate_taper": "15"}},
        {"methotrexate": "taper", "folic_acid": "continue"},
    ),
    "S7": Start(
        IN_REMISSION, {"option": "S7-mycophenolate", "amounts": {"mycophenolate_maintenance": "1000"}},
        {"mycophenolate_mofetil": "continue"},
    ),
    "S7_WITHDRAW": Start(
        IN_REMISSION, {"option": "S7_WITHDRAW-mycophenolate", "amounts": {"mycophenolate_maintenance": "500"}},
        {"mycophenolate_mofetil": "taper"},
    ),
    "S8": Start({**NO_STEROID, "response": "complete", "disease_active": False}, {}, {}),
}  # fmt: skip


@dataclass(frozen=True)
class Through:
    """One transition: from which step, when, on what is found then, to which step, and what happens to each drug."""

    source: str
    day: int
    answers: dict[str, Any]
    target: str
    given: dict[str, str]
    choices: dict[str, Any] = field(default_factory=dict)


BAD = {"response": "inadequate", "disease_active": True}
WORSE = {"response": "worse", "disease_active": True}
ILL = {"intolerance": True}
LOWERED = {"mtx_dose_mg_week": "12.5"}  # nobody but the patient knows which of the dated steps was reached
TO_S2 = {"option": "S2-methotrexate", **METHOTREXATE, "amounts": {"methotrexate": "25", "prednisone": "40"}}
TO_S3 = {"option": "S3-mycophenolate", "amounts": {"mycophenolate_mofetil": "500", "prednisone_continued": "15"}}
STARTED = {"methotrexate": "start", "folic_acid": "start", "prednisone": "start"}
SWITCHED = {"methotrexate": "stop", "folic_acid": "stop", "prednisone": "continue", "mycophenolate_mofetil": "start"}
THROUGH = {
    "URGENT-lungs": Through(
        "S2", 30, {"new_resp_symptoms": True}, "S5_URGENT",
        {"methotrexate": "hold", "folic_acid": "continue", "prednisone": "continue"},
    ),
    "CHOOSING-lung-disease": Through(
        "S1", 90, {**BAD, "ild_status": "confirmed"}, "S5_ILD", {"hydroxychloroquine": "stop"},
        {"taking": {"hydroxychloroquine": "stop"}},
    ),
    "S1-intolerance": Through("S1", 30, {**ILL, **BAD}, "S2", {"hydroxychloroquine": "stop", **STARTED}, TO_S2),
    "S1-worse": Through(
        "S1", 30, WORSE, "S2", {"hydroxychloroquine": "stop", **STARTED},
        TO_S2 | {"taking": {"hydroxychloroquine": "stop"}},
    ),
    "S1-inadequate": Through(
        "S1", 90, BAD, "S2", {"hydroxychloroquine": "continue", **STARTED},
        TO_S2 | {"taking": {"hydroxychloroquine": "continue"}},
    ),
    "S1B-review": Through("S1B", 30, BAD, "S2", STARTED, TO_S2),
    "S1B-inadequate": Through("S1B", 14, BAD, "S2", STARTED, TO_S2),
    "S2-intolerance": Through("S2", 30, ILL, "S3", SWITCHED, TO_S3),
    "S2-responding": Through(
        "S2", 90, {"response": "adequate"}, "S6",
        {"methotrexate": "continue", "folic_acid": "continue", "prednisone": "taper"},
        {"option": "S6-methotrexate", "amounts": {"methotrexate_maintenance": "25", "prednisone_continued": "15"}},
    ),
    "S2-inadequate": Through("S2", 90, BAD, "S3", SWITCHED, TO_S3),
    "S3-intolerance": Through("S3", 30, ILL, "S4", {"mycophenolate_mofetil": "stop", "prednisone": "continue"}),
    "S3-responding": Through(
        "S3", 90, {"response": "adequate"}, "S7", {"mycophenolate_mofetil": "continue", "prednisone": "taper"},
        {"option": "S7-mycophenolate", "amounts": {"mycophenolate_maintenance": "1000", "prednisone_continued": "15"}},
    ),
    "S3-optimise": Through(
        "S3", 90, BAD, "S3", {"mycophenolate_mofetil": "raise", "prednisone": "continue"},
        {"option": "S3-mycophenolate", "amounts": {"mycophenolate_mofetil": "1500", "prednisone_continued": "15"}},
    ),
    "S3-failed": Through(
        "S3", 190, {**BAD, **STEROID}, "S4", {"mycophenolate_mofetil": "stop", "prednisone": "continue"},
        {"taking": {"mycophenolate_mofetil": "stop"}},
    ),
    "S6-intolerance": Through(
        "S6", 60, {**ILL, **NO_STEROID}, "S3", {"methotrexate": "stop", "folic_acid": "stop", "mycophenolate_mofetil": "start"}, TO_S3,
    ),
    "S6-worse": Through(
        "S6", 60, {**WORSE, **NO_STEROID}, "S2", {"methotrexate": "raise", "folic_acid": "continue", "prednisone": "start"}, TO_S2,
    ),
    "S6-taper": Through(
        "S6", 60, {**NO_STEROID, **BETTER, "taper_requested": True}, "S6_TAPER",
        {"methotrexate": "taper", "folic_acid": "continue"},
        {"option": "S6_TAPER-methotrexate", "amounts": {"methotrexate_taper": "17.5"}},
    ),
    "S6_TAPER-intolerance": Through("S6_TAPER", 30, {**ILL, **NO_STEROID, **LOWERED}, "S4", {"methotrexate": "stop", "folic_acid": "stop"}),
    "S6_TAPER-worse": Through(
        "S6_TAPER", 30, {**WORSE, **NO_STEROID, **LOWERED}, "S6", {"methotrexate": "raise", "folic_acid": "continue"},
        {"option": "S6-methotrexate", "amounts": {"methotrexate_maintenance": "20"}},
    ),
    "S6_TAPER-inadequate": Through(
        "S6_TAPER", 30, {**BAD, **NO_STEROID, **LOWERED}, "S6", {"methotrexate": "raise", "folic_acid": "continue"},
        {"option": "S6-methotrexate", "amounts": {"methotrexate_maintenance": "20"}},
    ),
    "S6_TAPER-complete": Through(
        "S6_TAPER", 180, {**NO_STEROID, **BETTER, "taper_complete": True, "mtx_dose_mg_week": "2.5"}, "S8", {"methotrexate": "stop", "folic_acid": "stop"},
    ),
    "S7-intolerance": Through("S7", 60, {**ILL, **NO_STEROID}, "S4", {"mycophenolate_mofetil": "stop"}),
    "S7-worse": Through(
        "S7", 60, {**WORSE, **NO_STEROID}, "S4", {"mycophenolate_mofetil": "continue"},
        {"taking": {"mycophenolate_mofetil": "continue"}},
    ),
    "S7-withdraw": Through(
        "S7", 60, {**IN_REMISSION, "withdraw_requested": True}, "S7_WITHDRAW", {"mycophenolate_mofetil": "taper"},
        {"option": "S7_WITHDRAW-mycophenolate", "amounts": {"mycophenolate_maintenance": "500"}},
    ),
    "S7_WITHDRAW-intolerance": Through("S7_WITHDRAW", 30, {**ILL, **NO_STEROID}, "S4", {"mycophenolate_mofetil": "stop"}),
    "S7_WITHDRAW-worse": Through(
        "S7_WITHDRAW", 30, {**WORSE, **NO_STEROID}, "S3", {"mycophenolate_mofetil": "raise"},
        {"option": "S3-mycophenolate", "amounts": {"mycophenolate_mofetil": "1000"}},
    ),
    "S7_WITHDRAW-inadequate": Through(
        "S7_WITHDRAW", 30, {**BAD, **NO_STEROID}, "S7", {"mycophenolate_mofetil": "raise"},
        {"option": "S7-mycophenolate", "amounts": {"mycophenolate_maintenance": "1000"}},
    ),
    "S7_WITHDRAW-complete": Through(
        "S7_WITHDRAW", 180, {**IN_REMISSION, "withdrawal_complete": True}, "S8", {"mycophenolate_mofetil": "stop"},
    ),
    "S8-worse-methotrexate": Through(
        "S8", 90, {**WORSE, **NO_STEROID, "last_agent": "methotrexate"}, "S2", STARTED, TO_S2,
    ),
    "S8-worse-mycophenolate": Through(
        "S8", 90, {**WORSE, **NO_STEROID, "last_agent": "mycophenolate_mofetil"}, "S3", {"mycophenolate_mofetil": "start"}, TO_S3,
    ),
}  # fmt: skip


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
