"""Two people in one consultation: how it was when a page was made, what each changed since, and one put onto the other.

Reads the history the database keeps. Writes nothing, and never decides whose answer holds.
"""

from collections.abc import Mapping
from copy import copy
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User

from patients.models import Consultation

AS_SAVED = ("as_of", "current_step", "step_started_on", "answers", "choices", "furthest_step", "lock_version")
BY_KEY = ("amounts", "weekdays", "taking", "overrides")


class LastSaved(NamedTuple):
    by: User | None
    at: datetime


def as_it_was(consultation: Consultation, lock_version: int) -> Consultation | None:
    """The consultation as the page with this lock showed it; None where it never had that lock. Not to be saved."""
    row = consultation.events.filter(lock_version=lock_version).order_by("-pgh_id").first()  # type: ignore[attr-defined]
    if row is None:
        return None
    before = copy(consultation)
    for name in AS_SAVED:
        setattr(before, name, getattr(row, name))
    return before


def last_saved(consultation: Consultation) -> LastSaved | None:
    rows = consultation.events.select_related("pgh_context").order_by("-pgh_id")  # type: ignore[attr-defined]
    row = rows.first()
    if row is None:
        return None
    number = row.pgh_context.metadata.get("user") if row.pgh_context else None
    by = User.objects.filter(pk=number).first() if number is not None else None
    return LastSaved(by, row.pgh_created_at)


def by_place(choices: Mapping[str, Any]) -> dict[str, Any]:
    """Choices with one entry for each thing chosen, such as `amounts.REGIMEN`; what is not chosen has none."""
    found = {f"{name}.{key}": entry for name in BY_KEY for key, entry in choices.get(name, {}).items()}
    found |= {f"acknowledged.{key}": True for key in choices.get("acknowledged", ())}
    found |= {name: choices[name] for name in ("option", "review_on") if choices.get(name)}
    return found


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """By place, what is different after; None where it is gone."""
    return {place: after.get(place) for place in {**before, **after} if before.get(place) != after.get(place)}


def onto(choices: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The choices with these changes made to them, and nothing else."""
    places = by_place(choices)
    places.update(changes)
    merged: dict[str, Any] = {**choices, **{name: {} for name in BY_KEY if name in choices}}
    seen = []
    for place, entry in places.items():
        name, _, key = place.partition(".")
        if name == "acknowledged":
            seen += [key] if entry else []
        elif not key:
            merged[name] = entry
        elif entry is not None:
            merged.setdefault(name, {})[key] = entry
    return {**merged, "acknowledged": sorted(seen)} if seen or "acknowledged" in choices else merged
