"""What is taken, and what is held and for which rules, as the plan that is followed says.

Refuses to tell today's amount where nobody knows it: of a drug that is held, or raised or lowered in dated steps.
"""

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import SafetyRule
from guidelines.engine.planned import Weekday
from patients.models import MedicationChange, Plan, PlannedMedication
from patients.plan_draft import CurrentDrug


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


def current_drugs(compiled: CompiledPackage, plan: Plan | None) -> dict[str, CurrentDrug]:
    """What is taken under the active plan, by drug, as far as the guideline still has the drug.

    Without an amount where the plan does not tell today's: nobody knows whether every step was taken, so the amount is
    asked and never carried over.
    """
    if plan is None:
        return {}
    in_steps = {
        told["drug"] for told in plan.care_plan.get("medications", ())
        if len(told["taper"]) > 1 or len(told["titration"]) > 1
    }  # fmt: skip
    held, found = held_by(plan), dict[str, CurrentDrug]()
    for row in plan.medications.all():
        if row.change == MedicationChange.STOP or row.drug_key not in compiled.drugs:
            continue
        if row.change == MedicationChange.HOLD:
            rules = [compiled.rules[key].rule for key in held.get(row.drug_key, ()) if key in compiled.rules]
            found[row.drug_key] = held_drug(plan, row, rules)
            continue
        is_steady = row.change != MedicationChange.TAPER and row.drug_key not in in_steps
        known, begun_with = (row.amount, None) if is_steady else (None, row.amount)
        found[row.drug_key] = CurrentDrug(known, weekday_of(row), begun_with=begun_with)
    return found


def held_drug(plan: Plan, row: PlannedMedication, rules: list[SafetyRule]) -> CurrentDrug:
    before = last_given(plan, row.drug_key)
    lower = [rule for rule in rules if rule.action.resume_lower]
    below = before.amount if before is not None and lower else None
    weekday = weekday_of(before) if before is not None else None
    return CurrentDrug(None, weekday, True, below, " ".join(rule.action.resume or "" for rule in lower))


def last_given(plan: Plan, drug: str) -> PlannedMedication | None:
    """The drug as it was given before it was held, in the newest plan that says so."""
    earlier = plan.replaces
    while earlier is not None:
        row = next((row for row in earlier.medications.all() if row.drug_key == drug), None)
        if row is None or row.change != MedicationChange.HOLD:
            return row
        earlier = earlier.replaces
    return None


def weekday_of(row: PlannedMedication) -> Weekday | None:
    return None if row.weekday is None else Weekday(row.weekday)
