"""What differs between two contents of a guideline, in a reader's order. Pure: two packages in, changes out.

Nothing is judged here: whether a difference matters to a patient is for a clinician to say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from guidelines.comparing.words import Segment, compared
from guidelines.engine.content import Package
from guidelines.reading import Audience

HEAD = ("title", "question", "answer", "population", "condition", "publisher", "review_by", "disclaimer")
PLAIN_HEAD = ("title", "plain_question", "plain_answer", "review_by")
# The parts that a reader sees, in the order of the page. The others are told by their number.
READ = {
    "statements": "Statements",
    "conflicts": "What speaks against statements",
    "steps": "Steps",
    "transitions": "Ways from step to step",
    "options": "Options",
    "regimens": "Regimens",
    "drugs": "Medicines",
    "monitoring": "Monitoring",
    "safety_rules": "Safety rules",
    "definitions": "Definitions",
    "instructions": "What patients are told",
    "references": "References",
}
COUNTED = {
    "facts": "what is asked about a patient",
    "tests": "tests",
    "sections": "section titles",
    "print_rules": "checks of the printed plan",
    "override_reasons": "reasons for going against a rule",
    "cases": "test patients",
}
# Where a difference without plain wording still concerns a patient.
CONCERNS = ("regimens", "monitoring")
UNNAMED = ("key", "cites", "marks", "position")


@dataclass(frozen=True)
class FieldChange:
    label: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class EntryChange:
    state: Literal["added", "removed", "changed"]
    key: str
    title: str
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class PartChanges:
    title: str
    entries: tuple[EntryChange, ...]


@dataclass(frozen=True)
class Changes:
    head: tuple[FieldChange, ...]
    parts: tuple[PartChanges, ...]
    counted: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.head) + sum(len(part.entries) for part in self.parts)

    @property
    def is_empty(self) -> bool:
        return not (self.count or self.counted)


def changes_between(old: Package, new: Package, audience: Audience = "clinician") -> Changes:
    """What a reader of `old` must learn to have read `new`. A patient is told of plain wording, doses and tests."""
    before, after = old.canonical(), new.canonical()
    head = PLAIN_HEAD if audience == "patient" else HEAD
    fields = {name: name.removeprefix("plain_") for name in head}
    parts = []
    for name, title in READ.items():
        entries = tuple(entry_changes(name, keyed(before, name), keyed(after, name), audience))
        if entries:
            parts.append(PartChanges(title, entries))
    return Changes(
        head=tuple(field_change(label, before.get(name), after.get(name)) for name, label in fields.items()
                   if before.get(name) != after.get(name)),
        parts=tuple(parts),
        counted=tuple(counted(before, after)) if audience == "clinician" else (),
    )  # fmt: skip


def keyed(content: Mapping[str, Any], name: str) -> dict[str, Mapping[str, Any]]:
    return {entry["key"]: entry for entry in content.get(name, [])}


def entry_changes(
    part: str, old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]], audience: Audience
) -> Iterator[EntryChange]:
    """Changed and added entries in the order of the new content, removed ones after them."""
    for key, entry in new.items():
        if key not in old:
            if audience == "clinician" or concerns(part, {}, entry):
                yield EntryChange("added", key, "", tuple(texts(entry, audience, is_new=True)))
        elif old[key] != entry:
            fields = tuple(changed_fields(old[key], entry, audience))
            if fields or (audience == "patient" and concerns(part, old[key], entry)):
                title = title_of(entry, audience)
                is_told = any(title in "".join(part.text for part in field.segments) for field in fields)
                yield EntryChange("changed", key, "" if is_told else title, fields)
    for key, entry in old.items():
        if key not in new and (audience == "clinician" or concerns(part, entry, {})):
            yield EntryChange("removed", key, "", tuple(texts(entry, audience, is_new=False)))


def texts(entry: Mapping[str, Any], audience: Audience, *, is_new: bool) -> Iterator[FieldChange]:
    """All that a new entry says, or that a removed one said."""
    for name, value in entry.items():
        if name in UNNAMED or (audience == "patient" and not name.startswith("plain")):
            continue
        yield field_change(name, *((None, value) if is_new else (value, None)))


def concerns(part: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return part in CONCERNS or old.get("plain") != new.get("plain")


def title_of(entry: Mapping[str, Any], audience: Audience) -> str:
    """The first words by which an entry is known."""
    plain = ("plain_title", "plain_label", "plain") if audience == "patient" else ()
    names = (*plain, "title", "label", "name", "clinician", "message", "text", "phase", "key")
    return next(str(entry[name]) for name in names if entry.get(name))


def changed_fields(old: Mapping[str, Any], new: Mapping[str, Any], audience: Audience) -> Iterator[FieldChange]:
    for name in dict.fromkeys([*new, *old]):
        if old.get(name) == new.get(name) or (audience == "patient" and not name.startswith("plain")):
            continue
        yield field_change(name, old.get(name), new.get(name))


def field_change(name: str, old: Any, new: Any) -> FieldChange:
    return FieldChange(name.replace("_", " "), tuple(compared(in_words(old), in_words(new))))


def in_words(value: Any) -> str:
    """A value of content as one text that can be compared word by word."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        named = {name: in_words(part) for name, part in value.items() if name not in UNNAMED}
        return "; ".join(f"{name.replace('_', ' ')}: {text}" for name, text in named.items() if text)
    if isinstance(value, list | tuple):
        return " · ".join(in_words(part) for part in value)
    return str(value)


def counted(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Parts that a reader does not see, by the number of entries that differ."""
    for name, title in COUNTED.items():
        old, new = keyed(before, name), keyed(after, name)
        differing = sum(old.get(key) != new.get(key) for key in {*old, *new})
        if differing:
            yield f"{title} ({differing})"
