"""A step of the wizard as it is shown, kept in memory as long as nothing it was made from has changed.

The stamp names everything a step is made from. What somebody has just sent, and whatever differs between people who
look at the same consultation, is never kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from config.kept import Kept
from patients.actions import Stamp
from patients.presentation.banner import Banner, banner_of
from patients.presentation.run import Run
from patients.presentation.steps import step_links
from patients.wizard import STEPS

MOST_KEPT = 8 * len(STEPS)
PARTS = {"facts": "patients/_questions.html", "dose": "patients/_dose.html"}
FORMS = {"facts": ("step-form", "place-form"), "review": ()}
EMPTY = SafeString("")


@dataclass(frozen=True)
class Shown:
    """The parts of a page. `part` and `foot` are what htmx swaps; `blocked_at` is the step to settle first, if any."""

    key: str
    banner: Banner
    is_demo: bool
    consultation: UUID
    lock_version: int
    blocked_at: str | None = None
    steps: SafeString = EMPTY
    part: SafeString = EMPTY
    foot: SafeString = EMPTY
    task: SafeString = EMPTY
    aside: SafeString = EMPTY
    cards: SafeString = EMPTY
    conflict: SafeString = EMPTY
    shown_hash: str = ""

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms of the page; their token is the visitor's own and stands outside of what is kept."""
        return FORMS.get(self.key, ("step-form",))


def blocked(run: Run, key: str) -> Shown:
    """A step that does not open yet."""
    return Shown(**head_of(run, key), blocked_at=run.blocked_at)


def head_of(run: Run, key: str) -> dict[str, Any]:
    consultation = run.consultation
    return {
        "key": key,
        "banner": banner_of(consultation.patient),
        "is_demo": consultation.patient.clinic.is_demo,
        "consultation": consultation.pk,
        "lock_version": consultation.lock_version,
    }


def rendered(run: Run, key: str, context: Mapping[str, Any], *, is_live: bool = False, shown_hash: str = "") -> Shown:
    """Prints the step; for htmx only what it swaps."""
    context = {**context, "steps": step_links(run, key)}
    steps = render_to_string("_steps.html", context)
    part = render_to_string(PARTS[key], context) if key in PARTS else EMPTY
    foot = render_to_string("patients/_go.html", context) if key == "dose" else EMPTY
    conflict = render_to_string("patients/_conflict.html", context)
    if is_live and part:
        return Shown(**head_of(run, key), steps=steps, part=part, foot=foot, conflict=conflict)
    task = render_to_string(f"patients/_{key}_task.html", {**context, "part": part, "foot": foot})
    aside = (
        render_to_string("patients/_why.html", {**context, "why": context["page"].why})
        if key == "recommendation"
        else EMPTY
    )
    cards = render_to_string("patients/_cards.html", {"sources": run.sources.cards})
    return Shown(
        **head_of(run, key),
        steps=steps,
        part=part,
        foot=foot,
        task=task,
        aside=aside,
        cards=cards,
        conflict=conflict,
        shown_hash=shown_hash,
    )


_kept: Kept[tuple[Stamp, str], Shown] = Kept(MOST_KEPT, shared="steps")


def kept(stamp: Stamp | None, key: str) -> Shown | None:
    return _kept.get((stamp, key)) if stamp is not None else None


def keep(stamp: Stamp | None, key: str, shown: Shown) -> Shown:
    return _kept.keep((stamp, key), shown) if stamp is not None else shown
