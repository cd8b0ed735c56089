"""Since when the drugs of a patient are taken, as far as the signed plans tell.

Reads only. A hold is no break: what is given again goes on. A plan without the drug is one.
"""

from datetime import date
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from guidelines.engine.compiled import CompiledPackage
from patients.models import MedicationChange, Plan, PlannedMedication


class FirstDose(NamedTuple):
    """`is_known`: a plan began the drug. Of one that was taken before any plan, `on` is the first day of the step on which it is
    named first: nobody knows more."""

    on: date
    is_known: bool


def first_doses(plan: Plan | None) -> dict[str, FirstDose]:
    """By drug of the plan that is followed, the day from which the plans have given it without a break."""
    if plan is None:
        return {}
    rows = PlannedMedication.objects.filter(
        plan__patient=plan.patient_id, plan__guideline=plan.guideline_id, plan__number__lte=plan.number
    )
    told = rows.order_by("plan__number").values_list(
        "plan", "plan__replaces", "plan__signed_on", "plan__started_on", "drug_key", "change"
    )
    last: UUID | None = None
    begun, held = dict[str, FirstDose](), set[str]()
    for (key, replaces, signed_on, started_on), lines in groupby(told, key=lambda row: row[:4]):
        before, on_hold = (begun, held) if replaces == last else ({}, set())
        begun, held, last = {}, set(), key
        for *_, drug, change in lines:
            if change == MedicationChange.STOP:
                continue
            is_start = change == MedicationChange.START
            since = FirstDose(signed_on, True) if is_start else FirstDose(started_on or signed_on, False)
            begun[drug] = before.get(drug, since) if not is_start or drug in on_hold else since
            if change == MedicationChange.HOLD:
                held.add(drug)
    return begun if last == plan.pk else {}


def days_of(doses: dict[str, FirstDose]) -> dict[str, date]:
    return {drug: dose.on for drug, dose in doses.items()}


def before_going_down(compiled: CompiledPackage, doses: dict[str, FirstDose]) -> dict[str, date]:
    """The first days of drugs that have an earliest day for going down, where a plan began them."""
    regimens = compiled.package.regimens
    asked = {r.drug for r in regimens if r.taper is not None and r.taper.earliest_start_day is not None}
    return {drug: dose.on for drug, dose in doses.items() if drug in asked and dose.is_known}
