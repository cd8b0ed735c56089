"""The rule language: parsed against a white list, type-checked, compiled to closures, evaluated in three values.

True is met, False is not met, None is unknown. Nothing here is ever evaluated as Python, and no float exists.
A compiled node reads its values from a mapping that fills itself (`guidelines.engine.resolve`).
"""

import ast
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from guidelines.engine import functions, operators
from guidelines.engine.nodes import (
    BOOLEAN,
    NUMBER,
    Comparison,
    ConditionError,
    Kind,
    Node,
    TypeMismatch,
    UnitMismatch,
    UnknownFact,
)  # fmt: skip
from guidelines.engine.values import plain

OPERATORS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "below"), ast.LtE: ("<=", "at most"), ast.Gt: (">", "above"), ast.GtE: (">=", "at least"),
    ast.Eq: ("==", "is"), ast.NotEq: ("!=", "is not"), ast.In: ("in", "one of"), ast.NotIn: ("not in", "none of"),
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "+"), ast.Sub: ("-", "-"), ast.Mult: ("*", "×"), ast.Div: ("/", "÷"),
}  # fmt: skip
MAXIMUM_LENGTH, MAXIMUM_NODES = 1000, 200


class Scope(NamedTuple):
    """The names a condition may use. `drug` is what `starting` refers to."""

    names: Mapping[str, Kind]
    rules: frozenset[str] = frozenset()
    drug: str | None = None


def compile_condition(text: str, scope: Scope) -> Node:
    """A boolean node, or ConditionError with a sentence."""
    node = compile_formula(text, scope)
    if node.kind.type != "boolean":
        raise TypeMismatch(f"this gives a {node.kind.type}, a condition must be yes or no: compare it with something")
    return node


def compile_formula(text: str, scope: Scope) -> Node:
    if len(text) > MAXIMUM_LENGTH:
        raise ConditionError(f"a condition may have {MAXIMUM_LENGTH} characters at most")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        place = f" near character {problem.offset}" if isinstance(problem, SyntaxError) and problem.offset else ""
        raise ConditionError(f"this cannot be read as a condition{place}") from problem
    if sum(1 for _ in ast.walk(tree)) > MAXIMUM_NODES:
        raise ConditionError("this condition is too long; name a part of it in a definition")
    return Compiler(scope, text.strip()).build(tree.body)


