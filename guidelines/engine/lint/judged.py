"""A package being judged: its conditions with their places, as formulas, and what facts stand behind each."""

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Package, Regimen, Step
from guidelines.engine.cycles import keys_read
from guidelines.engine.lint.formulas import Formula
from guidelines.engine.lint.reader import Reader
from guidelines.engine.lint.satisfy import Solver
from guidelines.engine.nodes import Node


class Said(NamedTuple):
    """A condition where it stands. `drug` is what it calls `starting`; `harmless` may hold for everybody."""

    place: str
    text: str
    drug: str | None = None
    harmless: bool = False


class Judged:
    def __init__(self, compiled: CompiledPackage) -> None:
        self.compiled, self.package = compiled, compiled.package
        self.reader = Reader(compiled)
        self.solver = Solver(self.reader)
        self._behind: dict[str, frozenset[str]] = {}

    def formula(self, said: Said) -> Formula:
        return self.reader.condition(said.text, said.drug)

    @cached_property
    def conditions(self) -> tuple[Said, ...]:
        return tuple(conditions_of(self.package))

    def facts_behind(self, *nodes: Node | None) -> frozenset[str]:
        """Every fact these conditions read, also through definitions, rules and facts that are worked out."""
        return frozenset[str]().union(*(self.facts_of(key) for key in keys_read(*nodes)))

    def facts_of(self, key: str) -> frozenset[str]:
        """The facts behind one key that a condition reads."""
        if key not in self._behind:
            self._behind[key] = frozenset()
            kind, _, name = key.partition(":")
            if kind == "history":
                found = self.facts_of(name)
            elif kind == "met":
                found = self.facts_behind(self.compiled.rules[name].condition)
            elif key in self.compiled.definitions:
                found = self.facts_behind(self.compiled.definitions[key])
            elif key in self.compiled.sources:
                found = self.facts_behind(self.compiled.sources[key].formula) | {key}
            else:
                found = frozenset()
            self._behind[key] = found
        return self._behind[key]

    def facts_named(self, *nodes: Node | None) -> frozenset[str]:
        """The facts these conditions speak of themselves, or by a definition: a score of many results is one fact."""
        found = frozenset[str]()
        for key in keys_read(*nodes):
            kind, _, name = key.partition(":")
            if kind == "met":
                found |= self.facts_named(self.compiled.rules[name].condition)
            elif key in self.compiled.definitions:
                found |= self.facts_named(self.compiled.definitions[key])
            else:
                found |= {name or key} & self.compiled.facts.keys()
        return found

    def group_of(self, fact: str) -> str:
        return self.compiled.facts[fact].group

    @cached_property
    def given(self) -> tuple[str, ...]:
        """The drugs that some option of some step gives, in the package's order."""
        offered = {option.option for step in self.package.steps for option in step.options}
        parts = [
            part for key in offered if key in self.compiled.options for part in self.compiled.options[key].regimens
        ]
        drugs = {self.compiled.regimens[part.regimen].drug.key for part in parts}
        return tuple(drug.key for drug in self.package.drugs if drug.key in drugs)

    def regimens_of(self, drug: str) -> Iterator[str]:
        return (key for key, regimen in self.compiled.regimens.items() if regimen.drug.key == drug)


def conditions_of(package: Package) -> Iterator[Said]:
    drugs = {regimen.key: regimen.drug for regimen in package.regimens}
    for definition in package.definitions:
        yield Said(f"definitions.{definition.key}", definition.formula)
    for rule in package.safety_rules:
        yield Said(f"safety_rules.{rule.key}", rule.when, rule.drug, harmless=rule.severity == "note")
        if rule.action.resume_when:
            yield Said(f"safety_rules.{rule.key}.resume", rule.action.resume_when, rule.drug)
    for transition in package.transitions:
        yield Said(f"transitions.{transition.key}", transition.when)
    for regimen in package.regimens:
        yield from of_regimen(f"regimens.{regimen.key}", regimen)
    for step in package.steps:
        yield from of_step(f"steps.{step.key}", step)
    for option in package.options:
        for part in option.regimens:
            if part.when:
                drug = drugs.get(part.regimen)
                yield Said(f"options.{option.key}.regimens.{part.regimen}", part.when, drug)
    for item in package.monitoring:
        if item.when:
            yield Said(f"monitoring.{item.key}", item.when, item.drug)
    for row in package.instructions:
        if row.show_when:
            yield Said(f"instructions.{row.key}", row.show_when, row.drug)


def of_regimen(place: str, regimen: Regimen) -> Iterator[Said]:
    parts = (("caps", regimen.caps), ("adjustments", regimen.adjustments), ("requires", regimen.requires))
    for name, entries in parts:
        for entry in entries:
            if entry.when:
                yield Said(f"{place}.{name}", entry.when, regimen.drug)
    if regimen.taper and regimen.taper.start_when:
        yield Said(f"{place}.taper", regimen.taper.start_when, regimen.drug)
    if regimen.start_at_minimum_when:
        yield Said(f"{place}.start_at_minimum_when", regimen.start_at_minimum_when, regimen.drug)


def of_step(place: str, step: Step) -> Iterator[Said]:
    named = [("options", option.option, option.when) for option in step.options]
    named += [("takes", taken.drug, taken.when) for taken in step.takes]
    named += [("actions", action.key, action.when) for action in step.actions]
    for name, key, when in named:
        if when:
            yield Said(f"{place}.{name}.{key}", when)
