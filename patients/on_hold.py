"""What a plan holds, for which rules, and for how long. Reads only.

A rule that was only unknown holds nothing.
"""

from datetime import date

from django.db.models import Exists, OuterRef

from guidelines.engine.compiled import CompiledPackage
from patients.models import MedicationChange, Plan, PlannedMedication


def held_by(plan: Plan | None) -> dict[str, list[str]]:
    """By drug that is held, the rules that were met and asked for it. A rule that was only unknown is not among them."""
    if plan is None:
        return {}
    held = {row.drug_key for row in plan.medications.all() if row.change == MedicationChange.HOLD}
    found: dict[str, list[str]] = {}
    for alert in plan.frozen["decision"].get("alerts", ()) if held else ():
        if alert["subject"] in held and alert["state"] == "met" and alert["action"] == "hold":
            found.setdefault(alert["subject"], []).append(alert["rule"])
    return found


def days_on_hold(compiled: CompiledPackage, plan: Plan | None, as_of: date) -> int:
    """Since the plan's step was begun, the days on which a main drug of the step was on hold, up to a day."""
    if plan is None or plan.step not in compiled.steps:
        return 0
    offered = [compiled.options[entry.option] for entry in compiled.steps[plan.step].step.options]
    main = {
        compiled.regimens[part.regimen].drug.key
        for option in offered for part in option.regimens if part.role == "main"
    }  # fmt: skip
    rows: list[tuple[date, bool]]
    if plan.replaces_id is None:
        rows = [(plan.signed_on, any(is_on_hold(row, main) for row in plan.medications.all()))]
    else:
        holds = PlannedMedication.objects.filter(plan=OuterRef("pk"), change=MedicationChange.HOLD, drug_key__in=main)
        of_step = Plan.objects.filter(
            patient=plan.patient_id, guideline=plan.guideline_id, step=plan.step, started_on=plan.started_on,
            number__lte=plan.number,
        )  # fmt: skip
        rows = list(of_step.order_by("number").values_list("signed_on", Exists(holds)))
    ends = [*(signed_on for signed_on, _ in rows[1:]), as_of]
    return sum(max((end - signed_on).days, 0) for (signed_on, is_held), end in zip(rows, ends, strict=True) if is_held)


def is_on_hold(row: PlannedMedication, drugs: set[str]) -> bool:
    return row.change == MedicationChange.HOLD and row.drug_key in drugs
