"""Why: the conditions that were looked at, each as a tree with its facts, values, and met, not met or unknown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.decision import Decision
from guidelines.engine.explain import explain
from guidelines.engine.operators import unit_text
from patients.presentation import words

STATE = {"met": "met", "not met": "not", "unknown": "unknown"}
WORD = {"met": "Met", "not met": "Not met", "unknown": "Unknown"}
JOINED = {"and": "All of these", "or": "Any of these", "not": "Not this"}
WHY_UNKNOWN = {"not_asked": "not asked", "not_known": "not known", "stale": "too old"}


@dataclass(frozen=True)
class Cond:
    """One part of a condition. `fact` leads to its question where the answer is open."""

    text: str
    state: str
    word: str
    value: str = ""
    note: str = ""
    joined: str = ""
    fact: str = ""
    parts: list["Cond"] = field(default_factory=list)


@dataclass(frozen=True)
class Reason:
    """A rule or transition with the tree of its condition."""

    key: str
    title: str
    kind: str
    state: str
    word: str
    conds: list[Cond]
    joined: str


@dataclass(frozen=True)
class Why:
    """What led here, what could not be checked, and what was checked and does not hold."""

    led: list[Reason]
    unknown: list[Reason]
    fired: list[Reason]
    not_met: list[Reason]

    @property
    def summary(self) -> str:
        met = sum(reason.state == "met" for reason in [*self.led, *self.fired])
        return f"{met} met, {len(self.not_met)} not met, {len(self.unknown)} unknown"


def why(decision: Decision) -> Why:
    compiled = decision.compiled
    transitions = {t.entry.key: t.entry for t in compiled.transitions}
    led: list[Reason] = []
    unknown: list[Reason] = []
    fired: list[Reason] = []
    not_met: list[Reason] = []
    for key, node in decision.consulted.items():
        rule = compiled.rules.get(key)
        if key in transitions and rule is None:
            title, kind = transitions[key].text, "transition"
        elif rule is not None:
            title, kind = rule.rule.message, rule.rule.severity
        else:
            title, kind = node.text, "condition"
        reason = reason_of(decision, key, title, kind, explain(key, node, decision.resolved))
        if reason.state == "unknown":
            unknown.append(reason)
        elif reason.state == "not":
            not_met.append(reason)
        else:
            (fired if rule is not None else led).append(reason)
    return Why(led, unknown, fired, not_met)


def reason_of(decision: Decision, key: str, title: str, kind: str, tree: Mapping[str, Any]) -> Reason:
    conds = [cond_of(decision, part) for part in tree["parts"]]
    joined = JOINED.get(tree["joined_by"], "") if len(conds) > 1 or tree["joined_by"] == "not" else ""
    return Reason(key, title, kind, STATE[tree["state"]], WORD[tree["state"]], conds, joined)


def cond_of(decision: Decision, part: Mapping[str, Any]) -> Cond:
    state, word = STATE[part["state"]], WORD[part["state"]]
    if "parts" in part:
        inner = [cond_of(decision, child) for child in part["parts"]]
        return Cond(part["text"], state, word, joined=JOINED[part["joined_by"]], parts=inner)
    if "fact" in part:
        return leaf(decision.compiled, part, part, state, word)
    read = [
        leaf(decision.compiled, fact, {"text": label_of(decision.compiled, fact["fact"])}, "", "")
        for fact in part["facts"]
    ]
    shown = "; ".join(f"{cond.text}: {cond.value or 'unknown'}" for cond in read)
    return Cond(part["text"], state, word, note=shown, fact=next((cond.fact for cond in read if cond.fact), ""))


def leaf(compiled: CompiledPackage, found: Mapping[str, Any], part: Mapping[str, Any], state: str, word: str) -> Cond:
    key = found["fact"]
    value = shown_value(compiled, key, found.get("value"), found.get("unit"))
    note, fact = "", ""
    if "taken_on" in found and "last" not in found:
        note = words.day(date.fromisoformat(found["taken_on"]))
    elif found.get("worked_out"):
        note = "worked out"
    elif "why_unknown" in found:
        value, note, fact = "Unknown", WHY_UNKNOWN[found["why_unknown"]], key
        if "last" in found:
            last = shown_value(compiled, key, found["last"], found.get("unit"))
            note += f", last {last} on {words.day(date.fromisoformat(found['taken_on']))}"
    return Cond(part["text"], state, word, value, note, fact=fact)


def label_of(compiled: CompiledPackage, key: str) -> str:
    kind = compiled.names.get(key)
    return kind.label if kind is not None and kind.label else key.replace("_", " ")


def shown_value(compiled: CompiledPackage, key: str, found: Any, unit: str | None) -> str:
    if found is None:
        return ""
    fact = compiled.facts.get(key)
    if fact is not None and fact.type == "number":
        return f"{words.plain(round(Decimal(found), 2))}{words.NBSP}{unit_text(unit)}".strip()
    if fact is not None and fact.type == "date":
        return words.day(date.fromisoformat(found))
    if fact is not None:
        return words.value(fact, found)
    kind = compiled.names.get(key)
    if kind is not None and kind.type == "choice":
        return kind.labels.get(found, compiled.steps[found].step.title if found in compiled.steps else str(found))
    return {True: "Yes", False: "No"}.get(found, str(found)) if isinstance(found, bool) else str(found)
