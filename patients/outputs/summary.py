"""The clinician's summary of a CarePlan as HTML, for the screen and for the PDF: one template, so that they cannot differ."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from patients.outputs.every_page import every_page, standing_of
from patients.paper_words import clinician_day
from patients.plan_parts import CarePlan, DoseStep, PlanMedication, PlanTest

DAYS_NAMED = 4


@dataclass(frozen=True, slots=True)
class SummaryTest:
    when: str
    what: str
    items: str


def _steps(plan: CarePlan, medicine: PlanMedication) -> str:
    """The steps down until the next visit with the day of the last dose, and the steps up: those on the patient's paper,
    and apart from them those that only a visit can decide."""
    soon = [step for step in medicine.taper if plan.review_on is None or step.on <= plan.review_on]
    last = [f"… {medicine.taper[-1].clinician}"] if len(soon) < len(medicine.taper) else []
    down = [*(step.clinician for step in soon), *last] if len(medicine.taper) > 1 else []
    on_paper = {box.from_on for box in plan.boxes if box.drug == medicine.drug}
    up = [step.clinician for step in medicine.titration if step.on in on_paper]
    later = [_not_before(step) for step in medicine.titration[1:] if step.on not in on_paper]
    parts = (("Goes down", down), ("Goes up", up), ("May be raised at a visit", later))
    return "; ".join(f"{title}: {', '.join(steps)}" for title, steps in parts if steps)


def _not_before(step: DoseStep) -> str:
    return step.clinician.replace(" from ", " not before ")


def _summary_tests(plan: CarePlan) -> list[SummaryTest]:
    """Every test; those before the first dose in one line each of required and to be considered."""
    found = []
    for is_required in (True, False):
        first = [test for test in plan.tests if test.is_before_start and test.is_required is is_required]
        labels = ", ".join(dict.fromkeys(label for test in first for label in test.labels))
        when = "Before the first dose" if is_required else "To consider before it"
        if first:
            found.append(SummaryTest(when, labels, ", ".join(test.item for test in first)))
    series: dict[str, list[PlanTest]] = {}
    for test in plan.tests:
        if not test.is_before_start:
            series.setdefault(test.item, []).append(test)
    for item, tests in series.items():
        what = ", ".join(tests[0].labels) + ("" if tests[0].is_required else " (to consider)")
        found.append(SummaryTest(_when(tests), what, item))
    return found


def _when(tests: list[PlanTest]) -> str:
    """The window of a test; of a series its days, or how often and between which days."""
    if len(tests) == 1:
        return " to ".join(clinician_day(day) for day in dict.fromkeys((tests[0].opens, tests[0].overdue_after)))
    if len(tests) <= DAYS_NAMED:
        return ", ".join(clinician_day(test.opens) for test in tests)
    return f"{len(tests)} times, {clinician_day(tests[0].opens)} to {clinician_day(tests[-1].opens)}"


def clinician_summary_context(
    plan: CarePlan, *, printed_on: date, public_url: str = "", over: str = ""
) -> dict[str, Any]:
    """What `patients/paper/_clinician_summary.html` prints. `over`: see `patient_plan_context`."""
    fallback = plan.header.signed_on
    absent = [fact.label for fact in plan.facts if fact.is_no]
    return {
        **every_page(plan.on(printed_on), standing_of(plan, printed_on=printed_on, over=over), public_url),
        "born_on": clinician_day(plan.header.patient.born_on),
        "signed_on": clinician_day(plan.header.signed_on),
        "printed_on": clinician_day(printed_on),
        "review_on": clinician_day(plan.review_on) if plan.review_on else "",
        "overridden": [alert for alert in plan.alerts if alert.reason],
        "alerts": [alert for alert in plan.alerts if not alert.reason],
        "medicines": [(medicine, _steps(plan, medicine)) for medicine in plan.medications],
        "tests": _summary_tests(plan),
        "facts": [
            (fact, "" if fact.taken_on in (None, fallback) else clinician_day(fact.taken_on or fallback))
            for fact in plan.facts
            if not fact.is_no
        ],
        "absent": absent,
        "absent_count": len(absent),
    }
