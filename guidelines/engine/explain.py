"""A condition as a tree a person can check: part, fact, value, unit, date, met / not met / unknown."""

from datetime import date
from decimal import Decimal
from typing import Any

from guidelines.engine.content import Fact
from guidelines.engine.facts import Known, NotAsked, PatientFacts
from guidelines.engine.nodes import Node
from guidelines.engine.operators import is_open, unit_text
from guidelines.engine.resolve import Resolved
from guidelines.engine.values import plain

STATES: dict[bool | None, str] = {True: "met", False: "not met", None: "unknown"}


def shown(value: Any) -> str | bool | list[str] | None:
    """A value as JSON carries it: numbers and dates as text, sets in order."""
    if isinstance(value, Decimal):
        # a derived number may have 28 digits; what people read needs four
        return plain(round(value, 4))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    return value if isinstance(value, (str, bool)) else None


def explain(key: str, node: Node, facts: Resolved) -> dict[str, Any]:
    """The condition's tree under the rule's or transition's key."""
    found = part_of(node, facts)
    parts = found["parts"] if node.op in ("and", "or", "not") else [found]
    return {"of": key, "condition": node.text, "state": STATES[node.value(facts)], "joined_by": node.op, "parts": parts}


def part_of(node: Node, facts: Resolved) -> dict[str, Any]:
    found: dict[str, Any] = {"text": node.text, "state": STATES[node.value(facts)]}
    if node.op in ("and", "or", "not"):
        return found | {"joined_by": node.op, "parts": [part_of(child, facts) for child in node.children]}
    read = [fact_of(key, facts) for key in dict.fromkeys(node.keys) if not key.startswith("history:")]
    if len(read) == 1:
        return found | read[0]
    return found | {"facts": read}


def fact_of(key: str, facts: Resolved) -> dict[str, Any]:
    fact = facts.compiled.facts.get(key)
    found: dict[str, Any] = {"fact": key, "value": shown(facts[key])}
    if fact is None:
        return found
    state = facts.facts.states.get(key, NotAsked)
    if isinstance(state, Known):
        return found | {"unit": fact.unit, "taken_on": state.taken_on.isoformat()}
    if not is_open(facts[key]):
        return found | {"unit": fact.unit, "worked_out": True}
    old = state.last
    return (
        found
        | {"unit": fact.unit, "why_unknown": state.name}
        | ({"last": shown(old.value), "taken_on": old.taken_on.isoformat()} if old else {})
    )


def in_words(facts: PatientFacts, key: str, compiled: Any) -> str:
    """One fact's value with its unit, as a person reads it."""
    fact = compiled.facts[key]
    state = facts.states.get(key, NotAsked)
    if not isinstance(state, Known):
        return {"not_asked": "Not asked", "not_known": "Not known", "stale": "Too old"}[state.name]
    return value_in_words(fact, state.value)


def value_in_words(fact: Fact, value: Any) -> str:
    if fact.type == "boolean":
        return "Yes" if value else "No"
    labels = {choice.key: choice.label for choice in fact.choices}
    if fact.type == "set":
        return ", ".join(labels[key] for key in sorted(value)) or "None of these"
    text = labels.get(value, str(shown(value)))
    return f"{text} {unit_text(fact.unit, text)}".strip()
