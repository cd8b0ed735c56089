"""Which results stand behind a condition or a test: through definitions, derived facts, other rules and histories."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.cycles import keys_read
from guidelines.engine.nodes import Node


def facts_behind(compiled: CompiledPackage, *nodes: Node | None) -> frozenset[str]:
    """The facts whose values can decide these conditions. A fact that is worked out is among them, and what it is made of."""
    found: set[str] = set()
    waiting = [*keys_read(*nodes)]
    while waiting:
        kind, _, name = waiting.pop().rpartition(":")
        if kind == "starting" or name in found:
            continue
        if kind == "met":
            waiting += keys_read(compiled.rules[name].condition)
        elif name in compiled.definitions:
            waiting += keys_read(compiled.definitions[name])
        elif name in compiled.facts:
            found.add(name)
            waiting += made_of(compiled, name)
    return frozenset(found)


def made_of(compiled: CompiledPackage, fact: str) -> Iterator[str]:
    source = compiled.sources[fact]
    yield from keys_read(source.formula, *(condition for _, condition in source.implied))


KEEPS_FOR_YEARS = 3 * 365  # days


@lru_cache(maxsize=8)
def facts_read(compiled: CompiledPackage) -> frozenset[str]:
    """The facts that can decide any rule of the guideline."""
    return facts_behind(compiled, *(rule.condition for rule in compiled.rules.values()))


def came_on(compiled: CompiledPackage, test: str, days: Mapping[str, Sequence[date]]) -> date | None:
    """The day on which a test had come, by the days of its results; None while it has not, or where it brings none."""
    first = {fact: min(days[fact]) for fact in brought_by(compiled, test) if days.get(fact)}
    needed = needed_of(compiled, test)
    if not first or any(fact not in first for fact in needed):
        return None
    return max(first[fact] for fact in needed) if needed else min(first.values())


def last_whole_on(compiled: CompiledPackage, test: str, days: Mapping[str, date]) -> date | None:
    """The day since which no part of a test has been done anew, by the newest day of each result; None where a part that
    is needed was never measured."""
    newest = {fact: days[fact] for fact in brought_by(compiled, test) if fact in days}
    needed = needed_of(compiled, test)
    if not newest or any(fact not in newest for fact in needed):
        return None
    return min(newest[fact] for fact in needed) if needed else max(newest.values())


def brought_by(compiled: CompiledPackage, test: str) -> Sequence[str]:
    return compiled.tests[test].facts if test in compiled.tests else ()


def needed_of(compiled: CompiledPackage, test: str) -> list[str]:
    """The results without which a test is not done: every one that a rule reads, but not one that keeps for years, such as
    a height. Where no rule reads any, as with two ways to measure one thing, one will do."""
    return [
        fact for fact in brought_by(compiled, test)
        if fact in facts_read(compiled) and (compiled.facts[fact].maximum_age_days or 0) < KEEPS_FOR_YEARS
    ]  # fmt: skip
