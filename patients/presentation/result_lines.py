"""A patient's effective results as numbers in the guideline's own units, and what the plan's rules say of each.

A result that cannot be read as a number in the unit of its fact is left out here; it still stands in the timeline.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from guidelines.engine.compiled import CompiledPackage, Rule
from guidelines.engine.content import Fact
from guidelines.engine.facts import in_own_unit, read_number
from guidelines.engine.operators import Result, unit_text
from guidelines.engine.values import exact_date, plain
from patients.facts import patient_answers
from patients.following.standing import rules_of
from patients.following.thresholds import Latest, Threshold, thresholds_of
from patients.models import Observation, Patient, Plan

OVER_THE_LIMIT = "Over the limit"  # the laboratory's: no rule says it
LEVELS = ("", "note", "caution", "stop")
TAGS = {
    "": ("", "check"),
    "note": ("tag--note", "note"),
    "caution": ("tag--caution", "caution"),
    "stop": ("tag--stop", "stop"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """One result: `number` in the fact's own unit, `shown` as it was typed; what is over it in words."""

    row: Observation
    on: date
    number: Decimal
    limit: Decimal | None
    shown: str
    level: str
    words: str


class ResultLines:
    """Every numeric result of a patient, by fact, under the rules of the plan that is followed."""

    def __init__(
        self, compiled: CompiledPackage, patient: Patient, plan: Plan | None, rows: Iterable[Observation]
    ) -> None:
        self.compiled, self.patient, self.plan = compiled, patient, plan
        self.rows = sorted(rows, key=lambda row: (row.taken_on, row.number))
        self.limits = {fact.upper_limit for fact in compiled.limited.values()}
        self.numbers: dict[str, dict[date, tuple[Observation, Decimal, Decimal | None]]] = {}
        self.given: dict[str, Any] = {}
        for row in self.rows:
            self.read(row)

    def read(self, row: Observation) -> None:
        """Of one day the result that was recorded last counts."""
        fact = self.compiled.facts.get(row.fact_key)
        if fact is None:
            return
        if fact.type != "number":
            typed = row.value_typed
            self.given[fact.key] = frozenset(typed) if isinstance(typed, list) else typed
            return
        try:
            unit = row.unit or None
            number = in_own_unit(fact, read_number(row.value_typed), unit)
            limit = in_own_unit(fact, read_number(row.upper_limit_typed), unit) if row.upper_limit_typed else None
        except ValueError:
            return
        if limit is None and fact.upper_limit in self.numbers:
            limit = list(self.numbers[fact.upper_limit].values())[-1][1]
        self.numbers.setdefault(fact.key, {})[row.taken_on] = (row, number, limit)

    @cached_property
    def known(self) -> Latest:
        results = {
            key: tuple(Result(number, on, limit) for on, (_, number, limit) in sorted(found.items()))
            for key, found in self.numbers.items()
        }
        about = {
            key: exact_date(answer["value"]) if self.compiled.facts[key].type == "date" else answer["value"]
            for key, answer in patient_answers(self.compiled, self.patient).items()
        }
        now: dict[str, Any] = {
            "as_of": self.patient.clinic.today(),
            "started_on": self.plan.started_on if self.plan else None,
            "current_step": (self.plan.step if self.plan else "") or "none",
        }
        given = [row.drug_key for row in self.plan.medications.all() if row.is_given] if self.plan else []
        now |= {f"starting:{drug}": False for drug in given}  # it is taken already
        dates = {key: exact_date(value) for key, value in self.given.items() if self.compiled.facts[key].type == "date"}
        return Latest(self.compiled, results, self.given | dates | about | now)

    @cached_property
    def rules(self) -> list[Rule]:
        return list(rules_of(self.plan, self.compiled)) if self.plan else []

    @cached_property
    def thresholds(self) -> Mapping[str, tuple[Threshold, ...]]:
        return thresholds_of(self.compiled, self.rules, self.known)

    @cached_property
    def by_fact(self) -> dict[str, list[Found]]:
        """In the order of the version's tests; what belongs to no test comes last."""
        in_tests = [key for test in self.compiled.package.tests for key in test.facts]
        order = dict.fromkeys([*in_tests, *self.compiled.facts])
        return {
            key: [self.found(key, *result) for _, result in sorted(self.numbers[key].items())]
            for key in order
            if key in self.numbers and key not in self.limits
        }

    @cached_property
    def of_row(self) -> dict[Any, tuple[str, str]]:
        """Level and words of each result, by its row."""
        return {found.row.pk: (found.level, found.words) for results in self.by_fact.values() for found in results}

    def found(self, key: str, row: Observation, number: Decimal, limit: Decimal | None) -> Found:
        fact = self.compiled.facts[key]
        level, words = self.judged(key, number, limit)
        return Found(row, row.taken_on, number, limit, as_typed(fact, row), level, words)

    def judged(self, key: str, number: Decimal, limit: Decimal | None) -> tuple[str, str]:
        """How a value is marked and why: by the gravest rule that speaks of it, else by the laboratory's limit."""
        holding = [one for one in self.thresholds.get(key, ()) if one.holds(number, self.known, limit)]
        if holding:
            worst = max(holding, key=lambda one: LEVELS.index(one.level))
            return worst.level, self.place(key, worst, limit)
        if limit is not None and number > limit:
            return "note", OVER_THE_LIMIT
        return "", ""

    def place(self, key: str, threshold: Threshold, limit: Decimal | None) -> str:
        low, high = threshold.low, threshold.high
        if low is not None and high is not None and low.times is None and high.times is None:
            return f"{self.edge(low, limit)} to {self.edge(high, limit)}"
        bound = low or high
        if bound is None:
            return ""
        if bound.times is not None:
            return f"Over {'the ' if bound.times == 1 else ''}{bound.words}"
        word = {">": "Above", ">=": "From", "<": "Below", "<=": "Up to"}[bound.symbol]
        return f"{word} {self.edge(bound, limit)}"

    def edge(self, bound: Any, limit: Decimal | None) -> str:
        value = bound.at(self.known, limit)
        return bound.words if value is None else plain(round(value, 2))

    def compared(self, key: str) -> bool:
        """Whether there is anything to compare the last value with."""
        limit = list(self.numbers[key].values())[-1][2]
        return limit is not None or any(
            bound.at(self.known, limit) is not None for one in self.thresholds.get(key, ()) for bound in one.bounds
        )


def as_typed(fact: Fact, row: Observation) -> str:
    """In the unit it was typed in, without a trailing zero."""
    try:
        number = plain(read_number(row.value_typed))
    except ValueError:
        return str(row.value_typed)
    return f"{number}\u00a0{unit_text(row.unit or fact.unit, number)}".strip()


def multiple(number: Decimal, limit: Decimal) -> str:
    """How many times the limit, in few digits, but never rounded onto a whole multiple it is over or under."""
    times = number / limit
    for digits in (1, 2):
        short = round(times, digits)
        if short == times or short != short.to_integral_value():
            return plain(short)
    return f"just {'over' if times > short else 'under'} {plain(short)}"


def graver(levels: Sequence[str]) -> str:
    return max(levels, key=LEVELS.index, default="")
