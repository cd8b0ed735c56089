"""The functions of the rule language: unknown-ness, dates, arithmetic, histories of results."""

import ast
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from guidelines.engine.nodes import BOOLEAN, ConditionError, Kind, Node, TypeMismatch, UnitMismatch
from guidelines.engine.operators import (
    EXACT,
    PERIODS,
    POWER,
    SINCE,
    Result,
    amount_taken,
    baseline,
    confirmed_above_limit,
    count_above_limit,
    is_open,
    nearest,
    unit_text,
)  # fmt: skip

if TYPE_CHECKING:
    from guidelines.engine.conditions import Compiler

MAXIMUM_POWER = 10


def build_call(compiler: "Compiler", name: str, arguments: list[ast.expr]) -> Node:
    def needs(count: int) -> list[ast.expr]:
        if len(arguments) != count:
            raise ConditionError(f"{name} takes {count} argument{'s' * (count > 1)}")
        return arguments

    def number(tree: ast.expr) -> Node:
        node = compiler.build(tree)
        if node.kind.type != "number":
            raise TypeMismatch(f"{name}: '{node.text}' is not a number")
        return node

    def literal(tree: ast.expr) -> Decimal:
        node = number(tree)
        if node.literal is None:
            raise ConditionError(f"{name}: write the number '{node.text}' in digits")
        return Decimal(node.literal)

    def fact(tree: ast.expr, type_: str = "") -> Node:
        node = compiler.build(tree)
        if not isinstance(tree, ast.Name) or (type_ and node.kind.type != type_):
            raise ConditionError(f"{name} takes the name of a {type_ or 'fact'}{' fact' if type_ else ''}")
        return node

    if name == "is_unknown":
        node = fact(needs(1)[0])
        key = node.keys[0]
        return Node(
            "leaf", BOOLEAN, f"{node.text} is not known", lambda facts: is_open(facts[key]),
            lambda facts: None if is_open(facts[key]) else False, keys=node.keys, asks_unknown=True,
        )  # fmt: skip
    if name == "met":
        tree = needs(1)[0]
        if not isinstance(tree, ast.Constant) or tree.value not in compiler.scope.rules:
            raise ConditionError('met takes the key of a safety rule in quotes, met("RULE-ID")')
        return compiler.lookup(f"met:{tree.value}", Kind("boolean", label=f"rule {tree.value} is met"))
    if name in SINCE:
        node, (unit, count) = fact(needs(1)[0], "date"), SINCE[name]
        shown = f"{unit_text(unit)} since {node.text}"

        def since(facts: Mapping[str, Any]) -> Decimal | None:
            day = node.value(facts)
            return None if day is None else Decimal(count(day, facts["as_of"]))

        return Node("value", Kind("number", unit), shown, since, since, keys=node.keys)
    if name in ("sqrt", "nearest", "power", "min", "max"):
        return _numeric_call(name, [number(tree) for tree in needs(1 if name == "sqrt" else 2)], literal, arguments)
    if name in HISTORY:
        extra, in_its_unit, type_, calculate = HISTORY[name]
        node, limits = fact(needs(1 + extra)[0], "number"), [literal(tree) for tree in arguments[1:]]
        key = f"history:{node.keys[0]}"
        told = f" ({', '.join(map(str, limits))})" if limits else ""
        shown = SHOWN.get(name, f"{name.replace('_', ' ')} of {{}}{told}").format(node.text, *limits)

        def so_far(facts: Mapping[str, Any]) -> Any:
            return calculate(facts[key], facts, *limits)

        def from_history(facts: Mapping[str, Any]) -> Any:
            found = so_far(facts)
            # Old results can show that something was so; that it is not so now, only a result that still counts can.
            return None if (found is False or name in ADDED_TO) and facts[node.keys[0]] is None else found

        kind = Kind(type_, node.kind.unit if in_its_unit else None)
        op, at_least = "leaf" if type_ == "boolean" else "value", so_far if name in ADDED_TO else None
        return Node(op, kind, shown, from_history, from_history, keys=(node.keys[0], key), at_least=at_least)
    if name == "amount_taken":
        return _amount_taken(fact(needs(1)[0], "number"))
    raise ConditionError(f"'{name}' is not a function of the rule language")


