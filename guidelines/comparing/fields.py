"""One entry in two contents, field by field: numbers with how much they changed, conditions in English, texts by words.

Whatever differs gives a row: a reviewer approves what is shown here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel

from guidelines.comparing.amounts import NO_BREAK, amount_change, days_change, in_days, interval_change
from guidelines.comparing.names import EXPRESSIONS, PROSE, Names, frequency, label_of, unit_of
from guidelines.comparing.words import Sides, side_by_side
from guidelines.engine.values import Daily, Interval, Weekly, plain

Kind = Literal["words", "condition", "amount", "interval", "value"]
# By what a part of an entry is known, where it has no key.
KNOWN_BY = ("key", "reference", "regimen", "option", "drug", "fact", "item", "test", "unit")


@dataclass(frozen=True)
class FieldRow:
    """One field on both sides; `change` says in words by how much a number changed."""

    label: str
    kind: Kind
    before: str
    after: str
    change: str = ""
    is_own: bool = False  # a field of the entry itself, not of a part of it

    @property
    def is_changed(self) -> bool:
        return self.before != self.after

    @property
    def sides(self) -> Sides:
        return side_by_side(self.before, self.after)


class Told:
    """How one value reads, and what of it can be counted."""

    def __init__(self, names: Names, root: BaseModel, owner: BaseModel | None, name: str) -> None:
        self.value = value = None if owner is None else getattr(owner, name)
        self.unit = ""
        drug = getattr(root, "drug", None)
        if owner is None:
            self.text = ""
        elif isinstance(value, Decimal):
            self.unit = unit_of(root, owner, name) or names.unit_expected(owner)
            self.text = f"{plain(value)}{NO_BREAK}{self.unit}".rstrip(NO_BREAK)
        elif isinstance(value, int) and is_days(name, value):
            self.text = in_days(value).in_words()
        else:
            self.text = names.told(name, value, drug)


def is_days(name: str, value: Any) -> bool:
    return name.endswith("_days") or name == "start_day" if isinstance(value, int) else False


class Comparing:
    """Compares entries of two contents, each told in its own words."""

    def __init__(self, old: Names, new: Names) -> None:
        self.old, self.new = old, new

    def rows(self, old: BaseModel | None, new: BaseModel | None) -> list[FieldRow]:
        """Every field that either entry has. Of an added or removed entry one side is empty."""
        return list(self._fields(old, new, old or new, new or old, "", is_own=True))

    def _fields(
        self, old: BaseModel | None, new: BaseModel | None, old_root: Any, new_root: Any, before: str, *, is_own: bool
    ) -> Iterator[FieldRow]:
        entry: Any = new or old
        for name in type(entry).model_fields:
            if name == "key" or (name == "slug" and is_own):
                continue
            held, holds = getattr(old, name, None), getattr(new, name, None)
            label = f"{before}{label_of(name)}" if not before else f"{before}{label_of(name).lower()}"
            if is_part(held) or is_part(holds):
                yield from self._part(label, held, holds, old_root, new_root)
            elif is_parts(held) or is_parts(holds):
                yield from self._parts(label, held or (), holds or (), old_root, new_root)
            else:
                yield from self._value(label, name, old, new, old_root, new_root, is_own)

    def _value(
        self, label: str, name: str, old: Any, new: Any, old_root: Any, new_root: Any, is_own: bool
    ) -> Iterator[FieldRow]:
        was, now = Told(self.old, old_root, old, name), Told(self.new, new_root, new, name)
        # What is switched off in an entry that has just come, or was in one that is gone, says nothing.
        if (was.text == now.text == "") or (None in (old, new) and (was.value is False or now.value is False)):
            return
        yield FieldRow(label, kind_of(name, was, now, is_own), was.text, now.text, change_of(name, was, now), is_own)

    def _part(self, label: str, old: Any, new: Any, old_root: Any, new_root: Any) -> Iterator[FieldRow]:
        """A part that an entry has once or not at all."""
        if isinstance(old or new, Weekly | Daily):
            yield FieldRow(label, "value", frequency(old) if old else "", frequency(new) if new else "")
        elif old is None or new is None:
            yield FieldRow(label, "value", self._whole(self.old, old, old_root), self._whole(self.new, new, new_root))
        else:
            yield from self._fields(old, new, old_root, new_root, f"{label}: ", is_own=False)

    def _parts(self, label: str, old: Any, new: Any, old_root: Any, new_root: Any) -> Iterator[FieldRow]:
        """Parts in a list, each beside the one it was."""
        found = list(paired(old, new))
        for number, (was, now) in enumerate(found, start=1):
            named = f"{label} {number}" if len(found) > 1 else label
            yield from self._part(named, was, now, old_root, new_root)
        if old != new and all(was == now for was, now in found):
            yield FieldRow(
                f"{label}: order", "value",
                " · ".join(self._whole(self.old, part, old_root) for part in old),
                " · ".join(self._whole(self.new, part, new_root) for part in new),
            )  # fmt: skip

    def _whole(self, names: Names, part: BaseModel | None, root: BaseModel) -> str:
        """A part in one line."""
        if part is None:
            return ""
        told = []
        for name in type(part).model_fields:
            value = getattr(part, name)
            if isinstance(value, Weekly | Daily):
                text = frequency(value)
            elif is_part(value):
                text = self._whole(names, value, root)
            elif is_parts(value):
                text = ", ".join(f"({self._whole(names, one, root)})" for one in value)
            else:
                text = Told(names, root, part, name).text
            if text and value is not False:
                told.append(f"{label_of(name)}: {text}")
        return "; ".join(told)


def is_part(value: Any) -> bool:
    return isinstance(value, BaseModel)


def is_parts(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], BaseModel)


def kind_of(name: str, was: Told, now: Told, is_own: bool) -> Kind:
    value = now.value if now.value is not None else was.value
    if name in EXPRESSIONS:
        return "condition"
    if isinstance(value, Interval) or is_days(name, value):
        return "interval"
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return "amount"
    return "words" if is_own and name in PROSE else "value"


def change_of(name: str, was: Told, now: Told) -> str:
    """By how much, where both sides can be counted in one unit."""
    old, new = was.value, now.value
    if old is None or new is None or old == new:
        return ""
    if isinstance(old, Decimal) and isinstance(new, Decimal):
        if was.unit != now.unit:
            return f"{was.text} → {now.text}: the unit has changed"
        return amount_change(old, new, now.unit)
    if isinstance(old, Interval) and isinstance(new, Interval):
        return interval_change(old, new)
    if is_days(name, old) and is_days(name, new):
        return days_change(old, new)
    return ""


def paired(old: Iterable[Any], new: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Each new part with the old one it was: the same one, else the one known by the same name, else the next one left
    in the order; and what has gone. A part without a name is never paired with one that has another name."""
    left = list(old)
    partners: dict[int, Any] = {}
    parts = list(new)
    for same in (equal, same_name, both_nameless):
        for number, part in enumerate(parts):
            if number in partners:
                continue
            at = next((at for at, other in enumerate(left) if same(other, part)), None)
            if at is not None:
                partners[number] = left.pop(at)
    yield from ((partners.get(number), part) for number, part in enumerate(parts))
    yield from ((other, None) for other in left)


def equal(one: Any, other: Any) -> bool:
    return bool(one == other)


def name_of(part: Any) -> Any:
    return next((getattr(part, name) for name in KNOWN_BY if hasattr(part, name)), None)


def same_name(one: Any, other: Any) -> bool:
    return name_of(one) is not None and name_of(one) == name_of(other)


def both_nameless(one: Any, other: Any) -> bool:
    return name_of(one) is None and name_of(other) is None
