"""A dose that changes on set days, as the patient is given it: for each day of change, what is taken from then on.

Two doses must never stand side by side in one box, so each of these makes a box of its own, and printing picks the one
that is in force. The patient gets only the steps up to the next visit, never a whole course.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from guidelines.engine.planned import EveryDay, PlannedDrug
from guidelines.engine.products import make_up
from patients.instructions import Instructions, Unfilled
from patients.plan_draft import MedicationLine, PlanDraft, TitrationStep

STEPS_UP = 2  # as many as the guideline's lines for a rising dose name


@dataclass(frozen=True, slots=True)
class DatedDose:
    """From `on` to `until`, `line.planned`; without one the drug has ended. The last lasts to the next visit."""

    on: date
    until: date | None
    line: MedicationLine


def dated_doses(line: MedicationLine, draft: PlanDraft, instructions: Instructions) -> tuple[DatedDose, ...]:
    """Empty for a drug whose dose stays the same until the next visit."""
    planned = line.planned
    if planned is None:
        return ()
    steps: list[tuple[date, PlannedDrug | None]] = []
    if len(line.taper) > 1:
        steps = [
            (step.on, replace(planned, amount=step.amount, products=step.products) if step.amount else None)
            for step in line.taper
        ]
    elif instructions.is_raised_by_the_patient(line.drug.key):
        steps = [(step.on, raised(planned, step)) for step in line.titration[:STEPS_UP]]
    steps = [(on, dose) for on, dose in steps if is_before_next_visit(on, draft)]
    return tuple(_dated(line, steps)) if len(steps) > 1 else ()


def _dated(line: MedicationLine, steps: list[tuple[date, PlannedDrug | None]]) -> Iterator[DatedDose]:
    for index, (on, dose) in enumerate(steps):
        until = steps[index + 1][0] - timedelta(days=1) if index + 1 < len(steps) else None
        to_come = tuple(step for step in line.taper if step.on >= on)
        # What is behind is not said again: a day gone by would read as one to come.
        rising = line.titration if index == 0 else ()
        yield DatedDose(on, until, replace(line, planned=dose, taper=to_come, titration=rising))


def raised(planned: PlannedDrug, step: TitrationStep) -> PlannedDrug:
    """The dose from a step up on. A drug given several times a day is raised by the day: its doses need not be equal."""
    products = make_up(step.amount, [product for product, _ in planned.products])
    if products is None:
        raise Unfilled(f"{planned.drug.name}: {step.amount} {planned.unit} cannot be made of its products")
    per = "day" if planned.per == "dose" and isinstance(planned.frequency, EveryDay) else planned.per
    if step.per != per:
        raise Unfilled(f"{planned.drug.name}: its steps are per {step.per}, its dose is per {planned.per}")
    return replace(planned, amount=step.amount, per=per, products=products, pattern=None)


def is_before_next_visit(on: date, draft: PlanDraft) -> bool:
    """Up to the next visit, or four weeks without one."""
    return on <= (draft.review_on or draft.started_on + timedelta(weeks=4))