def _amount_taken(node: Node) -> Node:
    """The total of a dose over time, in its unit without the period."""
    unit, key = node.kind.unit or "", f"history:{node.keys[0]}"
    period = next((period for period in PERIODS if unit.endswith(period)), None)
    if period is None:
        raise UnitMismatch(
            f"amount_taken needs a dose a day or a week, in {' or '.join(PERIODS)}: '{node.text}' is none"
        )

    def so_far(facts: Mapping[str, Any]) -> Decimal | None:
        return amount_taken(facts[key], facts["as_of"], days=PERIODS[period])

    def taken(facts: Mapping[str, Any]) -> Decimal | None:
        return None if facts[node.keys[0]] is None else so_far(facts)  # it may have been raised since

    kind, shown = Kind("number", unit.removesuffix(period)), f"amount taken so far by {node.text}"
    return Node("value", kind, shown, taken, taken, keys=(node.keys[0], key), at_least=so_far)


def _numeric_call(name: str, nodes: list[Node], literal: Callable[[ast.expr], Decimal], trees: list[ast.expr]) -> Node:
    fixed = literal(trees[1]) if name in ("nearest", "power") else None
    if fixed is not None and not 0 < fixed <= (MAXIMUM_POWER if name == "power" else fixed):
        raise ConditionError(
            f"{name}: the second number must be above 0" + f", at most {MAXIMUM_POWER}" * (name == "power")
        )
    units = {node.kind.unit for node in nodes if node.literal is None}
    if len(units - {None}) > 1:
        raise UnitMismatch(f"{name}: '{nodes[0].text}' and '{nodes[1].text}' have different units")

    def calculated(facts: Mapping[str, Any]) -> Decimal | None:
        values = [node.value(facts) for node in nodes]
        if None in values:
            return None
        try:
            if name == "sqrt":
                return None if values[0] < 0 else EXACT.sqrt(values[0])
            if name == "nearest" and fixed:
                return nearest(values[0], fixed)
            if name == "power" and fixed:
                return None if values[0] < 0 else POWER.power(values[0], fixed)
        except ArithmeticError:
            return None  # too large to be a number of a body
        found: Decimal = min(values) if name == "min" else max(values)
        return found

    shown = f"√({nodes[0].text})" if name == "sqrt" else f"{name}({', '.join(node.text for node in nodes)})"
    keys = tuple(key for node in nodes for key in node.keys)
    unit = nodes[0].kind.unit if name != "sqrt" else None
    return Node("value", Kind("number", unit), shown, calculated, calculated, tuple(nodes), keys)


def _count_above(results: Sequence[Result], facts: Mapping[str, Any], limit: Decimal, days: Decimal) -> Decimal | None:
    if not results:
        return None
    as_of = facts["as_of"]
    return Decimal(sum(r.value > limit and (as_of - r.taken_on).days <= days for r in results))


# How it reads in English, where its name and numbers do not say it: the fact, then the further arguments.
SHOWN = {"count_above_limit": "number of the newest {2} results of {0} in {3} days above {1} × their own limit"}

# What another result can only add to: while the current one is unknown, they say the least it can be.
ADDED_TO = {"count_above", "count_above_limit", "total"}

# name: (further arguments, in the fact's unit?, type, function of the results)
HISTORY: dict[str, tuple[int, bool, str, Callable[..., Any]]] = {
    "last": (0, True, "number", lambda results, facts: results[-1].value if results else None),
    "baseline": (0, True, "number", lambda results, facts: baseline(results, facts["started_on"])),
    "total": (
        0,
        True,
        "number",
        lambda results, facts: sum((r.value for r in results), Decimal(0)) if results else None,
    ),
    "count_above": (2, False, "number", _count_above),
    "count_above_limit": (
        3,
        False,
        "number",
        lambda results, facts, times, newest, days: count_above_limit(
            results, facts["as_of"], times=times, newest=newest, days=days
        ),
    ),
    "confirmed_above_limit": (
        2,
        False,
        "boolean",
        lambda results, facts, times, days: confirmed_above_limit(results, times, days),
    ),
}
