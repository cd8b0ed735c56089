"""The difference in outcomes: every test patient of either content decided on both, and what comes out otherwise.

The same facts go through both. A patient that one of the contents cannot read is told as such, never left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from guidelines.engine.cases import facts_of
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Package
from guidelines.engine.decision import decide_in_short
from guidelines.engine.facts import FactsRefused
from guidelines.engine.reading import read_facts
from guidelines.impact import PARTS, compared
from guidelines.impact_words import Change

# Nothing else of a content goes into a decision.
DECIDES = (
    "entry_step", "exact_day_grace_days", "facts", "fact_groups", "tests", "definitions", "drugs", "regimens", "safety_rules",
    "monitoring", "options", "steps", "transitions",
)  # fmt: skip


@dataclass(frozen=True)
class CaseDifference:
    key: str
    title: str
    changes: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)  # by what they concern
    failure: str = ""


@dataclass(frozen=True)
class Outcomes:
    """`same` counts the test patients with the same decision; `only_old` and `only_new` those of one content alone."""

    same: int
    changed: tuple[CaseDifference, ...]
    only_old: int
    only_new: int

    @property
    def count(self) -> int:
        return self.same + len(self.changed)

    @property
    def counted(self) -> list[tuple[str, int]]:
        """How many test patients differ in what."""
        counts = ((part, sum(part in case.changes for case in self.changed)) for part in PARTS)
        return [(part, count) for part, count in counts if count]


def outcomes_between(old: CompiledPackage, new: CompiledPackage) -> Outcomes:
    before = {case.key: case for case in old.package.cases}
    after = {case.key: case for case in new.package.cases}
    owners = {**dict.fromkeys(before, old), **dict.fromkeys(after, new)}
    cases = {**before, **after}
    found = []
    if not decides_the_same(old.package, new.package):
        found = [difference(key, case.title, facts_of(owners[key], case), old, new) for key, case in cases.items()]
    changed = tuple(case for case in found if case.changes or case.failure)
    return Outcomes(len(cases) - len(changed), changed, len(before.keys() - after), len(after.keys() - before))


def decides_the_same(old: Package, new: Package) -> bool:
    return all(getattr(old, name) == getattr(new, name) for name in DECIDES)


def difference(
    key: str, title: str, facts: dict[str, Any], old: CompiledPackage, new: CompiledPackage
) -> CaseDifference:
    before, after = decided(old, facts), decided(new, facts)
    if isinstance(before, str) or isinstance(after, str):
        if before == after:
            return CaseDifference(key, title)
        told = " ".join(
            f"The {which} content cannot read its facts: {found}"
            for which, found in (("old", before), ("new", after)) if isinstance(found, str)
        )  # fmt: skip
        return CaseDifference(key, title, failure=told)
    return CaseDifference(key, title, compared(before, after, new))


def decided(compiled: CompiledPackage, facts: dict[str, Any]) -> dict[str, Any] | str:
    """The decision, or why these facts cannot be read."""
    try:
        return decide_in_short(compiled, read_facts(facts, compiled))
    except FactsRefused as refused:
        return str(refused)
