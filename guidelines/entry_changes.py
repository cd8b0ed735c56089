"""What differs between two states of one entry, field by field in an editor's words; and which entries a draft changed.

Pure: contents in, differences out.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from guidelines.changes import Segment, compared, in_words
from guidelines.editing import PARTS
from guidelines.editing_forms.lookups import first_words
from guidelines.engine.content import Package
from guidelines.engine.values import Content
from guidelines.labels import field_label
from guidelines.models import HEAD


class Compared(NamedTuple):
    """One field, before and after, whole and as words that went and came."""

    label: str
    before: str
    after: str
    segments: tuple[Segment, ...]


class ChangedEntry(NamedTuple):
    state: str  # added, removed, changed
    part: str
    key: str
    words: str


def compared_entries(
    entry_class: type[BaseModel], before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[Compared]:
    """Fields that differ, of entries as content writes them; None is an entry that is not there."""
    old, new = before or {}, after or {}
    names = [name for name in entry_class.model_fields if old.get(name) != new.get(name)]
    found = []
    for name in names:
        was, becomes = in_words(old.get(name)), in_words(new.get(name))
        label = field_label(entry_class.__name__, name).label or name
        found.append(Compared(label, was, becomes, tuple(compared(was, becomes))))
    return found


def changed_entries(old: Package, new: Package) -> Iterator[ChangedEntry]:
    """Every entry that differs, in the order of the content."""
    if old.head() != new.head():
        yield ChangedEntry("changed", HEAD, HEAD, new.title)
    for part in PARTS:
        before, after = by_key(old, part), by_key(new, part)
        for key, entry in after.items():
            if before.get(key) != entry:
                yield ChangedEntry("changed" if key in before else "added", part, key, first_words(entry))
        for key, entry in before.items():
            if key not in after:
                yield ChangedEntry("removed", part, key, first_words(entry))
    return


def by_key(package: Package, part: str) -> dict[str, Content]:
    return {entry.key: entry for entry in getattr(package, part)}
