"""What the words of the rule language do: three-valued logic, exact arithmetic, dates and result histories.

Every closure gives None where something it needs is unknown; nothing here guesses.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, Context, Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from guidelines.engine.nodes import ConditionError

# No number of a body has a hundred digits: a formula that comes to one has gone wrong, and its value is unknown.
EXACT = Context(prec=28, Emax=99)
# A power of a fraction has no exact value; twelve digits are more than any formula of the body was fitted to.
POWER = Context(prec=12, Emax=99)
Closure = Callable[[Mapping[str, Any]], Any]
COMPARE = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
# What a comparison stays once the number on its left has come so far and can only grow.
RISING = {">": True, ">=": True, "<": False, "<=": False}
TURNED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
UNITS = {
    "mL/min/{1.73_m2}": "mL/min/1.73 m²", "10*3/uL": "× 10³/µL", "10*9/L": "× 10⁹/L", "umol/L": "µmol/L", "mm[Hg]": "mmHg",
    "kg/m2": "kg/m²", "m2": "m²", "mg/m2": "mg/m²", "mg/wk": "mg a week", "mg/d": "mg a day", "/wk": "a week", "/uL": "/µL",
    "{score}": "points", "a": "years", "mo": "months", "wk": "weeks", "d": "days", "[lb_av]": "lb", "[in_i]": "in", "%": "%",
}  # fmt: skip
COUNTED = {"{score}", "a", "mo", "wk", "d"}


class Result(NamedTuple):
    """One earlier or current result of a fact, in the fact's own unit."""

    value: Decimal
    taken_on: date
    upper_limit: Decimal | None = None


class AtLeast(frozenset[str]):
    """What is known to be in a set of which the rest is unknown."""


def is_open(value: Any) -> bool:
    """Whether an answer could still add to a value."""
    return value is None or isinstance(value, AtLeast)


def unit_text(ucum: str | None, number: str = "") -> str:
    """The unit as people write it after this number: 1 year, 2 years."""
    words = UNITS.get(ucum or "", ucum or "")
    return words.removesuffix("s") if number == "1" and ucum in COUNTED else words


