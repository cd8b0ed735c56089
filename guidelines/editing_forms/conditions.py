"""A condition while it is being written: whether it can be read, what it says in English, which facts it reads.

Pure. It judges by the names of one guideline; whether the rule is wise is for the findings to say.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.conditions import Scope, compile_condition, compile_formula
from guidelines.engine.content import Fact, Range
from guidelines.engine.nodes import ConditionError, Kind, Node
from guidelines.engine.operators import unit_text
from guidelines.engine.values import plain

NEAR = re.compile(r"near character (\d+)$")
AROUND = 12  # characters shown on each side of where reading failed
KINDS = {
    "number": "number", "boolean": "yes or no", "choice": "one of a list", "set": "several of a list", "date": "date",
}  # fmt: skip


@dataclass(frozen=True)
class Read:
    """A fact or definition that a condition reads."""

    key: str
    label: str
    what: str  # its unit, or what kind of value it has
    details: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """`problem` is empty when the text can be read; `near` is what stands where reading failed."""

    is_empty: bool = False
    problem: str = ""
    near: str = ""
    english: str = ""
    reads: tuple[Read, ...] = ()


def checked(text: str, compiled: CompiledPackage, *, drug: str | None = None, wanted: str = "boolean") -> Check:
    """`wanted` is what it must give: boolean for a condition, the type of the value for a formula, empty for any."""
    if not text.strip():
        return Check(is_empty=True)
    scope = Scope(compiled.names, frozenset(compiled.rules), drug)
    try:
        node = compile_condition(text, scope) if wanted == "boolean" else compile_formula(text, scope)
    except ConditionError as problem:
        return Check(problem=sentence(str(problem)), near=near(text.strip(), str(problem)))
    if wanted and node.kind.type != wanted:
        return Check(problem=f"This gives a {KINDS[node.kind.type]}; it must give a {KINDS[wanted]}.")
    return Check(english=sentence(node.text), reads=tuple(reads(node, compiled)))


def sentence(text: str) -> str:
    """With a capital and a full stop; a name such as pH stays as it is."""
    first = text[:1] if text[1:2].isupper() else text[:1].upper()
    return f"{first}{text[1:].rstrip('.')}."


def near(text: str, problem: str) -> str:
    found = NEAR.search(problem)
    if found is None:
        return ""
    at = int(found[1]) - 1
    return text[max(at - AROUND, 0) : at + AROUND]


def reads(node: Node, compiled: CompiledPackage) -> Iterator[Read]:
    """In the order of the text, each once; a rule and the start of a drug are no facts."""
    for key in dict.fromkeys(keys(node)):
        if key in compiled.names:
            yield described(key, compiled.names[key], compiled.facts.get(key))


def keys(node: Node) -> Iterator[str]:
    yield from node.keys
    for child in node.children:
        yield from keys(child)


def described(key: str, kind: Kind, fact: Fact | None) -> Read:
    what = unit_text(kind.unit) if kind.unit else KINDS[kind.type]
    return Read(key, kind.label or key, what, tuple(details(kind, fact)))


def details(kind: Kind, fact: Fact | None) -> Iterator[str]:
    if kind.choices and kind.type in ("choice", "set"):
        yield ", ".join(f'"{choice}"' for choice in kind.choices)
    if fact is None:
        return
    if fact.plausible is not None:
        yield f"plausible {between(fact.plausible, fact.unit)}"
    elif fact.possible is not None:
        yield f"possible {between(fact.possible, fact.unit)}"
    if fact.other_units:
        yield f"also given in {', '.join(unit_text(other.unit) for other in fact.other_units)}; a rule compares {unit_text(fact.unit)}"
    if fact.maximum_age_days is not None:
        yield f"at most {fact.maximum_age_days} days old"
    if fact.formula is not None:
        yield "worked out from other facts"


def between(range_: Range, unit: str | None) -> str:
    low, high = (None if limit is None else plain(limit) for limit in (range_.min, range_.max))
    shown = unit_text(unit) if unit else ""
    if low is not None and high is not None:
        return f"{low} to {high} {shown}".strip()
    return (f"from {low} {shown}" if low is not None else f"up to {high} {shown}").strip()


def names_for(compiled: CompiledPackage) -> list[Read]:
    """Everything a condition may name, by its label."""
    found = [described(key, kind, compiled.facts.get(key)) for key, kind in compiled.names.items()]
    return sorted(found, key=lambda name: name.label.casefold())


def names_as_json(compiled: CompiledPackage) -> list[Mapping[str, Any]]:
    return [
        {
            "key": read.key, "label": read.label, "what": read.what, "choices": compiled.names[read.key].choices,
        }
        for read in names_for(compiled)
    ]  # fmt: skip
