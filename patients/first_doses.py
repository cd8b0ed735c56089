"""Since when the drugs of a patient are taken, as far as the signed plans tell.

Reads only. A hold is no break: what is given again goes on. A plan without the drug is one.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from guidelines.engine.compiled import CompiledPackage
from patients.models import MedicationChange, Plan, PlannedMedication

DOSE_CHANGES = (MedicationChange.START, MedicationChange.RAISE, MedicationChange.REDUCE)


class FirstDose(NamedTuple):
    """`is_known`: a plan began the drug. Of one that was taken before any plan, `on` is the first day of the step on which it is
    named first: nobody knows more. `changed_on`: the day on which a plan began it, or last changed its dose."""

    on: date
    is_known: bool
    changed_on: date | None
    amount: Decimal | None


def first_doses(plan: Plan | None) -> dict[str, FirstDose]:
    """By drug of the plan that is followed, the day from which the plans have given it without a break."""
    if plan is None:
        return {}
    rows = PlannedMedication.objects.filter(
        plan__patient=plan.patient_id, plan__guideline=plan.guideline_id, plan__number__lte=plan.number
    )
    told = rows.order_by("plan__number").values_list(
        "plan", "plan__replaces", "plan__signed_on", "plan__started_on", "drug_key", "change", "amount"
    )
    last: UUID | None = None
    begun, held = dict[str, FirstDose](), set[str]()
    for (key, replaces, signed_on, started_on), lines in groupby(told, key=lambda row: row[:4]):
        before, on_hold = (begun, held) if replaces == last else ({}, set())
        begun, held, last = {}, set(), key
        for *_, drug, change, amount in lines:
            if change == MedicationChange.STOP:
                continue
            is_start, last_told = change == MedicationChange.START, before.get(drug)
            if last_told is None or (is_start and drug not in on_hold):
                on = signed_on if is_start else started_on or signed_on
                last_told = FirstDose(on, is_start, None, None)
            is_other = change == MedicationChange.CONTINUE and None not in (amount, last_told.amount)
            is_changed = change in DOSE_CHANGES or (is_other and amount != last_told.amount)
            begun[drug] = last_told._replace(
                changed_on=signed_on if is_changed else last_told.changed_on, amount=amount or last_told.amount
            )
            if change == MedicationChange.HOLD:
                held.add(drug)
    return begun if last == plan.pk else {}


def days_of(doses: dict[str, FirstDose]) -> dict[str, date]:
    return {drug: dose.on for drug, dose in doses.items()}


def changes_of(doses: dict[str, FirstDose]) -> dict[str, date]:
    return {drug: dose.changed_on for drug, dose in doses.items() if dose.changed_on is not None}


def before_going_down(compiled: CompiledPackage, doses: dict[str, FirstDose]) -> dict[str, date]:
    """The first days of drugs that have an earliest day for going down, where a plan began them."""
    regimens = compiled.package.regimens
    asked = {r.drug for r in regimens if r.taper is not None and r.taper.earliest_start_day is not None}
    return {drug: dose.on for drug, dose in doses.items() if drug in asked and dose.is_known}


def dates_from_json(told: Mapping[str, str]) -> dict[str, date]:
    return {key: date.fromisoformat(day) for key, day in told.items()}


def dates_as_json(days: Mapping[str, date]) -> dict[str, str]:
    return {key: day.isoformat() for key, day in days.items()}
