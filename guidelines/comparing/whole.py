"""Everything that differs between two contents, part by part in a reviewer's order, and where nothing is left out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from pydantic import BaseModel

from guidelines.comparing.fields import Comparing, FieldRow
from guidelines.comparing.names import PARTS, Names, title_of
from guidelines.comparing.pathway import PathRow, pathway_rows
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import KEYED, Package
from guidelines.models import HEAD, Level

State = Literal["added", "removed", "changed", "moved"]
# How much of a part's fields that stayed as they are is shown beside those that changed.
WITH_CONTEXT = {"regimens", "monitoring"}
COUNTED: tuple[str, ...] = ("amount", "interval")
LEVELS = (Level.EDITORIAL, Level.MONITORING, Level.DOSE, Level.SAFETY)
LEVEL_OF = {
    "monitoring": Level.MONITORING, "tests": Level.MONITORING, "regimens": Level.DOSE, "drugs": Level.DOSE,
    "options": Level.DOSE, "steps": Level.DOSE, "transitions": Level.DOSE, "safety_rules": Level.SAFETY,
    "definitions": Level.SAFETY, "facts": Level.SAFETY,
}  # fmt: skip


@dataclass(frozen=True)
class EntryDifference:
    part: str
    key: str
    state: State
    kind: str  # what an entry of this part is called
    title: str
    rows: tuple[FieldRow, ...] = ()
    moved: str = ""
    is_weekly: bool = False  # about a medicine that is taken once a week only

    @property
    def anchor(self) -> str:
        return f"change-{self.part}-{self.key}" if self.key else f"change-{self.part}"

    @property
    def place(self) -> str:
        """The entry as findings and comments name it."""
        return f"{self.part}.{self.key}" if self.key else self.part

    @property
    def texts(self) -> list[FieldRow]:
        """What stands side by side: changed texts and conditions of the entry itself."""
        return [row for row in self.rows if row.is_changed and row.is_own and row.kind in ("words", "condition")]

    @property
    def fields(self) -> list[FieldRow]:
        """What stands in a table: every other field that changed, with the numbers around it that did not."""
        shown = set(map(id, self.texts))
        has_context = self.part in WITH_CONTEXT and self.state == "changed"
        return [
            row for row in self.rows
            if id(row) not in shown and (row.is_changed or (has_context and row.kind in COUNTED and row.is_own))
        ]  # fmt: skip

    @property
    def changed_count(self) -> int:
        return sum(row.is_changed for row in self.rows)

    @property
    def what(self) -> str:
        """What happened to it, in a few words."""
        if self.state != "changed":
            return {"added": "Added", "removed": "Removed", "moved": "Moved"}[self.state]
        if self.changed_count == 1:
            row = next(row for row in self.rows if row.is_changed)
            return f"{row.label.split(':')[0]} changed"
        return f"{self.changed_count} fields changed"


@dataclass(frozen=True)
class PartDifference:
    part: str
    title: str
    entries: tuple[EntryDifference, ...]


@dataclass(frozen=True)
class Comparison:
    parts: tuple[PartDifference, ...]
    pathway: tuple[PathRow, ...]

    @property
    def entries(self) -> list[EntryDifference]:
        return [entry for part in self.parts for entry in part.entries]

    @property
    def count(self) -> int:
        return len(self.entries)

    @property
    def touches(self) -> Level:
        """The most that what has changed could mean for patients."""
        found = [LEVEL_OF.get(part.part, Level.EDITORIAL) for part in self.parts]
        return max(found, key=LEVELS.index, default=Level.EDITORIAL)


def compare(old: CompiledPackage, new: CompiledPackage) -> Comparison:
    comparing = Comparing(Names(old), Names(new))
    parts = []
    for part, (title, kind) in PARTS.items():
        found = (
            head_of(comparing, old.package, new.package)
            if part == HEAD
            else entries_of(comparing, part, kind, old, new)
        )
        entries = tuple(found)
        if entries:
            parts.append(PartDifference(part, title, entries))
    return Comparison(tuple(parts), pathway_rows(old, new))


def head_of(comparing: Comparing, old: Package, new: Package) -> Iterator[EntryDifference]:
    rows = comparing.rows(old.head(), new.head())
    if old.stale_wordings != new.stale_wordings:
        rows.append(FieldRow("Wordings to be looked at again", "value", stale_text(old), stale_text(new)))
    if any(row.is_changed for row in rows):
        yield EntryDifference(HEAD, "", "changed", PARTS[HEAD][1], "", tuple(rows))


def stale_text(package: Package) -> str:
    return ", ".join(f"{row.part}.{row.key} ({row.wording})" for row in package.stale_wordings)


def entries_of(
    comparing: Comparing, part: str, kind: str, old: CompiledPackage, new: CompiledPackage
) -> Iterator[EntryDifference]:
    """Those of the new content in its order, then those that have gone."""
    before, after = keyed(old.package, part), keyed(new.package, part)
    places = moved_entries(list(before), list(after))
    for key, entry in after.items():
        was = before.get(key)
        if was == entry and key not in places:
            continue
        state: State = "added" if was is None else "moved" if was == entry else "changed"
        rows = tuple(comparing.rows(was, entry)) if state != "moved" else ()
        told = title_of(entry), rows, places.get(key, ""), is_weekly(new, entry)
        yield EntryDifference(part, key, state, kind, *told)
    for key, entry in before.items():
        if key not in after:
            rows = tuple(comparing.rows(entry, None))
            yield EntryDifference(part, key, "removed", kind, title_of(entry), rows, "", is_weekly(old, entry))


def is_weekly(compiled: CompiledPackage, entry: Any) -> bool:
    """Whether an entry is about a medicine that is taken once a week only, and not about a single dose of it."""
    if getattr(entry, "one_time", False):
        return False
    drug = compiled.drugs.get(getattr(entry, "drug", None) or entry.key)
    return drug is not None and drug.weekly_only


def keyed(package: Package, part: str) -> Mapping[str, Any]:
    entries: tuple[BaseModel, ...] = getattr(package, part)
    return {entry.key: entry for entry in entries}  # type: ignore[attr-defined]  # the parts are those with keys


def moved_entries(before: list[str], after: list[str]) -> dict[str, str]:
    """Of the entries of both, the fewest whose move makes one order of the other, each with where it stands now."""
    old, new = [key for key in before if key in set(after)], [key for key in after if key in set(before)]
    if old == new:
        return {}
    stayed = {
        key
        for operation, a, b, _, _ in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if operation == "equal"
        for key in old[a:b]
    }  # fmt: skip
    return {
        key: f"From place {before.index(key) + 1} to place {after.index(key) + 1}" for key in new if key not in stayed
    }


# Every part is compared, or a reviewer would approve what nobody was shown.
if missing := set(KEYED) - set(PARTS):
    raise TypeError(f"no comparison of {', '.join(sorted(missing))}")
