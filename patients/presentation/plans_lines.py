"""A patient's results under every plan that is followed: each fact once, with what each guideline says of it, by name.

Draws nothing and judges nothing itself: each plan's rules are `result_lines.py`'s, and they are never mixed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Fact
from patients.models import Observation, Patient, Plan
from patients.presentation import words
from patients.presentation.result_lines import LEVELS, OVER_THE_LIMIT, Found, ResultLines, as_typed, graver

Judge = Callable[[str, Decimal, Decimal | None], tuple[str, str]]
Said = tuple[ResultLines, Found]


@dataclass(frozen=True)
class Measured:
    """One fact in one unit; `sides` are the guidelines that measure it so."""

    key: str
    sides: tuple[ResultLines, ...]
    marks: Mapping[int, str]  # by guideline, where there is more than one plan: what stands at its lines

    @property
    def fact(self) -> Fact:
        return self.sides[0].compiled.facts[self.key]

    @cached_property
    def ruled(self) -> tuple[ResultLines, ...]:
        return tuple(side for side in self.sides if self.key in side.thresholds)

    @property
    def is_named(self) -> bool:
        """Whether rules of more than one guideline speak of it, so that each says whose it is."""
        return len(self.ruled) > 1

    def mark(self, side: ResultLines) -> str:
        return self.marks.get(id(side), "")

    @property
    def is_of_a_test(self) -> bool:
        return any(self.key in test.facts for side in self.sides for test in side.compiled.package.tests)

    def compared(self) -> bool:
        return any(side.compared(self.key) for side in self.sides)

    @cached_property
    def by_row(self) -> dict[Any, list[Said]]:
        """What each side says of each result, in the order of the days."""
        found: dict[Any, list[Said]] = {}
        for side in self.sides:
            for one in side.by_fact[self.key]:
                found.setdefault(one.row.pk, []).append((side, one))
        return dict(sorted(found.items(), key=lambda told: told[1][0][1].on))

    @cached_property
    def results(self) -> list[Found]:
        if len(self.sides) == 1:
            return self.sides[0].by_fact[self.key]
        return [
            replace(said[0][1], level=graver([one.level for _, one in said]), words=self.told(said, title_of))
            for said in self.by_row.values()
        ]

    @property
    def last_in_short(self) -> str:
        """What is said of the last result, with the marks that stand at the lines."""
        last = self.results[-1]
        return last.words if len(self.sides) == 1 else self.told(self.by_row[last.row.pk], self.mark)

    def told(self, said: Sequence[Said], name: Callable[[ResultLines], str]) -> str:
        """The gravest first; that the laboratory's limit is passed goes without saying where a rule says more."""
        ruled = [(side, found) for side, found in said if side in self.ruled] or said
        heard = [(side, found) for side, found in ruled if found.words]
        by_rule = [(side, found) for side, found in heard if (found.level, found.words) != ("note", OVER_THE_LIMIT)]
        speaking = sorted(by_rule or heard[:1], key=lambda one: -LEVELS.index(one[1].level))
        distinct = list(dict.fromkeys(found.words for _, found in speaking))
        if self.is_named and by_rule and (len(distinct) > 1 or len(speaking) < len(ruled)):
            return "; ".join(f"{found.words} ({name(side)})" for side, found in speaking)
        return "".join(distinct)


class PlansLines:
    """`sides` are the plans that are followed, in their order; what none of their guidelines knows is read by `others`."""

    def __init__(
        self, plans: Iterable[tuple[Plan, CompiledPackage]], others: Iterable[CompiledPackage], patient: Patient,
        rows: Sequence[Observation],
    ) -> None:  # fmt: skip
        self.patient = patient
        self.plans = {plan.pk: ResultLines(compiled, patient, plan, rows) for plan, compiled in plans}
        known = {key for side in self.plans.values() for key in side.compiled.facts}
        unknown = [row for row in rows if row.fact_key not in known]
        self.sides = list(self.plans.values())
        for compiled in others:
            if any(row.fact_key in compiled.facts for row in unknown):
                self.sides.append(ResultLines(compiled, patient, None, rows))
        followed = list(self.plans.values())
        self.marks = {id(side): str(place) for place, side in enumerate(followed, 1)} if len(followed) > 1 else {}

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """As the first guideline has them that knows them."""
        return {key: fact for side in reversed(self.sides) for key, fact in side.compiled.facts.items()}

    @cached_property
    def measured(self) -> list[Measured]:
        """In the order of the first plan's tests, then of the next one's. Another unit is a drawing of its own."""
        by_fact: dict[tuple[str, str | None], list[ResultLines]] = {}
        seen: set[str] = set()
        for side in self.sides:
            for key in side.by_fact:
                if side.plan is not None or key not in seen:
                    by_fact.setdefault((key, side.compiled.facts[key].unit), []).append(side)
            seen |= side.by_fact.keys()
        return [Measured(key, tuple(sides), self.marks) for (key, _), sides in by_fact.items()]

    @property
    def named(self) -> list[tuple[str, str]]:
        """The marks at lines, and whose they are."""
        return [(self.marks[id(side)], title_of(side)) for side in self.plans.values() if id(side) in self.marks]

    @property
    def judges(self) -> dict[Any, Judge]:
        """By plan: how its rules speak of a value."""
        return {plan: side.judged for plan, side in self.plans.items()}

    @cached_property
    def of_row(self) -> dict[Any, tuple[str, str]]:
        """Level and words of each result, by its row; in two units, what the graver of both says."""
        found: dict[Any, tuple[str, str]] = {}
        for measured in self.measured:
            for one in measured.results:
                before = found.get(one.row.pk, ("", ""))
                said = (one.level, one.words)
                found[one.row.pk] = max(before, said, key=lambda level_words: LEVELS.index(level_words[0]))
        return found

    def judged(self, row: Observation) -> tuple[str, str]:
        """How the rules of the plans speak of this result today."""
        return self.of_row.get(row.pk, ("", ""))

    def is_number(self, row: Observation) -> bool:
        fact = self.facts.get(row.fact_key)
        return fact is not None and fact.type == "number"

    def labelled(self, row: Observation) -> str:
        fact = self.facts.get(row.fact_key)
        if fact is None:
            return f"{row.fact_key} {row.value_typed}"
        said = as_typed(fact, row) if fact.type == "number" else words.typed_value(fact, row.value_typed, row.unit)
        return f"{fact.label} {said}"


def title_of(side: ResultLines) -> str:
    return side.compiled.package.title
