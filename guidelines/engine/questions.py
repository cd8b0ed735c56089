"""What is open, and what an answer could change.

A fact may be called "nothing" only if no unresolved part of any condition that could still be consulted reads it. That is
found by walking every branch the unknowns leave open, never by trying facts one at a time: two unknown stops mask each other.
"""

from collections.abc import Iterable
from typing import NamedTuple

from guidelines.engine.compiled import CompiledPackage, Rule
from guidelines.engine.facts import Known, NotAsked
from guidelines.engine.nodes import Node
from guidelines.engine.operators import is_open
from guidelines.engine.pathway import Walk
from guidelines.engine.resolve import Resolved

# By which rules questions are found. A signed plan keeps the number, so that it is held against questions of its own kind only.
# 1: until the dose taken now was among what a dose is asked for. One more with every change that is not one of content.
REVISION = 2
STRENGTH = ("proposal", "dose", "safety", "monitoring")


class Question(NamedTuple):
    """An unknown fact, the most that an answer could change, and the rules and transitions that read it."""

    fact: str
    could_change: str
    rules: tuple[str, ...]


def open_questions(walk: Walk) -> list[Question]:
    """Every fact that is not known, what matters most first, then in the catalogue's order."""
    reach = _Reach(walk.compiled, walk.facts)
    reach.start()
    if walk.step is not None:
        reach.consult_step(walk.step)
    found = []
    for key, fact in walk.compiled.facts.items():
        state = walk.facts.facts.states.get(key, NotAsked)
        if isinstance(state, Known) or fact.formula_only:
            continue
        if not is_open(walk.facts[key]):
            continue  # it follows from other facts, or was not reported
        change = reach.changes.get(key)
        found.append(
            Question(key, STRENGTH[change] if change is not None else "nothing", tuple(reach.readers.get(key, ())))
        )
    order = {name: index for index, name in enumerate((*STRENGTH, "nothing"))}
    return sorted(found, key=lambda question: order[question.could_change])


