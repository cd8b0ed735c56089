"""What a physician chose for one consultation: option, amounts, weekdays, overrides.

Reads the stored JSON strictly. Refuses unknown keys, numbers that have to be guessed, and weekdays that are not named
in full; it never fills in what is missing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from guidelines.engine.facts import read_number
from guidelines.engine.planned import Weekday
from guidelines.engine.values import exact_date, plain

KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,79}")
MAXIMUM_ENTRIES, MAXIMUM_TEXT = 200, 2000
TAKING = ("continue", "hold", "stop")
WEEKDAYS = {day.name.lower(): day for day in Weekday}
FIELDS = ("option", "amounts", "weekdays", "taking", "overrides", "acknowledged", "review_on")
Value = TypeVar("Value")


class ChoiceProblem(NamedTuple):
    place: str
    message: str


class ChoicesRefused(ValueError):
    """The choices cannot be used; `problems` says where and what to do."""

    def __init__(self, problems: list[ChoiceProblem]) -> None:
        super().__init__("; ".join(f"{p.place}: {p.message}" for p in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class OverrideChoice:
    """Going against a rule: the key of a coded reason, and why in words."""

    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Amounts by regimen, in the dose's own unit and period; weekdays and what happens to drugs taken, by drug."""

    option: str | None = None
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    weekdays: Mapping[str, Weekday] = field(default_factory=dict)
    taking: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, OverrideChoice] = field(default_factory=dict)
    acknowledged: frozenset[str] = frozenset()
    review_on: date | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "option": self.option,
            "amounts": {key: plain(amount) for key, amount in sorted(self.amounts.items())},
            "weekdays": {key: weekday.name.lower() for key, weekday in sorted(self.weekdays.items())},
            "taking": dict(sorted(self.taking.items())),
            "overrides": {
                key: {"reason": override.reason, "text": override.text}
                for key, override in sorted(self.overrides.items())
            },
            "acknowledged": sorted(self.acknowledged),
            "review_on": self.review_on.isoformat() if self.review_on else None,
        }


def read_choices(raw: object) -> Choices:
    """The stored or posted choices; raises ChoicesRefused with every problem found. What is absent stays absent."""
    return _Reader().read(raw)


class _Reader:
    def __init__(self) -> None:
        self.problems: list[ChoiceProblem] = []

    def refuse(self, place: str, message: str) -> None:
        self.problems.append(ChoiceProblem(place[:120], message))

    def read(self, raw: object) -> Choices:
        if not isinstance(raw, dict):
            raise ChoicesRefused([ChoiceProblem("choices", "must be one object")])
        for key in raw:
            if key not in FIELDS:
                self.refuse(str(key), f"is not known here; use {', '.join(FIELDS)}")
        choices = Choices(
            option=self.one(raw, "option", _key),
            amounts=self.entries(raw, "amounts", _amount),
            weekdays=self.entries(raw, "weekdays", _weekday),
            taking=self.entries(raw, "taking", _taking),
            overrides=self.entries(raw, "overrides", _override),
            acknowledged=self.acknowledged(raw.get("acknowledged", [])),
            review_on=self.one(raw, "review_on", exact_date),
        )
        if self.problems:
            raise ChoicesRefused(self.problems)
        return choices

    def one(self, raw: dict[str, Any], name: str, read: Callable[[object], Value]) -> Value | None:
        if raw.get(name) is None:
            return None
        try:
            return read(raw[name])
        except ValueError as problem:
            self.refuse(name, str(problem))
            return None

    def entries(self, raw: dict[str, Any], name: str, read: Callable[[object], Value]) -> dict[str, Value]:
        part = raw.get(name, {})
        if not isinstance(part, dict) or len(part) > MAXIMUM_ENTRIES:
            self.refuse(name, f"must be an object of at most {MAXIMUM_ENTRIES} entries")
            return {}
        found = {}
        for key, entry in part.items():
            try:
                found[_key(key)] = read(entry)
            except ValueError as problem:
                self.refuse(f"{name}.{str(key)[:80]}", str(problem))
        return found

    def acknowledged(self, raw: object) -> frozenset[str]:
        if not isinstance(raw, (list, tuple)) or len(raw) > MAXIMUM_ENTRIES:
            self.refuse("acknowledged", f"must be a list of at most {MAXIMUM_ENTRIES} rule keys")
            return frozenset()
        found = set()
        for key in raw:
            try:
                found.add(_key(key))
            except ValueError as problem:
                self.refuse("acknowledged", str(problem))
        return frozenset(found)


def _key(raw: object) -> str:
    if not isinstance(raw, str) or not KEY.fullmatch(raw):
        raise ValueError("must be a key: a letter, then letters, digits, - and _, at most 80")
    return raw


def _amount(raw: object) -> Decimal:
    amount = read_number(raw)
    if amount <= 0:
        raise ValueError("an amount is above 0; to give nothing, stop or hold the drug")
    return amount


def _weekday(raw: object) -> Weekday:
    if not isinstance(raw, str) or raw not in WEEKDAYS:
        raise ValueError("name one weekday in full, such as monday")
    return WEEKDAYS[raw]


def _taking(raw: object) -> str:
    if raw not in TAKING:
        raise ValueError(f"choose one of {', '.join(TAKING)}")
    return str(raw)


def _override(raw: object) -> OverrideChoice:
    if not isinstance(raw, dict) or set(raw) - {"reason", "text"}:
        raise ValueError("an override has a reason and a text")
    reason, text = raw.get("reason"), raw.get("text", "")
    if not isinstance(text, str) or "\x00" in text or len(text) > MAXIMUM_TEXT:
        raise ValueError(f"write the reason in words, with at most {MAXIMUM_TEXT} characters and without NUL bytes")
    return OverrideChoice(_key(reason), text.strip())
