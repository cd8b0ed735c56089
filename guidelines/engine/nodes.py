"""What a compiled condition is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

Value = Any  # Decimal | bool | str | frozenset[str] | date | None (unknown)
Lookup = Mapping[str, Value]
Closure = Callable[[Lookup], Value]


class ConditionError(ValueError):
    """A condition that cannot be read; the message says what to write instead. `code` is what the lint calls it."""

    code = "cannot_run"


class UnknownFact(ConditionError):
    code = "unknown_fact"


class TypeMismatch(ConditionError):
    code = "type_mismatch"


class UnitMismatch(ConditionError):
    code = "unit_mismatch"


class Kind(NamedTuple):
    """What a name or an expression is. `choices` are the values a choice or set may have."""

    type: str  # number, boolean, choice, set, date
    unit: str | None = None
    choices: tuple[str, ...] = ()
    label: str = ""
    labels: Mapping[str, str] = {}


@dataclass(slots=True)
class Node:
    """One part of a compiled condition. `firm` counts `is_unknown` of an unknown fact as unknown itself."""

    op: str  # and, or, not, leaf, value
    kind: Kind
    text: str
    value: Closure
    firm: Closure
    children: tuple["Node", ...] = ()
    keys: tuple[str, ...] = ()  # what the leaf reads
    literal: Value = None
    asks_unknown: bool = False
    compares: "Comparison | None" = None
    at_least: Closure | None = (
        None  # of a number whose value is unknown while an answer could add to it: what there is so far
    )


class Comparison(NamedTuple):
    """Both sides of a leaf that compares, so that a threshold can be drawn where it lies."""

    symbol: str
    left: Node
    right: Node


NUMBER, BOOLEAN = Kind("number"), Kind("boolean")
