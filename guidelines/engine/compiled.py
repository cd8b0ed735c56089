"""A Package made ready to decide with: every condition parsed and type-checked once, every key looked up.

Refuses a package the engine could not run: a condition that cannot be read, a key that leads nowhere.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from guidelines.engine import content
from guidelines.engine.conditions import Scope, compile_condition, compile_formula
from guidelines.engine.cycles import circle, keys_read
from guidelines.engine.nodes import ConditionError, Kind, Node
from guidelines.engine.values import exact_bool, exact_date, exact_decimal

CODES = {"fact": "unknown_fact", "drug": "unknown_drug"}


class ContentError(ValueError):
    """What is wrong with a package, and where. `code` is what the lint calls it."""

    def __init__(self, place: str, message: str, code: str = "cannot_run") -> None:
        super().__init__(f"{place}: {message}")
        self.place, self.message, self.code = place, message, code


class Source(NamedTuple):
    """Where a fact's value comes from when nobody gave it."""

    fact: content.Fact
    formula: Node | None
    implied: tuple[tuple[Any, Node], ...]
    unless_reported: Any


class Rule(NamedTuple):
    rule: content.SafetyRule
    condition: Node
    resume: Node | None = None  # when a drug held for it may be given again, if that is more than "not met"


class Conditional(NamedTuple):
    """An entry of the package with its compiled condition, None where it always applies."""

    entry: Any
    condition: Node | None


class Taken(NamedTuple):
    drug: str
    condition: Node | None
    change: str
    only_with: str | None


class CompiledStep(NamedTuple):
    step: content.Step
    takes: tuple[Taken, ...]
    options: tuple[Conditional, ...]
    actions: tuple[Conditional, ...]
    exits: tuple[Conditional, ...]


class CompiledRegimen(NamedTuple):
    regimen: content.Regimen
    drug: content.Drug
    products: tuple[content.Product, ...]
    caps: tuple[Conditional, ...]
    adjustments: tuple[Conditional, ...]
    requires: tuple[Conditional, ...]
    start_at_minimum_when: Node | None
    compare_with: Node | None
    taper_when: Node | None
    made_up: dict[Any, Any]  # products by amount, as they were worked out; see products.py


