"""What is known about one patient: values with unit and date, or the way in which a fact is unknown.

Reads FACTS.json strictly. Refuses impossible values, foreign units, dates in the future, keys nobody declared and
values that contradict each other: every problem is named with its place, and nothing is guessed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from guidelines.engine.content import Fact
from guidelines.engine.operators import EXACT, Result, unit_text
from guidelines.engine.values import exact_date, in_short, plain

NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,4})?")
MAXIMUM_PROBLEMS, MAXIMUM_RESULTS = 50, 1000
BIRTH_DATE = "birth_date"  # where a guideline has this fact, nothing it is told happened before that day


class Known(NamedTuple):
    """A value in the fact's own unit; `typed` and `unit` are what the person wrote."""

    value: Any
    typed: str
    unit: str | None
    taken_on: date
    upper_limit: Decimal | None = None
    source: str = "given"


@dataclass(frozen=True, slots=True)
class Unknown:
    """An unknown state. `last` is the value that has become too old, if there is one."""

    name: str
    last: Known | None = None


NotAsked = Unknown("not_asked")
NotKnown = Unknown("not_known")


class Problem(NamedTuple):
    place: str
    message: str


class FactsRefused(ValueError):
    """The facts cannot be used; `problems` says where and what to do."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{p.place}: {p.message}" for p in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class PatientFacts:
    as_of: date
    step: str | None = None
    started_on: date | None = None
    states: Mapping[str, Known | Unknown] = field(default_factory=dict)
    history: Mapping[str, tuple[Result, ...]] = field(default_factory=dict)
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by drug, the rules it is held for
    days_held: int = 0  # since the step began, on which its treatment was on hold
    elsewhere: frozenset[str] = frozenset()  # drugs that another plan gives or holds: not this one's
    told: Mapping[str, frozenset[str]] = field(default_factory=dict)  # of sets nobody answered, what other plans give

    @property
    def weeks_on_hold(self) -> Decimal:
        """A week that was begun counts in full: what was not taken cannot have worked."""
        return Decimal(-(-self.days_held // 7))

    def history_of(self, key: str) -> tuple[Result, ...]:
        """All results by date, the current one included."""
        earlier = self.history.get(key, ())
        state = self.states.get(key)
        current = state if isinstance(state, Known) else state.last if state else None
        if current is None or any(result.taken_on == current.taken_on for result in earlier):
            return earlier
        return tuple(
            sorted((*earlier, Result(current.value, current.taken_on, current.upper_limit)), key=lambda r: r.taken_on)
        )


def in_own_unit(fact: Fact, number: Decimal, unit: str | None) -> Decimal:
    """The number in the fact's own unit; ValueError names the units that are accepted."""
    if unit is None or unit == fact.unit:
        return number
    for other in fact.other_units:
        if other.unit == unit:
            return EXACT.multiply(number, other.factor)
    if fact.unit is None:
        raise ValueError(f"{fact.label} has no unit; leave {in_short(unit)} out")
    accepted = ", ".join([fact.unit, *(other.unit for other in fact.other_units)])
    raise ValueError(f"{in_short(unit)} is not a unit of {fact.label}; use one of: {accepted}")


def read_number(raw: object) -> Decimal:
    """A number a person typed, under the one strict rule; ValueError says how to write it."""
    if not isinstance(raw, str):
        raise ValueError('write the number in quotes, such as "12.5"')
    if "," in raw:
        raise ValueError(f"write a point for decimals: '{raw[:40]}' has a comma, which can mean two things")
    if not NUMBER.fullmatch(raw):
        raise ValueError(f"write a number with up to 6 digits and 4 decimals, such as 12.5, not '{raw[:40]}'")
    return Decimal(raw)


def birth_date_in(raw: Mapping[str, Any]) -> date | None:
    """None where none is given, or one that is refused like any other answer."""
    facts = raw.get("facts")
    entry = facts.get(BIRTH_DATE) if isinstance(facts, dict) else None
    try:
        return exact_date(entry.get("value")) if isinstance(entry, dict) else None
    except ValueError:
        return None


def read_value(fact: Fact, raw: object, unit: str | None = None) -> Any:
    """The value in the fact's own type and unit; ValueError with a sentence when it is impossible."""
    if fact.type == "number":
        number = in_own_unit(fact, read_number(raw), unit)
        if fact.whole and number != number.to_integral_value():
            raise ValueError(f"{fact.label} is a whole number, not {plain(number)}")
        low, high = (fact.possible.min, fact.possible.max) if fact.possible else (None, None)
        if fact.possible and not fact.possible.holds(number):
            shown = unit_text(fact.unit)
            raise ValueError(
                f"{fact.label} {plain(number)} {shown} is impossible: it must be between "
                f"{plain(low) if low is not None else 'any'} and {plain(high) if high is not None else 'any'} {shown}. "
                "Check the number and its unit"
            )
        return number
    if unit is not None:
        raise ValueError(f"{fact.label} has no unit; leave '{unit}' out")
    if fact.type == "boolean":
        if not isinstance(raw, bool):
            raise ValueError(f"{fact.label} is true or false; if nobody knows, write status not_known")
        return raw
    if fact.type == "date":
        return exact_date(raw)
    keys = [choice.key for choice in fact.choices]
    if fact.type == "choice":
        if not isinstance(raw, str) or raw not in keys:
            raise ValueError(f"{fact.label} is one of {', '.join(keys)}; if nobody knows, write status not_known")
        return raw
    if not isinstance(raw, list) or len(raw) > len(keys) or not all(isinstance(v, str) and v in keys for v in raw):
        raise ValueError(f"{fact.label} is a list of these, each once: {', '.join(keys)}")
    if len(set(raw)) != len(raw):
        raise ValueError(f"{fact.label} names one of its values twice")
    return frozenset(raw)


def is_implausible(fact: Fact, value: Any) -> bool:
    """Whether a possible value is unusual enough to be asked about again."""
    return isinstance(value, Decimal) and fact.plausible is not None and not fact.plausible.holds(value)


def aged(fact: Fact, known: Known, as_of: date) -> Known | Unknown:
    """The value, or Stale when it is older than the fact's maximum age."""
    if fact.maximum_age_days is not None and known.taken_on < as_of - timedelta(days=fact.maximum_age_days):
        return Unknown("stale", known)
    return known
