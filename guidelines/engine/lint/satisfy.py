"""Whether a formula can be met by any patient: a tableau over its axes, in exact fractions.

Answers yes, no, or None where the work would be too much; None is never a finding.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from guidelines.engine.lint.formulas import All, AnyOf, Atom, Formula, Unknown, atoms, negated
from guidelines.engine.lint.reader import Reader

MOST_BRANCHES, MOST_IN_ALL = 2_000, 50_000


class TooMuch(Exception):
    """The formula has too many cases to be tried."""


class Stretch(NamedTuple):
    """What is left of an axis: an interval without some points, or some of its choices."""

    low: Fraction | None = None
    low_open: bool = False
    high: Fraction | None = None
    high_open: bool = False
    without: frozenset[Fraction] = frozenset()
    choices: frozenset[str] | None = None

    def narrowed(self, atom: Atom) -> "Stretch":
        symbol, bound = atom.symbol, atom.bound
        if symbol == "in":
            return self._replace(choices=(self.choices or frozenset()) & atom.members)
        if symbol == "!=":
            return self._replace(without=self.without | {bound})
        found = self
        if symbol in (">", ">=", "==") and (found.low is None or bound >= found.low):
            opened = symbol == ">" or (found.low == bound and found.low_open)
            found = found._replace(low=bound, low_open=opened)
        if symbol in ("<", "<=", "==") and (found.high is None or bound <= found.high):
            opened = symbol == "<" or (found.high == bound and found.high_open)
            found = found._replace(high=bound, high_open=opened)
        return found if symbol != "==" else found._with_point(self, bound)

    def _with_point(self, before: "Stretch", point: Fraction) -> "Stretch":
        """An equality outside what was left leaves nothing."""
        return self if before.holds(point) else self._replace(low=Fraction(1), high=Fraction(0))

    def holds(self, point: Fraction) -> bool:
        above = self.low is None or point > self.low or (point == self.low and not self.low_open)
        below = self.high is None or point < self.high or (point == self.high and not self.high_open)
        return above and below and point not in self.without

    def is_empty(self, whole: bool) -> bool:
        if self.choices is not None:
            return not self.choices
        if self.low is None or self.high is None:
            return False
        if self.low > self.high:
            return True
        if self.low == self.high:
            return not self.holds(self.low)
        if not whole:
            return False
        first, last = -(-self.low // 1), self.high // 1
        return last - first < 50 and not any(self.holds(Fraction(n)) for n in range(first, last + 1))


def whole_range(axis_low: Fraction | None, axis_high: Fraction | None, choices: frozenset[str] | None) -> Stretch:
    return Stretch(low=axis_low, high=axis_high, choices=choices)


class Branch:
    """What one way of meeting the formula says so far. `None` where it contradicts itself."""

    __slots__ = ("known", "stretches", "unknown")

    def __init__(self, stretches: dict[str, Stretch], known: frozenset[str], unknown: frozenset[str]) -> None:
        self.stretches, self.known, self.unknown = stretches, known, unknown

    def adding(self, part: Atom | Unknown) -> "Branch | None":
        if isinstance(part, Unknown):
            if not part.wanted:
                return (
                    None
                    if part.fact in self.unknown
                    else Branch(self.stretches, self.known | {part.fact}, self.unknown)
                )
            return None if part.fact in self.known else Branch(self.stretches, self.known, self.unknown | {part.fact})
        axis = part.axis
        before = self.stretches.get(axis.name) or whole_range(axis.low, axis.high, axis.choices)
        after = before.narrowed(part)
        if after.is_empty(axis.whole):
            return None
        read = frozenset() if part.loose else axis.facts
        if read & self.unknown:
            return None
        if after == before and read <= self.known:
            return self
        return Branch({**self.stretches, axis.name: after}, self.known | read, self.unknown)


class Solver:
    """Answers about the conditions of one package."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._kept: dict[Formula, bool | None] = {}
        self._left = MOST_IN_ALL  # of branches, for all questions together

    def can_be_met(self, *parts: Formula) -> bool | None:
        """Whether some patient meets all of these together."""
        whole = All(parts)
        if whole not in self._kept:
            self._kept[whole] = self._search(whole)
        return self._kept[whole]

    def is_never_met(self, *parts: Formula) -> bool:
        return self.can_be_met(*parts) is False

    def is_always_met(self, formula: Formula) -> bool:
        return self.can_be_met(negated(formula)) is False

    def implies(self, one: Formula, other: Formula) -> bool:
        return self.can_be_met(one, negated(other)) is False

    def _search(self, whole: Formula) -> bool | None:
        facts = frozenset(fact for atom in atoms(whole) for fact in atom.axis.facts)
        left = [min(MOST_BRANCHES, self._left)]
        before = left[0]
        try:
            return self._met([whole, self.reader.laws(facts)], Branch({}, frozenset(), frozenset()), left)
        except (TooMuch, RecursionError):
            return None
        finally:
            self._left -= before - max(left[0], 0)

    def _met(self, waiting: list[Formula], branch: Branch, left: list[int]) -> bool:
        """Whether the branch can be carried on to the end; what branches least is settled first."""
        open_: list[AnyOf] = []
        stack = list(waiting)
        while stack:
            part = stack.pop()
            if isinstance(part, All):
                stack += part.parts
            elif isinstance(part, AnyOf):
                open_.append(part)
            else:
                grown = branch.adding(part)
                if grown is None:
                    return False
                branch = grown
        if not open_:
            return True
        choices = [(self._possible(part, branch), part) for part in open_]
        choices.sort(key=lambda found: len(found[0]))
        parts, chosen = choices[0]
        rest: list[Formula] = [part for _, part in choices[1:] if part is not chosen]
        for part in parts:
            left[0] -= 1
            if left[0] < 0:
                raise TooMuch
            if self._met([*rest, part], branch, left):
                return True
        return False

    def _possible(self, part: AnyOf, branch: Branch) -> list[Formula]:
        return [p for p in part.parts if isinstance(p, All | AnyOf) or branch.adding(p) is not None]


def together(parts: Iterable[Formula]) -> Formula:
    return All(tuple(parts))


def either(parts: Iterable[Formula]) -> Formula:
    return AnyOf(tuple(parts))
