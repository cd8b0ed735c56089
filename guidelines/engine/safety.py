"""Safety rules against one patient's facts: which are met, which could not be checked, and what that asks for.

An unknown rule is never dropped: it is as severe as the rule says (`if_unknown`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from guidelines.engine.compiled import CompiledPackage, Rule
from guidelines.engine.content import SafetyRule
from guidelines.engine.facts import NotAsked
from guidelines.engine.resolve import Resolved

ORDER = {"stop": 0, "caution": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule that is met or unknown. `severity` is what it counts as; `open_facts` are what would settle it."""

    rule: SafetyRule
    severity: str
    is_met: bool
    open_facts: frozenset[str] = frozenset()
    is_kept: bool = False  # met when the drug was held, and it may not be given again yet

    @property
    def state(self) -> str:
        return "met" if self.is_met else "unknown"

    @property
    def message(self) -> str:
        if self.is_kept:
            return f"Still held: {self.rule.message} To be given again: {self.rule.action.resume}"
        if self.is_met:
            return self.rule.message
        return self.rule.unknown_message or f"Could not be checked: {self.rule.message}"

    @property
    def holds(self) -> bool:
        """Whether it keeps a drug from being started or given for now: a resolvable stop, or a caution that says hold."""
        if self.severity == "stop":
            return self.rule.resolvable or self.rule.action.kind == "hold" or not self.is_met
        return self.is_met and self.rule.severity == "caution" and self.rule.action.kind == "hold"

    @property
    def excludes(self) -> bool:
        """Whether it takes a drug out for good."""
        return self.is_met and self.severity == "stop" and not self.rule.resolvable and self.rule.action.kind != "hold"

    @property
    def forbids_plan(self) -> bool:
        """Whether nothing at all is signed or printed while it is met, not even a plan that holds the drug."""
        return self.is_met and self.rule.override == "no_plan"

    def needs_answer(self, facts: Resolved) -> bool:
        """Unknown because somebody has not been asked, rather than because nobody knows."""
        return not self.is_met and any(facts.facts.states.get(key, NotAsked) is NotAsked for key in self.open_facts)

    def as_json(self) -> dict[str, Any]:
        rule = self.rule
        return {
            "rule": rule.key, "subject": rule.drug or rule.step or "guideline", "severity": self.severity, "state": self.state,
            "action": rule.action.kind, "action_text": rule.action.text, "override": override_of(self), "message": self.message,
            "needs": sorted(self.open_facts), "cites": list(rule.cites),
        }  # fmt: skip


def override_of(alert: Alert) -> str:
    """What going against the alert takes. An unknown that counts as a prohibited stop is answered, never overridden."""
    if alert.severity != "stop":
        return "acknowledge"
    return "prohibited" if alert.rule.override == "no_plan" else alert.rule.override


def check(rules: Iterable[Rule], facts: Resolved) -> list[Alert]:
    """The alerts of these rules, in the package's order."""
    found = []
    for rule, condition, resume in rules:
        state = condition.value(facts)
        if state is True:
            found.append(Alert(rule, rule.severity, True))
        elif resume is not None and is_held_for(rule, facts) and resume.value(facts) is not True:
            found.append(Alert(rule, rule.severity, True, facts.open_facts(resume), is_kept=True))
        elif state is None:
            found.append(Alert(rule, rule.if_unknown or rule.severity, False, facts.open_facts(condition)))
    return found


def is_held_for(rule: SafetyRule, facts: Resolved) -> bool:
    return rule.drug is not None and rule.key in facts.facts.held.get(rule.drug, ())


def check_drug(compiled: CompiledPackage, facts: Resolved, drug: str) -> list[Alert]:
    """Worked out once: a drug is asked about when it is taken and with each option that has it."""
    if drug not in facts.alerts:
        facts.alerts[drug] = check(compiled.rules_of_drug.get(drug, ()), facts)
    return facts.alerts[drug]


def stops(alerts: Iterable[Alert]) -> list[Alert]:
    """Those that count as a stop, and met cautions whose action is to hold."""
    return [alert for alert in alerts if alert.severity == "stop" or alert.holds]


def by_severity(alerts: Iterable[Alert]) -> list[Alert]:
    """Each rule once, stops first, then in the package's order."""
    once = {alert.rule.key: alert for alert in alerts}
    return sorted(once.values(), key=lambda alert: (ORDER[alert.severity], not alert.is_met))
