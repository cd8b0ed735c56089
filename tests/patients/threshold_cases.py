"""Situations around every number in a guideline's safety rules, made from the content: nothing here names a rule or a fact.

For each comparison a context is looked for in which it decides its rule; then the number goes just below its limit, to it
and above, comes without the laboratory's limit, in another unit, twice, and corrected. What is expected says the oracle.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice, product
from typing import Any

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Fact, SafetyRule
from tests.engine.patients import HEALTHY
from tests.patients.threshold_oracle import Comparison, Oracle, Result, comparisons, confirmations, facts_in, typed
from tests.patients.threshold_situation import Setting, Situation, Told

TODAY = date(2026, 11, 26)
SIGNED_ON = TODAY - timedelta(days=14)
DIGITS, MOST_CONTEXTS = 4, 40_000


class Situations:
    def __init__(self, compiled: CompiledPackage) -> None:
        self.compiled, self.package = compiled, compiled.package
        self.facts = compiled.facts
        # What only this guideline asks about is as in the first of its own test patients.
        own = self.package.case_bases[0].facts if self.package.case_bases else {}
        usual = {**own, **HEALTHY}
        self.healthy = {key: self.read(key, value) for key, value in usual.items() if key in self.facts}

    def read(self, key: str, value: Any) -> Any:
        fact = self.facts[key]
        if isinstance(value, tuple):
            return list(value)
        return value if not isinstance(value, str) else typed(fact.type, value)

    def of_rule(self, rule: SafetyRule) -> Iterator[Situation]:
        for comparison in comparisons(self.package, rule.key):
            yield from self.around(rule, comparison)
            yield from self.confirmed(rule, comparison)

    def settings(self, rule: SafetyRule) -> Iterator[Setting]:
        """On every step that has the drug; before the first dose; of a rule about no drug, on every step."""
        for step in self.compiled.steps.values():
            for taken in step.takes:
                if taken.drug == rule.drug:
                    yield Setting(step.step.key, False, self.taking(taken.condition is not None, step.step.key, rule))
            if rule.drug is None:
                yield Setting(step.step.key, True, {})
        yield Setting(None, True, {})

    def taking(self, is_conditional: bool, step: str, rule: SafetyRule) -> dict[str, Any]:
        if not is_conditional:
            return {}
        when = next(t.when for t in self.compiled.steps[step].step.takes if t.drug == rule.drug)
        asked = [key for key in facts_in(self.package, when or "") if self.facts[key].type == "boolean"]
        return dict.fromkeys(asked, True)

    def oracle(self, setting: Setting, values: Mapping[str, Any], earlier: Mapping[str, Sequence[Result]]) -> Oracle:
        started_on = SIGNED_ON if setting.step else None
        return Oracle(self.package, values, setting.step or "none", started_on, setting.is_starting, earlier, TODAY)

    def around(self, rule: SafetyRule, comparison: Comparison) -> Iterator[Situation]:
        """Just below, at and above; in every unit; without the laboratory's limit."""
        decided = self.deciding(rule, comparison)
        if decided is None and self.has_two_sides(comparison):
            raise LookupError(f"no situation was found in which this decides: {comparison}")
        if decided is None:
            return
        setting, values, varied, (low, middle, high), earlier = decided
        fact = self.facts[varied]
        at = (*earlier, (TODAY, "", "", self.limit_typed(fact, values)))
        named = [("just below", low), ("at", middle), ("just above", high)]
        for what, value in named:
            if value is not None:
                told = (*at[:-1], (TODAY, text(value), "", at[-1][3]))
                yield self.situation(rule, f"{what} {ast.unparse(comparison.limit)}", setting, values, varied, told)
        if fact.upper_limit and fact.upper_limit in facts_in(self.package, ast.unparse(comparison.limit)):
            told = (*at[:-1], (TODAY, text(high), "", ""))
            without = {key: value for key, value in values.items() if key != fact.upper_limit}
            yield self.situation(rule, "without the upper limit", setting, without, varied, told)
        for other in fact.other_units:
            places = max(0, min(DIGITS, decimals(low, high) + int(other.factor.adjusted())))
            step, limit = Decimal(1).scaleb(-places), (middle if middle is not None else high) / other.factor
            nearest = limit.quantize(step)
            for value in (nearest - step, nearest, nearest + step):
                if self.is_possible(fact, value * other.factor):
                    told = (*at[:-1], (TODAY, text(value), other.unit, at[-1][3]))
                    yield self.situation(rule, f"in {other.unit}", setting, values, varied, told)

    def situation(
        self,
        rule: SafetyRule,
        what: str,
        setting: Setting,
        values: Mapping[str, Any],
        fact: str,
        told: tuple[Told, ...],
    ) -> Situation:
        return replace(
            Situation(rule, what, setting, values, fact, told, None),
            expected=self.expected(rule, setting, values, fact, told),
        )

    def expected(
        self, rule: SafetyRule, setting: Setting, values: Mapping[str, Any], fact: str, told: tuple[Told, ...]
    ) -> bool | None:
        content = self.facts[fact]
        factors = {"": Decimal(1)} | {other.unit: other.factor for other in content.other_units}
        results = [
            (day, Decimal(value) * factors[unit], Decimal(limit) * factors[unit] if limit else None)
            for day, value, unit, limit in told
        ]
        now = {**values, fact: results[-1][1]}
        if content.upper_limit:
            now[content.upper_limit] = results[-1][2]
        single = {
            key: [(TODAY, value, values.get(self.facts[key].upper_limit or ""))] for key, value in values.items()
            if isinstance(value, Decimal)
        }  # fmt: skip
        state: bool | None = self.oracle(setting, now, {**single, fact: results}).truth(rule.when)
        return state

    def limit_typed(self, fact: Fact, values: Mapping[str, Any]) -> str:
        return text(values[fact.upper_limit]) if fact.upper_limit else ""

    def deciding(self, rule: SafetyRule, comparison: Comparison) -> Any:
        """The first context in which the rule says one thing below the limit and another above it."""
        for setting in self.settings(rule):
            base = {**self.healthy, **setting.needs}
            for varied, values, triple in self.numbers(comparison, base):
                fact = self.facts[varied]
                high_before = ((SIGNED_ON, text(triple[2]), "", self.limit_typed(fact, values)),)
                for context in islice(self.contexts(rule, comparison, varied, values, setting), MOST_CONTEXTS):
                    for earlier in ((), high_before):
                        ends = [
                            self.expected(
                                rule, setting, context, varied,
                                (*earlier, (TODAY, text(value), "", self.limit_typed(fact, context))),
                            )
                            for value in (triple[0], triple[2])
                        ]  # fmt: skip
                        if None not in ends and ends[0] != ends[1]:
                            return setting, context, varied, triple, earlier
        return None

    def numbers(self, comparison: Comparison, base: Mapping[str, Any]) -> Iterator[Any]:
        """What to vary, and its values around the limit: the fact itself, or something that it is worked out from."""
        fact = self.facts[comparison.fact]
        limit = self.oracle(Setting(None, True, {}), base, {}).of(comparison.limit)
        if limit is None:
            return
        if not fact.formula_only:
            step = Decimal(1) if fact.whole else self.step(comparison, base, limit)
            low, middle, high = self.possible(fact, (limit - step, limit, limit + step))
            ends = (low if low is not None else middle, high if high is not None else middle)
            if None not in ends:
                yield fact.key, base, (ends[0], middle, ends[1])
            return
        inputs = [key for key in sorted(facts_in(self.package, fact.formula or "")) if self.is_measured(key)]
        for key in sorted(inputs, key=lambda key: self.facts[key].formula is not None):
            others = [name for name in inputs if name != key]
            for chosen in product((None, 25, 70, 100, 200, 240), repeat=len(others)):
                values = {**base, **{name: Decimal(v) for name, v in zip(others, chosen, strict=True) if v is not None}}
                if all(self.is_possible(self.facts[name], values[name]) for name in others):
                    found = self.crossing(comparison.fact, key, limit, values)
                    if found is not None:
                        yield key, values, found

    def step(self, comparison: Comparison, base: Mapping[str, Any], limit: Decimal) -> Decimal:
        """As fine as the finest limit the rule has for the fact: between 1.6 and 2 lies 1.9, and not 1."""
        beside = (
            self.oracle(Setting(None, True, {}), base, {}).of(other.limit)
            for other in comparisons(self.package, comparison.rule)
            if other.fact == comparison.fact
        )
        return Decimal(1).scaleb(-decimals(limit, *beside))

    def has_two_sides(self, comparison: Comparison) -> bool:
        """Not where no possible value lies on one of them: such a comparison is only ever about whether it is known."""
        return any(True for _ in self.numbers(comparison, self.healthy))

    def is_measured(self, key: str) -> bool:
        fact = self.facts[key]
        return fact.type == "number" and not fact.formula_only and key in self.healthy

    def crossing(self, worked_out: str, varied: str, limit: Decimal, values: Mapping[str, Any]) -> Any:
        """Neighbours on the grid of a measured fact between which a worked-out one passes its limit, by halving."""
        fact = self.facts[varied]
        step = Decimal(1) if fact.whole else Decimal("0.1")
        assert fact.possible is not None and fact.possible.min is not None and fact.possible.max is not None
        low, high = int(fact.possible.min / step), int(fact.possible.max / step)

        def side(at: int) -> int:
            return int(self.worked_out(worked_out, {**values, varied: at * step}).compare(limit))

        rises = side(high)
        if side(low) * rises >= 0:
            return None

        def first(wanted: int) -> int:
            """The first place, on the way from the low end, whose side counts for as much as wanted."""
            below, reached = low, high
            while reached - below > 1:
                half = (below + reached) // 2
                below, reached = (below, half) if side(half) * rises >= wanted else (half, reached)
            return reached

        at, above = first(0), first(1)
        return (at - 1) * step, at * step if side(at) == 0 else None, above * step

    def worked_out(self, key: str, values: Mapping[str, Any]) -> Decimal:
        found: Decimal = self.oracle(Setting(None, True, {}), values, {}).truth(self.facts[key].formula or "")
        return found

    def contexts(
        self, rule: SafetyRule, comparison: Comparison, varied: str, base: Mapping[str, Any], setting: Setting
    ) -> Iterator[dict[str, Any]]:
        """Everything else the rule reads, at its usual value first."""
        fixed = {varied, comparison.fact, self.facts[varied].upper_limit, *setting.needs}
        if self.facts[comparison.fact].formula_only:
            fixed |= facts_in(self.package, self.facts[comparison.fact].formula or "")
        others = sorted(key for key in facts_in(self.package, rule.when) - fixed if self.may_be_told(key))
        for chosen in product(*(self.ways(rule, key, base) for key in others)):
            yield {**base, **dict(zip(others, chosen, strict=True))}

    def may_be_told(self, key: str) -> bool:
        """Not what is worked out from results: that is told by results."""
        fact = self.facts[key]
        is_from_results = fact.formula is not None and "_above_limit" in fact.formula
        return not fact.formula_only and not is_from_results and fact.type != "date"

    def ways(self, rule: SafetyRule, key: str, base: Mapping[str, Any]) -> list[Any]:
        fact, usual = self.facts[key], base.get(key)
        if fact.type == "boolean":
            found = [usual, True, False]
        elif fact.type == "choice":
            found = [usual, *(choice.key for choice in fact.choices)]
        elif fact.type == "set":
            found = [usual, []]
        else:
            found = [usual]
            if usual and any(self.facts[c.fact].formula_only for c in comparisons(self.package, rule.key)):
                found.append((usual * Decimal("1.2")).quantize(Decimal(1)))  # of what others are worked out from
            for comparison in comparisons(self.package, rule.key):
                limit = self.oracle(Setting(None, True, {}), base, {}).of(comparison.limit)
                if comparison.fact == key and limit is not None:
                    found += [value for value in (limit - 1, limit + 1) if self.is_possible(fact, value)]
        return [value for index, value in enumerate([*found, None]) if value not in found[:index]]

    def confirmed(self, rule: SafetyRule, comparison: Comparison) -> Iterator[Situation]:
        """Where a rise has to be confirmed: one result, two too near, two far enough apart, a normal one between."""
        for times, days in confirmations(self.package, rule, comparison.fact):
            fact = self.facts[comparison.fact]
            limit = self.healthy[fact.upper_limit or ""]
            above, normal = text(times * limit + 1), text(limit - 1)

            def told(*results: tuple[int, str], limit: str = text(limit)) -> tuple[Told, ...]:
                return tuple((TODAY - timedelta(days=ago), value, "", limit) for ago, value in results)

            sequences = {
                "one high result": told((0, above)),
                "two high results too near": told((days - 1, above), (0, above)),
                "two high results far enough": told((days, above), (0, above)),
                "a normal result between": told((days + 5, above), (days, normal), (0, above)),
                "the second is normal": told((days, above), (0, normal)),
            }
            setting = next(self.settings(rule))
            for what, results in sequences.items():
                yield self.situation(rule, what, setting, {**self.healthy, **setting.needs}, fact.key, results)

    def possible(self, fact: Fact, values: tuple[Decimal, ...]) -> tuple[Decimal | None, ...]:
        return tuple(value if self.is_possible(fact, value) else None for value in values)

    @staticmethod
    def is_possible(fact: Fact, value: Decimal) -> bool:
        return fact.possible is None or fact.possible.holds(value)


def decimals(*values: Decimal | None) -> int:
    return max((-int(value.as_tuple().exponent) for value in values if value is not None), default=0)


def text(value: Decimal) -> str:
    return format(value, "f")