def digits(source: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", source):
        raise ConditionError(f"write the number '{source}' in digits, such as 12.5")
    return Decimal(source)


def read(key: str) -> Closure:
    return operator.itemgetter(key)


def constant(value: Any) -> Closure:
    return lambda _: value


def kleene_and(parts: Sequence[Closure]) -> Closure:
    def joined(facts: Mapping[str, Any]) -> bool | None:
        result: bool | None = True
        for part in parts:
            state = part(facts)
            if state is False:
                return False
            if state is None:
                result = None
        return result

    return joined


def kleene_or(parts: Sequence[Closure]) -> Closure:
    def joined(facts: Mapping[str, Any]) -> bool | None:
        result: bool | None = False
        for part in parts:
            state = part(facts)
            if state is True:
                return True
            if state is None:
                result = None
        return result

    return joined


def kleene_not(part: Closure) -> Closure:
    def negated(facts: Mapping[str, Any]) -> bool | None:
        state = part(facts)
        return None if state is None else not state

    return negated


def comparison(symbol: str, left: Closure, right: Closure, fixed: Any = None) -> Closure:
    """`fixed` is the value on the right where it is written in the condition: most comparisons are of this kind."""
    test = COMPARE[symbol]
    if fixed is not None:

        def compared_with_fixed(facts: Mapping[str, Any]) -> bool | None:
            a = left(facts)
            return None if a is None else test(a, fixed)

        return compared_with_fixed

    def compared(facts: Mapping[str, Any]) -> bool | None:
        a = left(facts)
        if a is None:
            return None
        b = right(facts)
        return None if b is None else bool(test(a, b))

    return compared


def bounded(symbol: str, exact: Closure, least: Closure, other: Closure) -> Closure:
    """A comparison with a number on the left that may be unknown although it is known what it is `least`: that can show
    that it is above something, and no more."""
    test = COMPARE[symbol]

    def compared(facts: Mapping[str, Any]) -> bool | None:
        state: bool | None = exact(facts)
        if state is not None or symbol not in RISING:
            return state
        a, b = least(facts), other(facts)
        if a is None or b is None:
            return None
        return RISING[symbol] if bool(test(a, b)) is RISING[symbol] else None

    return compared


def contains(values: Closure, member: str, wanted: bool) -> Closure:
    def tested(facts: Mapping[str, Any]) -> bool | None:
        found = values(facts)
        if found is None or (isinstance(found, AtLeast) and member not in found):
            return None
        return (member in found) is wanted

    return tested


def one_of(value: Closure, members: frozenset[str], wanted: bool) -> Closure:
    def tested(facts: Mapping[str, Any]) -> bool | None:
        found = value(facts)
        return None if found is None else (found in members) is wanted

    return tested


def arithmetic(symbol: str, left: Closure, right: Closure) -> Closure:
    calculate = {"+": EXACT.add, "-": EXACT.subtract, "*": EXACT.multiply, "/": EXACT.divide}[symbol]

    def calculated(facts: Mapping[str, Any]) -> Decimal | None:
        a, b = left(facts), right(facts)
        if a is None or b is None or (symbol == "/" and b == 0):
            return None
        try:
            return calculate(a, b)
        except ArithmeticError:
            return None

    return calculated


def nearest(amount: Decimal, step: Decimal) -> Decimal:
    """The multiple of `step` nearest to `amount`; an exact tie goes down."""
    return ((amount / step) - Decimal("0.5")).to_integral_value(ROUND_CEILING) * step


def _months_between(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month - (later.day < earlier.day)


SINCE: dict[str, tuple[str, Callable[[date, date], int]]] = {
    "weeks_since": ("wk", lambda day, as_of: (as_of - day).days // 7),
    "months_since": ("mo", _months_between),
    "years_since": ("a", lambda day, as_of: _months_between(day, as_of) // 12),
}


def confirmed_above_limit(results: Sequence[Result], times: Decimal, days: Decimal) -> bool | None:
    """Whether the newest result and an earlier one, `days` or more apart and with no normal one between, are both
    above `times` × their own upper limit. Unknown for a single result: it may have been repeated elsewhere."""
    if not results:
        return None
    latest = results[-1]
    if latest.upper_limit is None:
        return None
    if latest.value <= times * latest.upper_limit:
        return False
    if len(results) == 1:
        return None
    for earlier in reversed(results[:-1]):
        if earlier.upper_limit is None:
            return None
        if earlier.value <= earlier.upper_limit:
            return False
        if earlier.value > times * earlier.upper_limit and (latest.taken_on - earlier.taken_on).days >= days:
            return True
    return False


def baseline(results: Sequence[Result], started_on: date | None) -> Decimal | None:
    """The patient's own baseline: the last result before treatment, else the first there is. A single result from
    after the start is no baseline of itself."""
    before = [result for result in results if started_on and result.taken_on <= started_on]
    if not results or (started_on and not before and len(results) == 1):
        return None
    return (before[-1] if before else results[0]).value


def count_above_limit(
    results: Sequence[Result], as_of: date, *, times: Decimal, newest: Decimal, days: Decimal
) -> Decimal | None:
    """How many of the `newest` results of the last `days` days are above `times` × their own upper limit.

    Unknown without any result, and where one that counts has no upper limit: nobody can say what it was.
    """
    if not results:
        return None
    counted = [result for result in results if (as_of - result.taken_on).days <= days][-int(newest) :]
    if any(result.upper_limit is None for result in counted):
        return None
    return Decimal(sum(r.value > times * r.upper_limit for r in counted if r.upper_limit is not None))


# By the period of a dose in its unit, the days it lasts.
PERIODS = {"/d": 1, "/wk": 7}


def amount_taken(results: Sequence[Result], as_of: date, *, days: int) -> Decimal | None:
    """What was taken in all, in the dose's unit without its period (mg of mg a week), of a dose per `days` days.

    Between two records the higher dose counts, from the last one until `as_of` that one: when it was raised or paused
    between them nobody knows, and the sum is rather too high than too low. Unknown without any record; what was taken
    before the first one is not in it.
    """
    if not results:
        return None
    spans = [(max(one.value, other.value), one.taken_on, other.taken_on) for one, other in pairwise(results)]
    spans.append((results[-1].value, results[-1].taken_on, as_of))
    taken = [EXACT.multiply(dose, Decimal((until - since).days)) for dose, since, until in spans]
    return EXACT.divide(sum(taken, Decimal(0)), Decimal(days))
