"""Why a signed plan is no longer followed, for its paper: replaced, ended, or its guideline version withdrawn."""

from zoneinfo import ZoneInfo

from django.utils import timezone

from patients.models import Plan, PlanState
from patients.paper_words import patient_day


def why_over(plan: Plan) -> str:
    """One sentence; empty while the plan is followed."""
    zone = ZoneInfo(plan.patient.clinic.time_zone)
    if plan.state == PlanState.REPLACED:
        newer = plan.replaced_by
        return f"Replaced on {patient_day(newer.signed_on)} by plan {newer.number}. Do not use."
    if plan.state == PlanState.ENDED and plan.ended_at is not None:
        return f"Ended on {patient_day(timezone.localdate(plan.ended_at, zone))}. Do not use."
    if plan.version.withdrawn_at is not None:
        withdrawn_on = patient_day(timezone.localdate(plan.version.withdrawn_at, zone))
        return f"Guideline withdrawn on {withdrawn_on}. Do not use. Call us."
    return ""
