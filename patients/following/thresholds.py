"""Where the rules of a version begin to hold for one result: read from the compiled conditions, never written down twice.

Says where a line lies and which side of it a rule speaks of. Whether a rule is met is `standing.py`'s to say.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from guidelines.engine.compiled import CompiledPackage, Rule
from guidelines.engine.nodes import Comparison, Node
from guidelines.engine.operators import Result
from guidelines.engine.values import plain

ABOVE, BELOW = (">", ">="), ("<", "<=")
ACTS_NOW = ("hold", "stop")


@dataclass(frozen=True, slots=True)
class Bound:
    """One side of a comparison. `times` is set where it is a multiple of the laboratory's upper limit."""

    symbol: str
    node: Node
    times: Decimal | None

    def at(self, known: "Latest", limit: Decimal | None) -> Decimal | None:
        """Its value for a result with this upper limit; None where nothing can be said."""
        if self.times is not None:
            return None if limit is None else self.times * limit
        found = self.node.value(known)
        return found if isinstance(found, Decimal) else None

    @property
    def words(self) -> str:
        """3 × limit; 1.3 × the baseline; 3.5."""
        if self.times is not None:
            return "limit" if self.times == 1 else f"{plain(self.times)} × limit"
        return self.node.text

    def holds(self, value: Decimal, edge: Decimal) -> bool:
        return {">": value > edge, ">=": value >= edge, "<": value < edge, "<=": value <= edge}[self.symbol]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A rule speaks of results above `low`, below `high`, or between both."""

    rule: str
    level: str  # stop, caution, note: how a result there is marked
    low: Bound | None
    high: Bound | None

    @property
    def bounds(self) -> tuple[Bound, ...]:
        return tuple(bound for bound in (self.low, self.high) if bound is not None)

    def holds(self, value: Decimal, known: "Latest", limit: Decimal | None) -> bool:
        """False where an edge is not known: that a rule cannot be checked is told elsewhere."""
        edges = [(bound, bound.at(known, limit)) for bound in self.bounds]
        return all(edge is not None and bound.holds(value, edge) for bound, edge in edges)


class Latest(dict[str, Any]):
    """The newest value of everything that was found, as conditions read it; what is worked out, from that."""

    def __init__(
        self, compiled: CompiledPackage, results: Mapping[str, tuple[Result, ...]], given: Mapping[str, Any]
    ) -> None:
        super().__init__(given)
        self.compiled, self.results = compiled, results

    def __missing__(self, key: str) -> Any:
        kind, _, name = key.partition(":")
        self[key] = None  # what follows from itself stays unknown
        if name:
            self[key] = self.results.get(name, ()) if kind == "history" else None
        elif key in self.results:
            self[key] = self.results[key][-1].value
        elif key in self.compiled.definitions:
            self[key] = self.compiled.definitions[key].value(self)
        elif key in self.compiled.worked_out and (formula := self.compiled.sources[key].formula) is not None:
            self[key] = formula.value(self)
        return self[key]


def thresholds_of(
    compiled: CompiledPackage, rules: Iterable[Rule], known: Latest
) -> Mapping[str, tuple[Threshold, ...]]:
    """By fact, in the order of the rules; those that cannot concern this patient are left out."""
    found: dict[str, dict[Any, Threshold]] = {}
    for rule in rules:
        if rule.rule.severity == "note":
            continue
        for group in groups(rule.condition, ()):
            beside = [leaf for leaf in group if one_fact(leaf) is None]
            if any(is_settled(compiled, leaf) and leaf.value(known) is False for leaf in beside):
                continue
            for fact in dict.fromkeys(key for leaf in group if (key := one_fact(leaf))):
                mine = [leaf.compares for leaf in group if leaf.compares and one_fact(leaf) == fact]
                threshold = between(compiled, fact, rule, mine)
                if threshold is not None:
                    edges = tuple((bound.symbol, bound.words) for bound in threshold.bounds)
                    found.setdefault(fact, {}).setdefault((threshold.level, edges), threshold)
    return {fact: tuple(thresholds.values()) for fact, thresholds in found.items()}


def groups(node: Node, inherited: tuple[Node, ...]) -> Iterator[tuple[Node, ...]]:
    """The leaves that must hold together. What stands under a `not` only narrows another rule and is no line."""
    if node.op == "or":
        for child in node.children:
            yield from groups(child, inherited)
    elif node.op == "and":
        leaves = (*inherited, *(child for child in node.children if child.op == "leaf"))
        branches = [child for child in node.children if child.op in ("and", "or")]
        for branch in branches:
            yield from groups(branch, leaves)
        if not branches:
            yield leaves
    elif node.op == "leaf":
        yield (*inherited, node)


def one_fact(leaf: Node) -> str | None:
    """The fact that is compared, where a leaf compares a number with something else."""
    sides = leaf.compares
    if sides is None or sides.symbol not in (*ABOVE, *BELOW) or sides.left.kind.type != "number":
        return None
    is_plain = not sides.left.children and len(sides.left.keys) == 1 and sides.left.text == sides.left.kind.label
    return sides.left.keys[0] if is_plain else None


def is_settled(compiled: CompiledPackage, leaf: Node) -> bool:
    """Whether it is about the person or the plan and not about results, so that what is not so now is no accident."""
    return all(
        key.startswith("starting:") or (key in compiled.facts and key not in compiled.worked_out) for key in leaf.keys
    )


def between(compiled: CompiledPackage, fact: str, rule: Rule, sides: Iterable[Comparison]) -> Threshold | None:
    limit = compiled.facts[fact].upper_limit if fact in compiled.facts else None
    low = high = None
    for symbol, _, right in sides:
        bound = Bound(symbol, right, times_limit(right, limit))
        if symbol in ABOVE:
            low = bound
        else:
            high = bound
    if low is None and high is None:
        return None
    return Threshold(rule.rule.key, level_of(rule), low, high)


def times_limit(node: Node, limit: str | None) -> Decimal | None:
    """By how much the upper limit is multiplied, where that is what the node says."""
    if limit is None or node.keys != (limit,):
        return None
    if not node.children:
        return Decimal(1)
    literals = [child.literal for child in node.children if child.literal is not None]
    product = len(node.children) == 2 and len(literals) == 1 and " × " in node.text
    return literals[0] if product and isinstance(literals[0], Decimal) else None


def level_of(rule: Rule) -> str:
    """How a result there is marked: by what the rule asks for, for a caution may still say to hold the drug."""
    if rule.rule.severity == "stop" or rule.rule.action.kind in ACTS_NOW:
        return "stop"
    return "note" if rule.rule.action.kind == "inform" else "caution"
