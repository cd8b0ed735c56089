"""A step of the wizard as it is shown, kept in memory as long as nothing it was made from has changed.

The stamp names everything a step is made from. What somebody has just sent, and whatever differs between people who
look at the same consultation, is never kept.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from patients.models import Consultation, Observation, Plan
from patients.presentation.run import Run
from patients.presentation.steps import step_links
from patients.wizard import STEPS

MOST_KEPT = 8 * len(STEPS)
PARTS = {"facts": "patients/_questions.html", "dose": "patients/_dose.html"}
FORMS = {"facts": ("step-form", "place-form"), "review": ()}
EMPTY = SafeString("")


class Stamp(NamedTuple):
    """What a step is made from: two equal stamps show the same."""

    consultation: UUID
    lock_version: int
    patient_lock_version: int
    content_hash: str
    plan: UUID | None
    observations: int


def with_stamp(consultations: QuerySet[Consultation]) -> QuerySet[Consultation]:
    """Fetches with a consultation what its stamp needs besides. Observations are only ever added."""
    plans = Plan.objects.active().filter(patient=OuterRef("patient"), guideline=OuterRef("guideline"))
    observations = Observation.objects.filter(patient=OuterRef("patient")).order_by().values("patient")
    return consultations.annotate(
        stamped_plan=Subquery(plans.values("pk")[:1]),
        stamped_observations=Subquery(observations.annotate(found=Count("pk")).values("found")),
    )


def stamp_of(consultation: Consultation) -> Stamp | None:
    """None where the content may still change: nothing of a draft is kept."""
    if not consultation.version.is_locked or not hasattr(consultation, "stamped_plan"):
        return None
    return Stamp(
        consultation.pk,
        consultation.lock_version,
        consultation.patient.lock_version,
        consultation.version.content_hash,
        consultation.stamped_plan,
        consultation.stamped_observations or 0,
    )


@dataclass(frozen=True)
class Shown:
    """The parts of a page. `part` and `foot` are what htmx swaps; `blocked_at` is the step to settle first, if any."""

    key: str
    blocked_at: str | None = None
    steps: SafeString = EMPTY
    part: SafeString = EMPTY
    foot: SafeString = EMPTY
    task: SafeString = EMPTY
    aside: SafeString = EMPTY
    cards: SafeString = EMPTY
    shown_hash: str = ""

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms of the page; their token is the visitor's own and stands outside of what is kept."""
        return FORMS.get(self.key, ("step-form",))


def rendered(run: Run, key: str, context: Mapping[str, Any], *, is_live: bool = False, shown_hash: str = "") -> Shown:
    """Prints the step; for htmx only what it swaps."""
    context = {**context, "steps": step_links(run, key)}
    steps = render_to_string("_steps.html", context)
    part = render_to_string(PARTS[key], context) if key in PARTS else EMPTY
    foot = render_to_string("patients/_go.html", context) if key == "dose" else EMPTY
    if is_live and part:
        return Shown(key, steps=steps, part=part, foot=foot)
    task = render_to_string(f"patients/_{key}_task.html", {**context, "part": part, "foot": foot})
    aside = (
        render_to_string("patients/_why.html", {**context, "why": context["page"].why})
        if key == "recommendation"
        else EMPTY
    )
    cards = render_to_string("patients/_cards.html", {"sources": run.sources.cards})
    return Shown(key, steps=steps, part=part, foot=foot, task=task, aside=aside, cards=cards, shown_hash=shown_hash)


_kept: OrderedDict[tuple[Stamp, str], Shown] = OrderedDict()
_lock = Lock()


def kept(stamp: Stamp | None, key: str) -> Shown | None:
    if stamp is None:
        return None
    with _lock:
        found = _kept.get((stamp, key))
        if found is not None:
            _kept.move_to_end((stamp, key))
        return found


def keep(stamp: Stamp | None, key: str, shown: Shown) -> Shown:
    if stamp is not None:
        with _lock:
            _kept[stamp, key] = shown
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
    return shown
