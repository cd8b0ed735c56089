"""What can be known about a patient: facts, the tests that bring them, and the guideline's definitions."""

from decimal import Decimal
from typing import Literal

from guidelines.engine.shape.marked import Marked
from guidelines.engine.values import Amount, Content, Expression, Factor, Flag, Key, Line, Whole


class Range(Content):
    min: Amount | None = None
    max: Amount | None = None

    def holds(self, value: Decimal) -> bool:
        return (self.min is None or value >= self.min) and (self.max is None or value <= self.max)


class OtherUnit(Content):
    """A unit people also use: value × factor = value in the fact's own unit."""

    unit: Line
    factor: Factor


class Choice(Content):
    key: Key
    label: Line
    code: Line | None = None


class Implied(Content):
    """The value a fact has while a condition holds, unless a value was given."""

    value: Line
    when: Expression


class Fact(Marked):
    """A named, typed, unit-bearing datum about a patient."""

    key: Key
    label: Line
    question: Line
    plain_question: Line | None = None
    why: Line | None = None
    group: Key
    type: Literal["number", "boolean", "choice", "set", "date"]
    whole: Flag = False
    unit: Line | None = None  # UCUM
    other_units: tuple[OtherUnit, ...] = ()
    possible: Range | None = None  # outside: refused
    plausible: Range | None = None  # outside: questioned
    choices: tuple[Choice, ...] = ()
    loinc: Line | None = None
    code: Line | None = None
    maximum_age_days: Whole | None = None
    upper_limit: Key | None = None  # the fact that holds the laboratory's upper limit of this one
    unless_reported: Line | None = None  # the value as long as nobody was asked
    implied: tuple[Implied, ...] = ()
    formula: Expression | None = None
    formula_only: Flag = False  # never asked and never given
    formula_is_default: Flag = False  # a given value may differ from it


class FactGroup(Content):
    key: Key
    title: Line
    plain_title: Line | None = None
    covers: Literal["kidney", "pregnancy"] | None = (
        None  # a drug needs a rule about one of its facts, see `NotApplicable`
    )


class Test(Content):
    """What is ordered for monitoring: a laboratory panel (its facts) or an examination (none)."""

    __test__ = False
    key: Key
    label: Line
    plain_label: Line
    facts: tuple[Key, ...] = ()


class Definition(Marked):
    """A named yes/no formula of the guideline."""

    key: Key
    text: Line
    formula: Expression
