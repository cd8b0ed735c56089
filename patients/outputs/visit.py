"""What a patient brings to the next visit: the day, the tests that are due, what to think about, the medicines to tick.

Made of the signed plan's own plain lines and of the tests that are still open; says nothing a plan does not say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from guidelines.engine.compiled import CompiledPackage
from patients.models import MonitoringTask
from patients.outputs.every_page import every_page, standing_of
from patients.paper_words import in_one_line, patient_day
from patients.plan_parts import CarePlan, PlanMedication

QUESTION_LINES = 5


@dataclass(frozen=True, slots=True)
class VisitTest:
    what: str
    opens: str
    until: str
    is_late: bool


def visit_context(
    plan: CarePlan,
    compiled: CompiledPackage,
    tasks: Iterable[MonitoringTask],
    *,
    printed_on: date,
    over: str = "",
) -> dict[str, Any]:
    """What `patients/paper/_visit.html` prints. `tasks` are the plan's open ones."""
    plan = plan.on(printed_on)
    return {
        **every_page(plan, standing_of(plan, printed_on=printed_on, over=over), ""),
        "born_on": patient_day(plan.header.patient.born_on),
        "signed_on": patient_day(plan.header.signed_on),
        "printed_on": patient_day(printed_on),
        "visit_on": f"{plan.review_on:%A}, {patient_day(plan.review_on)}" if plan.review_on else "",
        "is_past": plan.review_on is not None and plan.review_on < printed_on,
        "visit_tests": list(due_before(plan, compiled, tasks, printed_on)),
        "asked": asked(plan),
        "medicines": [medicine for medicine in plan.medications if medicine.is_given],
        "not_taken": [named(medicine) for medicine in plan.medications if not medicine.is_given],
        "question_lines": range(QUESTION_LINES),
    }


def due_before(
    plan: CarePlan, compiled: CompiledPackage, tasks: Iterable[MonitoringTask], today: date
) -> Iterable[VisitTest]:
    """Required tests that open up to the day of the visit; without such a day, those that have opened."""
    until = plan.review_on or today
    for task in tasks:
        if not task.required or task.opens_on > until:
            continue
        labels = [compiled.tests[key].plain_label for key in task.test_keys if key in compiled.tests]
        yield VisitTest(
            in_one_line(labels or task.test_keys),
            patient_day(task.opens_on),
            patient_day(task.overdue_after_on),
            task.overdue_after_on < today,
        )


def asked(plan: CarePlan) -> list[tuple[str, tuple[str, ...]]]:
    """What the plan asks the patient to tell at the next visit: for all, and for each medicine that is taken."""
    found = [("", part.lines) for part in plan.parts if part.section == "next_visit"]
    given = {medicine.drug for medicine in plan.medications if medicine.is_given}
    for box in plan.boxes:
        if box.drug in given:
            found += [(box.name, part.lines) for part in box.parts if part.section == "next_visit"]
    return [one for one in found if one[1]]


def named(medicine: PlanMedication) -> str:
    return f"{medicine.name}: {medicine.patient_line}"
