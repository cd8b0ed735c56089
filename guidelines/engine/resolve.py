"""One patient's facts as the conditions read them: given, derived and implied, each worked out when first read.

Refuses to turn an unknown into anything but unknown: a value appears only where it was given, follows from a formula
whose inputs are known, or is implied by a condition that is met.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from guidelines.engine.facts import Known, NotAsked, PatientFacts
from guidelines.engine.nodes import Node
from guidelines.engine.operators import AtLeast, is_open

if TYPE_CHECKING:
    from guidelines.engine.compiled import CompiledPackage


class Resolved(dict[str, Any]):
    """key → value or None. Keys: facts, definitions, as_of, started_on, current_step, weeks_on_hold, `starting:DRUG`,
    `met:RULE`, `history:FACT`."""

    def __init__(self, compiled: "CompiledPackage", facts: PatientFacts, *, shows_working: bool = True) -> None:
        super().__init__(
            as_of=facts.as_of, started_on=facts.started_on, current_step=facts.step or "none",
            weeks_on_hold=facts.weeks_on_hold,
        )  # fmt: skip
        self.compiled, self.facts, self.shows_working = compiled, facts, shows_working
        self.alerts: dict[str, list[Any]] = {}  # by drug, as `guidelines.engine.safety` found them

    def __missing__(self, key: str) -> Any:
        kind, _, name = key.partition(":")
        if not name:
            value = self._fact(key)
        elif kind == "starting":
            taken = self.taken().get(name, False)
            value = None if taken is None else not taken
        elif kind == "met":
            value = self.compiled.rules[name].condition.value(self)
        else:
            value = self.facts.history_of(name)
        self[key] = value
        return value

    def _fact(self, key: str) -> Any:
        definition = self.compiled.definitions.get(key)
        if definition is not None:
            return definition.value(self)
        state = self.facts.states.get(key, NotAsked)
        if isinstance(state, Known):
            return state.value
        value, told = self._followed(key), self.facts.told.get(key)
        if told is None:
            return value
        return AtLeast(told) if value is None else type(value)(value | told)

    def _followed(self, key: str) -> Any:
        """What nobody answered, by the guideline's own word for it."""
        source = self.compiled.sources[key]
        if source.formula is not None:
            value = source.formula.value(self)
            if value is not None:
                return value
        for value, condition in source.implied:
            if condition.value(self) is True:
                return value
        return source.unless_reported if self.facts.states.get(key, NotAsked) is NotAsked else None

    def taken(self) -> dict[str, bool | None]:
        """The drugs of the current step: True taken, None perhaps. A drug that is not taken, or taken under another plan,
        is not in it."""
        if "taken" not in self:
            step = self.compiled.steps.get(self.facts.step or "")
            states = (
                {t.drug: True if t.condition is None else t.condition.value(self) for t in step.takes} if step else {}
            )
            states = {drug: state for drug, state in states.items() if drug not in self.facts.elsewhere}
            super().__setitem__("taken", {drug: state for drug, state in states.items() if state is not False})
        found: dict[str, bool | None] = self["taken"]
        return found

    def open_facts(self, node: Node) -> frozenset[str]:
        """The facts whose answers could still change this condition; empty once it is settled for good."""
        if node.op in ("and", "or", "not"):
            if node.firm(self) is not None:
                return frozenset()
            return frozenset().union(*(self.open_facts(child) for child in node.children))
        if node.op == "leaf" and node.firm(self) is not None:
            return frozenset()
        return frozenset(fact for key in node.keys for fact in self.open_keys(key))

    def open_keys(self, key: str) -> Iterator[str]:
        """The unknown facts behind one key that a condition reads."""
        if not is_open(self[key]) and not key.startswith("history:"):
            return
        kind, _, name = key.partition(":")
        if kind == "history" and name:
            if self.compiled.sources[name].fact is not None and name not in self.facts.history:
                yield from self.open_keys(name)
        elif kind == "starting" and name:
            for taken in self.compiled.steps[self.facts.step or ""].takes:
                if taken.drug == name and taken.condition is not None:
                    yield from self.open_facts(taken.condition)
        elif kind == "met" and name:
            yield from self.open_facts(self.compiled.rules[name].condition)
        elif key in self.compiled.definitions:
            yield from self.open_facts(self.compiled.definitions[key])
        elif key in self.compiled.sources:
            source = self.compiled.sources[key]
            if not source.fact.formula_only:
                yield key
            if source.formula is not None:
                yield from self.open_facts(source.formula)
            for _, condition in source.implied:
                yield from self.open_facts(condition)
