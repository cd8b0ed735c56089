"""Which results stand behind a condition: through definitions, derived facts, other rules and histories."""

from collections.abc import Iterator

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.cycles import keys_read
from guidelines.engine.nodes import Node


def facts_behind(compiled: CompiledPackage, *nodes: Node | None) -> frozenset[str]:
    """The facts whose values can decide these conditions. A fact that is worked out is among them, and what it is made of."""
    found: set[str] = set()
    waiting = [*keys_read(*nodes)]
    while waiting:
        kind, _, name = waiting.pop().rpartition(":")
        if kind == "starting" or name in found:
            continue
        if kind == "met":
            waiting += keys_read(compiled.rules[name].condition)
        elif name in compiled.definitions:
            waiting += keys_read(compiled.definitions[name])
        elif name in compiled.facts:
            found.add(name)
            waiting += made_of(compiled, name)
    return frozenset(found)


def made_of(compiled: CompiledPackage, fact: str) -> Iterator[str]:
    source = compiled.sources[fact]
    yield from keys_read(source.formula, *(condition for _, condition in source.implied))
