"""What a condition says, as a formula over axes: a comparison of one quantity, one choice or one yes/no.

Pure shapes and how they are turned round; `reader` makes them from texts, `satisfy` asks whether they can be met.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


class Axis(NamedTuple):
    """One quantity that numbers, choices or yes/no are said of. `facts` are what it is worked out from."""

    name: str
    facts: frozenset[str] = frozenset()
    low: Fraction | None = None
    high: Fraction | None = None
    whole: bool = False
    choices: frozenset[str] | None = None  # None: a number
    fact: str | None = None  # the one fact it is, unchanged


class Atom(NamedTuple):
    """`axis symbol bound`, or `axis in members`. An unknown fact makes it unknown, unless it is `loose`."""

    axis: Axis
    symbol: str = "in"
    bound: Fraction = Fraction(0)
    members: frozenset[str] = frozenset()
    loose: bool = False

    def negated(self) -> "Atom":
        if self.symbol == "in":
            return self._replace(members=(self.axis.choices or frozenset()) - self.members)
        return self._replace(symbol=OPPOSITE[self.symbol])


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """That a fact is not known, or that it is."""

    fact: str
    wanted: bool = True


Formula = Atom | All | AnyOf | Unknown
TRUE, FALSE = All(()), AnyOf(())
YES = frozenset({"yes"})
YES_NO = frozenset({"yes", "no"})


def negated(formula: Formula) -> Formula:
    if isinstance(formula, All):
        return AnyOf(tuple(negated(part) for part in formula.parts))
    if isinstance(formula, AnyOf):
        return All(tuple(negated(part) for part in formula.parts))
    if isinstance(formula, Unknown):
        return Unknown(formula.fact, not formula.wanted)
    return formula.negated()


def loosened(formula: Formula) -> Formula:
    """The same as a law of nature: it holds also where its facts are not known."""
    if isinstance(formula, All | AnyOf):
        return type(formula)(tuple(loosened(part) for part in formula.parts))
    return formula._replace(loose=True) if isinstance(formula, Atom) else formula


def atoms(formula: Formula) -> Iterator[Atom]:
    if isinstance(formula, Atom):
        yield formula
    elif isinstance(formula, All | AnyOf):
        for part in formula.parts:
            yield from atoms(part)


class Linear(NamedTuple):
    """factor × base + constant; without base a constant."""

    factor: Fraction
    base: Axis | None
    constant: Fraction


def scaled(part: Linear, factor: Fraction) -> Linear:
    return Linear(part.factor * factor, part.base if factor else None, part.constant * factor)


def compared(a: Linear, b: Linear, symbol: str) -> Formula:
    """`a symbol b` as one atom: a quantity against a number, or the ratio of two against a number."""
    if a.base is not None and b.base is not None and a.base.name == b.base.name:
        a, b = Linear(a.factor - b.factor, a.base, a.constant), Linear(Fraction(0), None, b.constant)
    if a.base is None or not a.factor:
        a, b, symbol = b, a, FLIPPED[symbol]
    if a.base is None or not a.factor:
        held: Callable[[Any, Any], bool] = {
            "<": lambda x, y: x < y, "<=": lambda x, y: x <= y, ">": lambda x, y: x > y, ">=": lambda x, y: x >= y,
            "==": lambda x, y: x == y, "!=": lambda x, y: x != y,
        }[symbol]  # fmt: skip
        return TRUE if held(a.constant, b.constant) else FALSE
    if b.base is None or not b.factor:
        return Atom(a.base, symbol if a.factor > 0 else FLIPPED[symbol], (b.constant - a.constant) / a.factor)
    return ratio(a, a.base, b, b.base, symbol)


def ratio(a: Linear, first: Axis, b: Linear, second: Axis, symbol: str) -> Atom:
    facts = first.facts | second.facts
    never_negative = first.low is not None and first.low >= 0 and second.low is not None and second.low >= 0
    if a.constant or b.constant or a.factor <= 0 or b.factor <= 0 or not never_negative:
        if second.name < first.name:
            a, b, first, second, symbol = b, a, second, first, FLIPPED[symbol]
        name = f"{a.factor} * {first.name} - {b.factor} * {second.name}"
        return Atom(Axis(name, facts), symbol, b.constant - a.constant)
    if second.name < first.name:
        a, b, first, second, symbol = b, a, second, first, FLIPPED[symbol]
    low = first.low / second.high if first.low is not None and second.high else None
    high = first.high / second.low if first.high is not None and second.low else None
    return Atom(Axis(f"{first.name} / {second.name}", facts, low, high), symbol, b.factor / a.factor)