class Compiler:
    def __init__(self, scope: Scope, source: str) -> None:
        self.scope, self.source = scope, source

    def build(self, tree: ast.expr) -> Node:
        method = getattr(self, f"_{type(tree).__name__.lower()}", None)
        if method is None:
            raise ConditionError(f"'{ast.unparse(tree)}' is not part of the rule language")
        built: Node = method(tree)
        return built

    def boolean(self, tree: ast.expr) -> Node:
        node = self.build(tree)
        if node.kind.type != "boolean":
            raise TypeMismatch(f"'{ast.unparse(tree)}' is a {node.kind.type}, not yes or no: compare it with something")
        return node

    def _boolop(self, tree: ast.BoolOp) -> Node:
        children = tuple(self.boolean(part) for part in tree.values)
        joined, word = (operators.kleene_and, "and") if isinstance(tree.op, ast.And) else (operators.kleene_or, "or")
        shown = [f"({c.text})" if c.op in ("and", "or") and c.op != word else c.text for c in children]
        return Node(
            word, BOOLEAN, f" {word} ".join(shown), joined([c.value for c in children]), joined([c.firm for c in children]),
            children, asks_unknown=any(c.asks_unknown for c in children),
        )  # fmt: skip

    def _unaryop(self, tree: ast.UnaryOp) -> Node:
        if isinstance(tree.op, ast.Not):
            child = self.boolean(tree.operand)
            shown = f"not ({child.text})" if child.op in ("and", "or") else f"not: {child.text}"
            return Node(
                "not", BOOLEAN, shown, operators.kleene_not(child.value), operators.kleene_not(child.firm), (child,),
                asks_unknown=child.asks_unknown,
            )  # fmt: skip
        child = self.build(tree.operand)
        if not isinstance(tree.op, ast.USub) or child.literal is None or child.kind.type != "number":
            raise ConditionError(f"'{ast.unparse(tree)}' is not part of the rule language")
        return self.number(-child.literal)

    def _compare(self, tree: ast.Compare) -> Node:
        if len(tree.ops) != 1:
            raise ConditionError("write a chained comparison as two, joined by 'and'")
        symbol, word = OPERATORS.get(type(tree.ops[0]), ("", ""))
        if not symbol:
            raise ConditionError("use is_unknown(...) instead of 'is'")
        left, right = self.build(tree.left), self.build(tree.comparators[0])
        if symbol in ("in", "not in"):
            return self.membership(left, right, symbol)
        self.comparable(left, right, symbol)
        test = operators.comparison(symbol, left.value, right.value, right.literal)
        if left.at_least is not None:
            test = operators.bounded(symbol, test, left.at_least, right.value)
        if right.at_least is not None:
            turned = operators.TURNED.get(symbol, symbol)
            test = operators.bounded(turned, test, right.at_least, left.value)
        shown = f"{left.text} {word} {self.value_text(right, left)}"
        sides = Comparison(symbol, left, right)
        return Node("leaf", BOOLEAN, shown, test, test, keys=left.keys + right.keys, compares=sides)

    def comparable(self, left: Node, right: Node, symbol: str) -> None:
        types = {left.kind.type, right.kind.type}
        if symbol in ("==", "!="):
            for one, other in ((left, right), (right, left)):
                if one.kind.type == "choice" and one.kind.choices and isinstance(other.literal, str):
                    self.known_choice(one, other.literal)
        if types == {"choice", "text"} or (types == {"text"} and left.literal is None):
            types = {"choice"}
        if len(types) != 1 or (symbol not in ("==", "!=") and types - {"number", "date"}):
            raise TypeMismatch(f"'{left.text}' and '{right.text}' cannot be compared with {symbol}")
        if types == {"boolean"}:
            raise ConditionError("write a yes/no fact by itself, or with 'not' before it")
        if left.kind.unit and right.kind.unit and left.kind.unit != right.kind.unit:
            raise UnitMismatch(f"'{left.text}' is in {left.kind.unit}, '{right.text}' in {right.kind.unit}")

    def known_choice(self, node: Node, value: str) -> None:
        if value not in node.kind.choices:
            raise TypeMismatch(f'"{value}" is not a value of {node.text}; it has {", ".join(node.kind.choices)}')

    def membership(self, left: Node, right: Node, symbol: str) -> Node:
        if right.kind.type == "set" and isinstance(left.literal, str):
            self.known_choice(right, left.literal)
            word = "include" if symbol == "in" else "do not include"
            shown = f"{right.text} {word} {right.kind.labels.get(left.literal, left.literal)}"
            test = operators.contains(right.value, left.literal, symbol == "in")
            return Node("leaf", BOOLEAN, shown, test, test, keys=right.keys)
        if right.kind.type == "list" and left.kind.type in ("choice", "text") and left.literal is None:
            for value in right.literal:
                self.known_choice(left, value)
            names = " or ".join(left.kind.labels.get(value, value) for value in right.literal)
            test = operators.one_of(left.value, frozenset(right.literal), symbol == "in")
            shown = f"{left.text} {'is' if symbol == 'in' else 'is not'} {names}"
            return Node("leaf", BOOLEAN, shown, test, test, keys=left.keys)
        raise ConditionError(f"'{symbol}' needs a set of the patient's on the right, or a list of choices in [ ]")

    def value_text(self, node: Node, beside: Node) -> str:
        if isinstance(node.literal, Decimal) and beside.kind.unit:
            return f"{plain(node.literal)} {operators.unit_text(beside.kind.unit)}"
        if isinstance(node.literal, str):
            return beside.kind.labels.get(node.literal, node.literal)
        return node.text

    def _binop(self, tree: ast.BinOp) -> Node:
        symbol, sign = ARITHMETIC.get(type(tree.op), ("", ""))
        if not symbol:
            raise ConditionError(f"'{ast.unparse(tree)}': only + - * / are part of the rule language")
        left, right = self.build(tree.left), self.build(tree.right)
        for node in (left, right):
            if node.kind.type != "number":
                raise TypeMismatch(f"'{node.text}' is not a number")
        units = {node.kind.unit for node in (left, right) if node.literal is None}
        if symbol in "+-" and len(units - {None}) > 1:
            raise UnitMismatch(f"'{left.text}' and '{right.text}' have different units")
        unit = (
            units.pop()
            if len(units) == 1 and (symbol in "+-" or (left.literal is None) != (right.literal is None))
            else None
        )
        calculate = operators.arithmetic(symbol, left.value, right.value)
        shown = f"{left.text} {sign} {right.text}"
        return Node("value", Kind("number", unit), shown, calculate, calculate, (left, right), left.keys + right.keys)

    def _call(self, tree: ast.Call) -> Node:
        if not isinstance(tree.func, ast.Name) or tree.keywords:
            raise ConditionError(f"'{ast.unparse(tree)}' is not part of the rule language")
        return functions.build_call(self, tree.func.id, tree.args)

    def _name(self, tree: ast.Name) -> Node:
        if tree.id == "starting":
            if self.scope.drug is None:
                raise ConditionError("'starting' needs a rule, item or regimen that belongs to a drug")
            return self.lookup(f"starting:{self.scope.drug}", Kind("boolean", label="about to be started"))
        kind = self.scope.names.get(tree.id)
        if kind is None:
            raise UnknownFact(f"'{tree.id}' is not a fact or definition of this guideline")
        return self.lookup(tree.id, kind)

    def lookup(self, key: str, kind: Kind) -> Node:
        read = operators.read(key)
        op = "leaf" if kind.type == "boolean" else "value"
        return Node(op, kind, kind.label or key, read, read, keys=(key,))

    def _constant(self, tree: ast.Constant) -> Node:
        if isinstance(tree.value, bool):
            raise ConditionError("write a yes/no fact by itself, or with 'not' before it")
        if isinstance(tree.value, str):
            fixed = operators.constant(tree.value)
            return Node("value", Kind("text"), f'"{tree.value}"', fixed, fixed, literal=tree.value)
        # the digits as written, never the binary number Python made of them
        return self.number(operators.digits(ast.get_source_segment(self.source, tree) or ""))

    def number(self, value: Decimal) -> Node:
        fixed = operators.constant(value)
        return Node("value", NUMBER, plain(value), fixed, fixed, literal=value)

    def _list(self, tree: ast.List) -> Node:
        values = [part.value for part in tree.elts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        if len(values) != len(tree.elts) or not values:
            raise ConditionError('a list holds choices in quotes: ["complete", "adequate"]')
        fixed = operators.constant(tuple(values))
        return Node("value", Kind("list"), ", ".join(values), fixed, fixed, literal=tuple(values))
