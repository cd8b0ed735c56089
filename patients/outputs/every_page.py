"""What stands on every page of a printed plan: whose it is, and whether it may be used on the day it is printed.

Never calls a paper valid that was replaced, ended or withdrawn, or that is past its review.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from guidelines.templatetags.qr import qr
from patients.paper_words import patient_day
from patients.plan_parts import CarePlan

LONG_NAME = 44  # characters that fit on the first line beside the weekly drug


@dataclass(frozen=True, slots=True)
class Standing:
    """`bands` are printed across the head of every page, the most urgent first."""

    bands: tuple[str, ...]
    is_over: bool
    is_past_review: bool

    @property
    def is_valid(self) -> bool:
        return not (self.is_over or self.is_past_review)


def standing_of(plan: CarePlan, *, printed_on: date, over: str = "") -> Standing:
    """`over` is why the plan is no longer followed, in one sentence; empty while it is."""
    is_past = not over and plan.review_on is not None and printed_on > plan.review_on
    past = f"Past its review of {patient_day(plan.review_on)}: ask before you use it." if plan.review_on else ""
    bands = (over, past if is_past else "", status_band(plan))
    return Standing(tuple(band for band in bands if band), bool(over), is_past)


def status_band(plan: CarePlan) -> str:
    """The content's standing; nothing for approved content, unless it is tried with a test patient."""
    if plan.header.is_preview:
        return f"{', '.join(plan.header.watermark or ())}. A test patient of the guideline: nobody's plan."
    if plan.header.guideline.is_demonstration:
        return "Demonstration. Not approved for care."
    return (
        ""
        if not plan.header.guideline.is_draft
        else f"DRAFT: {plan.header.guideline.status.replace('_', ' ')}. Not approved for care."
    )


def every_page(plan: CarePlan, standing: Standing, public_url: str) -> dict[str, Any]:
    """What `patients/paper/_head_and_foot.html` needs, besides the dates."""
    patient = plan.header.patient
    return {
        "plan": plan,
        "weekly": next((box for box in plan.boxes if box.weekly_only and box.amount), None),
        "standing": standing,
        "has_long_name": len(patient.family_name) + len(patient.given_names) > LONG_NAME,
        "qr": qr(public_url, "Opens the guideline this plan follows") if public_url else None,
    }
