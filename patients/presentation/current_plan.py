"""The plan that is followed, in the words of the signed plan: this page says what the paper says."""

from dataclasses import dataclass
from typing import Any

from guidelines.engine.compiled import CompiledPackage
from patients.models import Plan
from patients.presentation import words


@dataclass(frozen=True, slots=True)
class MedicationLine:
    word: str
    tag: str
    name: str
    dose: str
    often: str
    weekday: int | None
    weekday_name: str


@dataclass(frozen=True, slots=True)
class CurrentPlan:
    plan: Plan
    step: str
    medications: list[MedicationLine]


def current_plan(plan: Plan, compiled: CompiledPackage, told: list[dict[str, Any]] | None) -> CurrentPlan:
    """`told` are the medications as the signed plan tells them."""
    said = {medication["drug"]: medication["clinician_line"] for medication in told or ()}
    step = compiled.steps[plan.step].step.title if plan.step in compiled.steps else ""
    lines = [
        MedicationLine(
            words.CHANGES[row.change], words.CHANGE_TAGS.get(row.change, ""), compiled.drugs[row.drug_key].name,
            said.get(row.drug_key, "") if row.is_given else "", words.often(compiled, row), row.weekday,
            row.get_weekday_display() or "",
        )
        for row in plan.medications.all()
    ]  # fmt: skip
    return CurrentPlan(plan, step, lines)