class _Reach:
    """Everything that could still be consulted, and which open facts it reads."""

    def __init__(self, compiled: CompiledPackage, facts: Resolved) -> None:
        self.compiled, self.facts = compiled, facts
        self.changes: dict[str, int] = {}
        self.readers: dict[str, dict[str, None]] = {}
        self.entered: set[str] = set()
        self.states: dict[tuple[str, int, str], bool | None] = {}

    def read(self, reader: str, node: Node | None, strength: str) -> bool | None:
        """Notes the open facts of a condition; its state, unknown as long as an answer could change it."""
        if node is None:
            return True
        read = reader, id(node), strength
        if read not in self.states:  # several options read the same rules
            for fact in self.facts.open_facts(node):
                self.note(reader, fact, strength)
            self.states[read] = node.firm(self.facts)
        return self.states[read]

    def note(self, reader: str, fact: str, strength: str) -> None:
        rank = STRENGTH.index(strength)
        self.changes[fact] = min(rank, self.changes.get(fact, rank))
        self.readers.setdefault(fact, {})[reader] = None

    def read_rules(self, rules: Iterable[Rule]) -> None:
        for rule, node, _ in rules:
            decides = rule.severity == "stop" or rule.action.kind == "hold" or rule.if_unknown == "stop"
            self.read(rule.key, node, "proposal" if decides else "safety")

    def start(self) -> None:
        compiled, facts = self.compiled, self.facts
        current = facts.facts.step
        self.read_rules(compiled.rules_of_guideline)
        for transition in compiled.urgent:
            if self.read(transition.entry.key, transition.condition, "proposal") is True:
                self.step_actions(transition.entry.target)
                self.current_drugs(current)
                return
            self.step_actions(transition.entry.target)
        scope = [
            rule for rule in compiled.rules_of_guideline if rule.rule.kind == "scope" and rule.rule.severity == "stop"
        ]
        self.current_drugs(current)
        if any(rule.condition.firm(facts) is True for rule in scope):
            return
        if current is None:
            self.enter(compiled.package.entry_step)
            return
        self.leave(current)

    def current_drugs(self, current: str | None) -> None:
        if current is None:
            return
        for taken in self.compiled.steps[current].takes:
            if self.read(current, taken.condition, "proposal") is not False:
                self.read_rules(self.compiled.rules_of_drug.get(taken.drug, ()))

    def leave(self, current: str) -> None:
        for exit_ in self.compiled.steps[current].exits:
            state = self.read(exit_.entry.key, exit_.condition, "proposal")
            if state is False:
                continue
            target = exit_.entry.target
            self.read_rules(self.compiled.rules_of_step.get(target, ()))
            if exit_.entry.as_continue:
                self.stay(target)
            else:
                self.enter(target)
            if state is True and not self.compiled.rules_of_step.get(target):
                return
        self.stay(current)

    def stay(self, step: str) -> None:
        """The drugs go on, or a stop on one of them leads to what the step says otherwise."""
        self.consult_step(step)
        otherwise = self.compiled.steps[step].step.otherwise
        current = self.facts.facts.step or step
        drugs = [taken.drug for taken in self.compiled.steps[current].takes]
        stops = [
            rule for drug in drugs for rule in self.compiled.rules_of_drug.get(drug, ())
            if rule.rule.severity == "stop" and not rule.rule.resolvable
        ]  # fmt: skip
        if otherwise and any(rule.condition.firm(self.facts) is not False for rule in stops):
            self.enter(otherwise)

    def enter(self, step: str) -> None:
        if step in self.entered:
            return
        self.entered.add(step)
        compiled = self.compiled.steps[step]
        if compiled.options or compiled.step.terminal:
            for choice in self.compiled.choosing:
                state = self.read(choice.entry.key, choice.condition, "proposal")
                if state is not False:
                    self.enter(choice.entry.target)
                if state is True:
                    return
        alive = self.consult_step(step)
        if compiled.step.otherwise and not alive:
            self.enter(compiled.step.otherwise)

    def consult_step(self, step: str) -> bool:
        """Reads all that the step's options read. Whether one of them surely stays."""
        compiled = self.compiled.steps[step]
        alive = False
        for entry, condition in compiled.options:
            state = self.read(step, condition, "proposal")
            if state is not False:
                stays = self.consult_option(entry.option)
                alive = alive or (stays and state is True and not entry.beside)
        self.step_actions(step)
        self.monitoring(step)
        return alive

    def consult_option(self, key: str) -> bool:
        parts = self.compiled.option_regimens[key]
        mains = [condition for part, condition in parts if part.role == "main"]
        # A table of doses of which no row is sure may leave nothing to give, and then the option is excluded.
        stays = not mains or any(condition is None or condition.firm(self.facts) is True for condition in mains)
        for part, condition in parts:
            if self.read(key, condition, "dose") is False:
                continue
            regimen = self.compiled.regimens[part.regimen]
            rules = self.compiled.rules_of_drug.get(regimen.drug.key, ())
            self.read_rules(rules)
            final = [
                r
                for r in rules
                if r.rule.severity == "stop" and not r.rule.resolvable and r.condition.firm(self.facts) is not False
            ]
            for requirement, when in regimen.requires:
                if self.read(regimen.regimen.key, when, "proposal") is not False:
                    for fact in self.facts.open_keys(requirement.fact):
                        self.note(regimen.regimen.key, fact, "proposal")
            self.consult_dose(regimen.regimen.key)
            uncertain = any(
                adjustment.no_dose and (node is None or node.firm(self.facts) is not False)
                for adjustment, node in regimen.adjustments
            )
            stays = stays and (part.role == "continued" or not (final or uncertain))
        return stays

    def consult_dose(self, key: str) -> None:
        regimen = self.compiled.regimens[key]
        body = {"per_kg": "weight_kg", "per_m2": "bsa_m2"}.get(regimen.regimen.basis)
        needed = {body} if body else set()
        needed |= {"weight_kg" for cap, _ in regimen.caps if cap.basis == "per_kg"}
        for name in sorted(needed):
            for fact in self.facts.open_keys(name):
                self.note(key, fact, "dose")
        now, current = regimen.regimen.taken_now, self.facts.facts.step
        if now and current and any(taken.drug == regimen.drug.key for taken in self.compiled.steps[current].takes):
            for fact in self.facts.open_keys(now):  # more than may be given today is lowered
                self.note(key, fact, "dose")
        for part in (*regimen.caps, *regimen.adjustments):
            self.read(key, part.condition, "dose")
        self.read(key, regimen.start_at_minimum_when, "dose")
        if regimen.compare_with is not None:
            for fact in self.facts.open_facts(regimen.compare_with):
                self.note(key, fact, "dose")

    def step_actions(self, step: str) -> None:
        for entry, condition in self.compiled.steps[step].actions:
            self.read(entry.key, condition, "safety")

    def monitoring(self, step: str) -> None:
        current = self.facts.facts.step or step
        drugs = {taken.drug for name in (step, current) for taken in self.compiled.steps[name].takes}
        for entry, _ in self.compiled.steps[step].options:
            drugs |= {
                self.compiled.regimens[p.regimen].drug.key for p, _ in self.compiled.option_regimens[entry.option]
            }
        for taken in self.compiled.steps[step].takes:
            self.read(step, taken.condition, "monitoring")
        for item, condition in self.compiled.monitoring:
            if (item.drug is None or item.drug in drugs) and (not item.steps or step in item.steps):
                self.read(item.key, condition, "monitoring")
