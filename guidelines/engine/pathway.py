"""The walk along the pathway: urgent → scope → stops on drugs taken → exits of the step → the step that follows.

It decides the outcome and nothing else; the order is the guideline application's promise, so read it top to bottom.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from guidelines.engine.compiled import CompiledPackage, Conditional
from guidelines.engine.content import Transition
from guidelines.engine.dosing import NoDose
from guidelines.engine.facts import NotAsked
from guidelines.engine.nodes import Node
from guidelines.engine.options import AssessedOption, assess
from guidelines.engine.resolve import Resolved
from guidelines.engine.safety import Alert, check, check_drug


@dataclass(slots=True)
class Walk:
    """Where the walk ended and what it saw on the way."""

    compiled: CompiledPackage
    facts: Resolved
    outcome: str = "ask"
    step: str | None = None
    followed: list[Transition] = field(default_factory=list)
    tried: list[AssessedOption] = field(default_factory=list)
    options: list[AssessedOption] = field(default_factory=list)
    guideline_alerts: list[Alert] = field(default_factory=list)
    taken_alerts: dict[str, list[Alert]] = field(default_factory=dict)
    guard_alerts: list[Alert] = field(default_factory=list)
    guarded_steps: list[str] = field(default_factory=list)
    unknown_gates: frozenset[str] = frozenset()
    consulted: dict[str, Node] = field(default_factory=dict)
    stays: bool = True

    def go(self) -> "Walk":
        facts, current = self.facts, self.facts.facts.step
        self.step = current
        self.guideline_alerts = check(self.compiled.rules_of_guideline, facts)
        self.taken_alerts = {drug: check_drug(self.compiled, facts, drug) for drug in facts.taken()}
        urgent = [(t, self.consult(t)) for t in self.compiled.urgent]
        for transition, state in urgent:
            if state:
                return self.refer_to(transition.entry)
        scope = [alert for alert in self.guideline_alerts if alert.rule.kind == "scope" and alert.severity == "stop"]
        if any(alert.is_met for alert in scope):
            return self.end("out_of_scope", None)
        if any(state is None for _, state in urgent) or scope:
            return self.end("ask", current)
        if current is None:
            return self.enter(self.compiled.package.entry_step)
        if self.held():
            return self.end("hold", current)
        return self.leave(current)

    def consult(self, entry: Conditional) -> bool | None:
        if entry.condition is None:
            return True
        self.consulted[entry.entry.key] = entry.condition
        state: bool | None = entry.condition.value(self.facts)
        return state

    def end(self, outcome: str, step: str | None) -> "Walk":
        self.outcome, self.step = outcome, step
        if step is not None and not self.options:
            self.options = self.assess_step(step)
        return self

    def refer_to(self, transition: Transition) -> "Walk":
        self.followed.append(transition)
        self.stays = False
        return self.end("refer", transition.target)

    def held(self) -> list[Alert]:
        """Stops on drugs taken that can be put right: the drug waits, the step stays."""
        return [a for alerts in self.taken_alerts.values() for a in alerts if a.is_met and a.holds]

    def leave(self, current: str) -> "Walk":
        """The exits of the current step in their order; then what keeps a drug from simply going on."""
        for exit_ in self.compiled.steps[current].exits:
            state = self.consult(exit_)
            transition: Transition = exit_.entry
            if state is None and transition.if_unknown == "ask":
                return self.end("ask", current)
            if state is not True:
                continue
            guard = self.guarded(transition.target)
            if guard == "ask":
                return self.end("ask", current)
            if guard == "stay":
                continue
            self.followed.append(transition)
            if transition.as_continue:
                return self.go_on(transition.target, transition.target != current)
            return self.enter(transition.target)
        return self.go_on(current, moved=False)

    def guarded(self, target: str) -> str:
        """Whether a step's own rules let it be entered: a met or unknowable stop keeps the patient where he is."""
        alerts = check(self.compiled.rules_of_step.get(target, ()), self.facts)
        self.guard_alerts += alerts
        self.guarded_steps.append(target)
        found = [alert for alert in alerts if alert.severity == "stop"]
        if any(alert.is_met for alert in found):
            return "stay"
        if any(alert.needs_answer(self.facts) for alert in found):
            return "ask"
        return "stay" if found else "enter"

    def go_on(self, step: str, moved: bool) -> "Walk":
        """The drugs taken go on, unless a stop is met or cannot be checked."""
        ending = [d for d, alerts in self.taken_alerts.items() if any(a.excludes for a in alerts)]
        mains = self.main_drugs(step) | self.main_drugs(self.facts.facts.step or step)
        if any(drug in mains for drug in ending):
            otherwise = self.compiled.steps[step].step.otherwise
            if otherwise is None:
                return self.end("stop", step)
            self.tried += [
                option for option in self.assess_step(step) if option.state == "excluded" and not option.beside
            ]
            return self.enter(otherwise)
        if ending:
            return self.end("stop", step)
        unknown = [a for alerts in self.taken_alerts.values() for a in alerts if a.severity == "stop" and not a.is_met]
        if any(alert.needs_answer(self.facts) for alert in unknown):
            return self.end("ask", self.facts.facts.step)
        if unknown:
            return self.end("hold", self.facts.facts.step)
        self.stays = not moved
        if self.compiled.steps[step].step.terminal:
            return self.end("refer", step)
        self.end("continue", step)
        doses = [r.dose for o in self.options if not o.beside for r in o.regimens if r.role == "main"]
        missing = [dose for dose in doses if isinstance(dose, NoDose)]
        if any(self.is_unasked(dose.needs) for dose in missing if not dose.final):
            return self.end("ask", self.facts.facts.step)
        if missing:  # nothing goes on whose dose is not right, or cannot be checked
            return self.end("hold", self.facts.facts.step)
        return self

    def is_unasked(self, keys: Iterable[str]) -> bool:
        return any(self.facts.facts.states.get(key, NotAsked) is NotAsked for key in keys)

    def main_drugs(self, step: str) -> set[str]:
        return {
            self.compiled.regimens[part.regimen].drug.key
            for option in self.compiled.steps[step].step.options if not option.beside
            for part, _ in self.compiled.option_regimens[option.option] if part.role == "main"
        }  # fmt: skip

    def enter(self, key: str) -> "Walk":
        """A step with something to start, a referral, or a step without drugs."""
        self.stays, compiled = False, self.compiled.steps[key]
        if compiled.options or compiled.step.terminal:  # a new agent is to be chosen, here or by who takes over
            for choice in self.compiled.choosing:
                state = self.consult(choice)
                if state:
                    return self.refer_to(choice.entry)
                if state is None and choice.condition is not None:
                    self.unknown_gates |= self.facts.open_facts(choice.condition)
        if compiled.step.refers_to:
            return self.end("refer", key)
        if not compiled.options:
            return self.end("propose", key).waiting_first()
        options = self.assess_step(key)
        open_ = [option for option in options if option.state != "excluded" and not option.beside]
        if not open_:
            self.tried += [option for option in options if not option.beside]
            otherwise = compiled.step.otherwise
            return self.enter(otherwise) if otherwise else self.end("stop", key)
        self.options = options
        first = open_[0].state
        self.outcome = {"needs_answer": "ask", "pending": "pending"}.get(first, "propose")
        self.step = None if self.outcome == "ask" and self.facts.facts.step is None else key
        return self.waiting_first() if self.outcome == "propose" else self

    def waiting_first(self) -> "Walk":
        """A stop that would keep the patient on his step, were it known to be met, is settled before he leaves it."""
        unknown = [
            alert for alerts in self.taken_alerts.values() for alert in alerts
            if not alert.is_met and alert.severity == "stop" and (alert.rule.resolvable or alert.rule.action.kind == "hold")
        ]  # fmt: skip
        if not unknown:
            return self
        self.followed, self.tried, self.options, self.stays = [], [], [], True
        return self.end("ask" if any(a.needs_answer(self.facts) for a in unknown) else "hold", self.facts.facts.step)

    def assess_step(self, key: str) -> list[AssessedOption]:
        found = []
        for entry, condition in self.compiled.steps[key].options:
            state = True if condition is None else condition.value(self.facts)
            if condition is not None:
                self.consulted[f"{key}:{entry.option}"] = condition
            if state is False:
                continue
            option = assess(self.compiled, self.facts, entry.option, beside=entry.beside)
            if state is None and condition is not None and option.state != "excluded":
                option.require(self.facts.open_facts(condition), self.facts)
            if self.unknown_gates and option.state != "excluded":
                option.require(self.unknown_gates, self.facts)
            found.append(option.settle())
        return found
