"""How a signed plan stands, for its paper: what it replaces, and why it is no longer followed: replaced, ended, withdrawn."""

from datetime import date

from django.utils import timezone

from patients.models import Plan, PlanState
from patients.paper_words import patient_day


def why_over(plan: Plan) -> str:
    """One sentence; empty while the plan is followed."""
    zone = plan.patient.clinic.zone
    if plan.state == PlanState.REPLACED:
        newer = plan.replaced_by
        return f"Replaced on {patient_day(newer.signed_on)} by plan {newer.number}. Do not use."
    if plan.state == PlanState.ENDED and plan.ended_at is not None:
        return f"Ended on {patient_day(timezone.localdate(plan.ended_at, zone))}. Do not use."
    if plan.version.withdrawn_at is not None:
        withdrawn_on = patient_day(timezone.localdate(plan.version.withdrawn_at, zone))
        return f"Guideline withdrawn on {withdrawn_on}. Do not use. Call us."
    return ""


def over_on(plan: Plan) -> date | None:
    """The day on which it was replaced or ended; None while it is followed."""
    if plan.state == PlanState.REPLACED:
        return plan.replaced_by.signed_on
    return timezone.localdate(plan.ended_at, plan.patient.clinic.zone) if plan.ended_at else None


def what_it_replaces(plan: Plan) -> str:
    """What the patient does with the paper there was before; empty where there was none, or this one is over too."""
    before = plan.replaces
    if before is None or plan.state != PlanState.ACTIVE:
        return ""
    return f"This plan replaces plan {before.number} of {patient_day(before.signed_on)}. Throw that one away."
