"""The functions of the rule language: unknown-ness, dates, arithmetic, histories of results."""

import ast
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from guidelines.engine.nodes import BOOLEAN, ConditionError, Kind, Node, TypeMismatch, UnitMismatch
from guidelines.engine.operators import EXACT, POWER, SINCE, Result, baseline, confirmed_above_limit, nearest, unit_text

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
            "leaf", BOOLEAN, f"{node.text} is not known", lambda facts: facts[key] is None,
            lambda facts: None if facts[key] is None else False, keys=node.keys, asks_unknown=True,
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
        shown = f"{name.replace('_', ' ')} of {node.text}" + (f" ({', '.join(map(str, limits))})" if limits else "")

        def from_history(facts: Mapping[str, Any]) -> Any:
            found = calculate(facts[key], facts, *limits)
            # Old results can show that something was so; that it is not so now, only a result that still counts can.
            return None if found is False and facts[node.keys[0]] is None else found

        kind = Kind(type_, node.kind.unit if in_its_unit else None)
        op = "leaf" if type_ == "boolean" else "value"
        return Node(op, kind, shown, from_history, from_history, keys=(node.keys[0], key))
    raise ConditionError(f"'{name}' is not a function of the rule language")


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
    "confirmed_above_limit": (
        2,
        False,
        "boolean",
        lambda results, facts, times, days: confirmed_above_limit(results, times, days),
    ),
}