class CompiledPackage:
    """See the attributes; all of them are read-only by agreement."""

    def __init__(self, package: content.Package) -> None:
        self.package = package
        self.content_hash = package.content_hash()
        self.facts = {fact.key: fact for fact in package.facts}
        self.limited = {key: fact for key, fact in self.facts.items() if fact.upper_limit}
        self.drugs = {drug.key: drug for drug in package.drugs}
        self.products = {product.key: product for drug in package.drugs for product in drug.products}
        self.options = {option.key: option for option in package.options}
        self.statements = {statement.key: statement for statement in package.statements}
        self.references = {reference.key: reference for reference in package.references}
        self.conflicts = {conflict.key: conflict for conflict in package.conflicts}
        self.tests = {test.key: test for test in package.tests}
        self._rule_keys = frozenset(rule.key for rule in package.safety_rules)
        self.names = names_of(package)
        self.definitions = {d.key: self._condition(f"definitions.{d.key}", d.formula) for d in package.definitions}
        self.sources = {fact.key: self._source(fact) for fact in package.facts}
        self.values_read: dict[tuple[str, str, str | None], Any] = {}  # by fact, as written, unit; see reading.py
        self.worked_out = {key: source for key, source in self.sources.items() if source.formula is not None}
        self.rules = {rule.key: self._rule(rule) for rule in package.safety_rules}
        self.rule_order = {key: index for index, key in enumerate(self.rules)}
        self.regimens = {r.key: self._regimen(r) for r in package.regimens}
        self.option_regimens = {
            option.key: tuple(
                self._conditional(
                    f"options.{option.key}", part, part.when, self._regimen_drug(option.key, part.regimen)
                )
                for part in option.regimens
            )
            for option in package.options
        }
        self.transitions = [self._transition(t) for t in package.transitions]
        self.urgent = tuple(t for t in self.transitions if t.entry.kind == "urgent")
        self.choosing = tuple(t for t in self.transitions if t.entry.kind == "choosing")
        self.steps = {step.key: self._step(step) for step in package.steps}
        self.monitoring = tuple(
            self._conditional(f"monitoring.{item.key}.when", item, item.when, item.drug) for item in package.monitoring
        )
        self.monitoring_order = {entry.entry.key: index for index, entry in enumerate(self.monitoring)}
        self.instructions = tuple(
            self._conditional(f"instructions.{row.key}.show_when", row, row.show_when, row.drug)
            for row in package.instructions
        )
        self.rules_of_drug = self._by(lambda rule: rule.drug)
        self.rules_of_step = self._by(lambda rule: rule.step)
        self.rules_of_guideline = tuple(r for r in self.rules.values() if r.rule.drug is None and r.rule.step is None)
        self._check_keys()
        self._check_circles()

    def _scope(self, drug: str | None) -> Scope:
        return Scope(self.names, self._rule_keys, drug)

    def _condition(self, place: str, text: str, drug: str | None = None) -> Node:
        try:
            return compile_condition(text, self._scope(drug))
        except ConditionError as problem:
            raise ContentError(place, str(problem), problem.code) from problem

    def _formula(self, place: str, text: str, type_: str) -> Node:
        try:
            node = compile_formula(text, self._scope(None))
        except ConditionError as problem:
            raise ContentError(place, str(problem), problem.code) from problem
        if node.kind.type != type_:
            raise ContentError(place, f"gives a {node.kind.type}, not a {type_}", "type_mismatch")
        return node

    def _conditional(self, place: str, entry: Any, when: str | None, drug: str | None = None) -> Conditional:
        return Conditional(entry, self._condition(place, when, drug) if when else None)

    def _by(self, subject: Any) -> Mapping[str, tuple[Rule, ...]]:
        found: dict[str, tuple[Rule, ...]] = {}
        for rule in self.rules.values():
            key = subject(rule.rule)
            if key is not None:
                found[key] = (*found.get(key, ()), rule)
        return found

    def _source(self, fact: content.Fact) -> Source:
        place = f"facts.{fact.key}"
        formula = self._formula(f"{place}.formula", fact.formula, fact.type) if fact.formula else None
        implied = tuple(
            (self._value(fact, part.value), self._condition(f"{place}.implied", part.when)) for part in fact.implied
        )
        return Source(
            fact, formula, implied, None if fact.unless_reported is None else self._value(fact, fact.unless_reported)
        )

    def _value(self, fact: content.Fact, text: str) -> Any:
        read: dict[str, Any] = {"number": exact_decimal, "boolean": exact_bool, "date": exact_date}
        try:
            if fact.type in read:
                return read[fact.type](text)
            if fact.type == "choice" and text in {choice.key for choice in fact.choices}:
                return text
        except ValueError as problem:
            raise ContentError(f"facts.{fact.key}", str(problem), "type_mismatch") from problem
        raise ContentError(f"facts.{fact.key}", f"'{text}' is not a value of this fact", "type_mismatch")

    def _regimen_drug(self, place: str, key: str) -> str:
        if key not in self.regimens:
            raise ContentError(f"options.{place}", f"there is no regimen '{key}'", "unknown_key")
        return self.regimens[key].drug.key

    def _regimen(self, regimen: content.Regimen) -> CompiledRegimen:
        place, drug = f"regimens.{regimen.key}", self.drugs.get(regimen.drug)
        if drug is None:
            raise ContentError(f"{place}.drug", f"there is no drug '{regimen.drug}'", "unknown_drug")
        own = {product.key: product for product in drug.products}
        needed = [
            *regimen.products,
            *(k for band in (regimen.taper.product_bands if regimen.taper else ()) for k in band.products),
        ]
        for key in needed:
            if key not in own:
                raise ContentError(f"{place}.products", f"'{key}' is not a product of {drug.name}", "unknown_key")
        if {own[key].unit for key in needed} != {regimen.unit}:
            raise ContentError(
                f"{place}.products", f"the products and the dose must have one unit, {regimen.unit}", "unit_mismatch"
            )

        def each(name: str, entries: Iterable[Any]) -> tuple[Conditional, ...]:
            return tuple(self._conditional(f"{place}.{name}", entry, entry.when, drug.key) for entry in entries)

        minimum, beside = regimen.start_at_minimum_when, regimen.compare_with
        down = regimen.taper.start_when if regimen.taper else None
        return CompiledRegimen(
            regimen, drug, tuple(own[key] for key in regimen.products), each("caps", regimen.caps),
            each("adjustments", regimen.adjustments), each("requires", regimen.requires),
            self._condition(f"{place}.start_at_minimum_when", minimum, drug.key) if minimum else None,
            self._formula(f"{place}.compare_with", beside, "number") if beside else None,
            self._condition(f"{place}.taper.start_when", down, drug.key) if down else None, {},
        )  # fmt: skip

    def _rule(self, rule: content.SafetyRule) -> Rule:
        place, again = f"safety_rules.{rule.key}", rule.action.resume_when
        resume = self._condition(f"{place}.action.resume_when", again, rule.drug) if again else None
        return Rule(rule, self._condition(f"{place}.when", rule.when, rule.drug), resume)

    def _transition(self, entry: content.Transition) -> Conditional:
        return self._conditional(f"transitions.{entry.key}.when", entry, entry.when)

    def _step(self, step: content.Step) -> CompiledStep:
        place = f"steps.{step.key}"
        takes = tuple(
            Taken(t.drug, self._condition(f"{place}.takes", t.when) if t.when else None, t.change, t.only_with)
            for t in step.takes
        )
        return CompiledStep(
            step, takes,
            tuple(self._conditional(f"{place}.options", entry, entry.when) for entry in step.options),
            tuple(self._conditional(f"{place}.actions", entry, entry.when) for entry in step.actions),
            tuple(t for t in self.transitions if t.entry.kind == "exit" and t.entry.source == step.key),
        )  # fmt: skip

    def _check_keys(self) -> None:
        """Every key the engine follows must lead somewhere."""
        package = self.package
        followed: tuple[tuple[str, str, Mapping[str, Any], Iterable[str]], ...] = (
            ("entry_step", "step", self.steps, [package.entry_step]),
            *((f"steps.{s.key}.otherwise", "step", self.steps, [s.otherwise] if s.otherwise else []) for s in package.steps),
            *((f"steps.{s.key}.takes", "drug", self.drugs, [t.drug for t in s.takes]) for s in package.steps),
            *((f"steps.{s.key}.actions", "drug", self.drugs, [a.drug for a in s.actions if a.drug]) for s in package.steps),
            *((f"steps.{s.key}.options", "option", self.options, [o.option for o in s.options]) for s in package.steps),
            *((f"transitions.{t.key}", "step", self.steps, [t.target, *([t.source] if t.source else [])]) for t in package.transitions),
            *((f"transitions.{t.key}.changes", "drug", self.drugs, [c.drug for c in t.changes]) for t in package.transitions),
            *((f"safety_rules.{r.key}.drug", "drug", self.drugs, [r.drug] if r.drug else []) for r in package.safety_rules),
            *((f"safety_rules.{r.key}.step", "step", self.steps, [r.step] if r.step else []) for r in package.safety_rules),
            *((f"monitoring.{m.key}.drug", "drug", self.drugs, [m.drug] if m.drug else []) for m in package.monitoring),
            *((f"monitoring.{m.key}.steps", "step", self.steps, m.steps) for m in package.monitoring),
            *((f"monitoring.{m.key}.tests", "test", self.tests, m.tests) for m in package.monitoring),
            *((f"instructions.{i.key}.drug", "drug", self.drugs, [i.drug] if i.drug else []) for i in package.instructions),
            *((f"tests.{t.key}.facts", "fact", self.facts, t.facts) for t in package.tests),
            *((f"facts.{f.key}.upper_limit", "fact", self.facts, [f.upper_limit] if f.upper_limit else []) for f in package.facts),
            *((f"regimens.{r.key}.taken_now", "fact", self.facts, [r.taken_now] if r.taken_now else []) for r in package.regimens),
            *((f"regimens.{r.key}.requires", "fact", self.facts, [q.fact for q in r.requires]) for r in package.regimens),
        )  # fmt: skip
        for place, kind, known, keys in followed:
            for key in keys:
                if key not in known:
                    raise ContentError(place, f"there is no {kind} '{key}'", CODES.get(kind, "unknown_key"))
        for transition in package.transitions:
            if (transition.kind == "exit") == (transition.source is None):
                raise ContentError(
                    f"transitions.{transition.key}", "an exit has a source step; the other kinds have none"
                )

    def _check_circles(self) -> None:
        """What is worked out must not be worked out from itself."""
        reads = {key: [*keys_read(node)] for key, node in self.definitions.items()}
        reads |= {key: [*keys_read(s.formula, *(when for _, when in s.implied))] for key, s in self.sources.items()}
        reads |= {f"met:{key}": [*keys_read(rule.condition)] for key, rule in self.rules.items()}
        taken = [part for step in self.steps.values() for part in step.takes]
        reads |= {
            f"starting:{d}": [*keys_read(*(part.condition for part in taken if part.drug == d))] for d in self.drugs
        }
        found = circle(reads)
        if found:
            name = "definitions" if found[0] in self.definitions else "safety_rules" if ":" in found[0] else "facts"
            place = f"{name}.{found[0].partition(':')[2] or found[0]}"
            raise ContentError(place, f"follows from itself: {' → '.join((*found, found[0]))}")
        found = circle({step.key: [step.otherwise] for step in self.package.steps if step.otherwise})
        if found:
            circle_of = " → ".join((*found, found[0]))
            raise ContentError(f"steps.{found[0]}.otherwise", f"leads back to where it began: {circle_of}")


def names_of(package: content.Package) -> dict[str, Kind]:
    """What the conditions of this package may name."""
    steps = (*(step.key for step in package.steps), "none")
    current = Kind("choice", choices=steps, label="current step", labels={"none": "not yet started"})
    days = {"as_of": Kind("date", label="today"), "started_on": Kind("date", label="start of the step")}
    on_hold = Kind("number", "wk", label="weeks on hold since the start of the step")
    names = {"current_step": current, "weeks_on_hold": on_hold, **days}
    for fact in package.facts:
        labels = {choice.key: choice.label for choice in fact.choices}
        names[fact.key] = Kind(fact.type, fact.unit, tuple(labels), fact.label, labels)
    return names | {definition.key: Kind("boolean", label=definition.text) for definition in package.definitions}


def compile_package(package: content.Package) -> CompiledPackage:
    """The package made ready, or ContentError."""
    return CompiledPackage(package)
