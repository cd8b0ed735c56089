"""Conditions read as formulas: the same texts the engine compiles, after they compiled.

What it cannot model becomes a free yes/no of its own, so that a conclusion drawn from a formula never rests on something
it did not understand.
"""

import ast
import re
from decimal import Decimal
from fractions import Fraction

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Fact
from guidelines.engine.lint.formulas import (
    TRUE,
    YES,
    YES_NO,
    All,
    AnyOf,
    Atom,
    Axis,
    Formula,
    Linear,
    Unknown,
    atoms,
    compared,
    loosened,
    negated,
    scaled,
)  # fmt: skip
from guidelines.engine.operators import SINCE

DEEPEST = 12  # definitions within definitions
MOST_FACTS = 50
NUMBER = re.compile(r"\d[\d.]*(e-?\d+)?")
SYMBOLS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


def parsed(text: str) -> ast.expr:
    """What cannot be parsed is told elsewhere, and holds for everybody or nobody."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Constant(text)


class Reader:
    """The formulas of one package, each read once."""

    def __init__(self, compiled: CompiledPackage) -> None:
        self.compiled = compiled
        self.package = compiled.package
        self.definitions = {definition.key: definition.formula for definition in self.package.definitions}
        self._kept: dict[tuple[str, str | None], Formula] = {}
        self._axes: dict[str, Axis] = {}
        self._laws: dict[str, Formula] = {}

    def condition(self, text: str, drug: str | None = None, depth: int = 0) -> Formula:
        """The formula of a condition that compiles. `drug` is what `starting` refers to."""
        key = (text, drug)
        if key not in self._kept:
            self._kept[key] = self._read(parsed(text), drug, depth)
        return self._kept[key]

    def own(self, text: str, drug: str | None = None) -> Formula:
        """The condition as it is written: what it names is left as a name."""
        return self._read(parsed(text), drug, DEEPEST)

    def names_of(self, text: str) -> frozenset[str]:
        return frozenset(part.id for part in ast.walk(parsed(text)) if isinstance(part, ast.Name))

    def laws(self, facts: frozenset[str]) -> Formula:
        """What always holds between these facts: the values they have as long as a condition holds."""
        seen, waiting, found = set[str](), sorted(facts), list[Formula]()
        while waiting and len(seen) < MOST_FACTS:
            key = waiting.pop()
            if key in seen:
                continue
            seen.add(key)
            law = self._law(key)
            if law != TRUE:
                found.append(law)
                waiting += sorted({fact for atom in atoms(law) for fact in atom.axis.facts} - seen)
        return All(tuple(found))

    def _law(self, key: str) -> Formula:
        if key not in self._laws:
            self._laws[key] = TRUE  # what refers to itself says nothing
            fact = self.compiled.facts.get(key)
            parts = [self._implied(fact, part.value, part.when) for part in fact.implied] if fact else []
            self._laws[key] = loosened(All(tuple(parts))) if parts else TRUE
        return self._laws[key]

    def _implied(self, fact: Fact, value: str, when: str) -> Formula:
        axis = self.axis_of(fact.key)
        if fact.type == "number":
            said: Formula = Atom(axis, "==", Fraction(value))
        elif fact.type in ("boolean", "choice"):
            said = Atom(
                axis, members=frozenset({value if fact.type == "choice" else ("yes" if value == "true" else "no")})
            )
        else:
            return TRUE
        return AnyOf((negated(self.condition(when)), said))

    def _read(self, tree: ast.expr, drug: str | None, depth: int) -> Formula:
        if isinstance(tree, ast.BoolOp):
            parts = tuple(self._read(part, drug, depth) for part in tree.values)
            return All(parts) if isinstance(tree.op, ast.And) else AnyOf(parts)
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
            return negated(self._read(tree.operand, drug, depth))
        if isinstance(tree, ast.Name):
            if tree.id in self.definitions and depth < DEEPEST:
                return self._read(parsed(self.definitions[tree.id]), None, depth + 1)
            return self.yes(f"starting:{drug}" if tree.id == "starting" else tree.id)
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            return self._call(tree, tree.func.id, depth)
        if isinstance(tree, ast.Compare) and len(tree.ops) == 1:
            return self._compare(tree, tree.ops[0], tree.left, tree.comparators[0])
        return self.free(tree)

    def yes(self, name: str) -> Atom:
        facts = frozenset({name}) if name in self.compiled.facts else frozenset[str]()
        return Atom(Axis(name, facts, choices=YES_NO, fact=name if facts else None), members=YES)

    def free(self, tree: ast.expr) -> Atom:
        """What cannot be modelled: met or not, whatever else holds."""
        return Atom(Axis(ast.unparse(tree), self.names_in(tree), choices=YES_NO), members=YES)

    def names_in(self, tree: ast.expr) -> frozenset[str]:
        return frozenset(
            part.id for part in ast.walk(tree) if isinstance(part, ast.Name) and part.id in self.compiled.facts
        )

    def _call(self, tree: ast.Call, name: str, depth: int) -> Formula:
        first = tree.args[0] if tree.args else None
        if name == "is_unknown" and isinstance(first, ast.Name):
            return Unknown(first.id)
        if name == "met" and isinstance(first, ast.Constant) and depth < DEEPEST:
            rule = self.compiled.rules[str(first.value)].rule
            return self._read(parsed(rule.when), rule.drug, depth + 1)
        return self.free(tree)

    def _compare(self, tree: ast.expr, op: ast.cmpop, left: ast.expr, right: ast.expr) -> Formula:
        if isinstance(op, ast.In | ast.NotIn):
            found = self._membership(tree, left, right)
            return negated(found) if isinstance(op, ast.NotIn) else found
        symbol = SYMBOLS[type(op)]
        for one, other in ((left, right), (right, left)):
            if isinstance(one, ast.Name) and isinstance(other, ast.Constant) and isinstance(other.value, str):
                said = Atom(self.axis_of(one.id), members=frozenset({other.value}))
                return said if symbol == "==" else said.negated()
        if any(self.is_word(side) for side in (left, right)):
            return self.free(tree)
        a, b = self.linear(left), self.linear(right)
        return compared(a, b, symbol)

    def _membership(self, tree: ast.expr, left: ast.expr, right: ast.expr) -> Formula:
        if isinstance(left, ast.Constant) and isinstance(right, ast.Name):
            axis = Axis(f"{left.value!r} in {right.id}", frozenset({right.id}), choices=YES_NO)
            return Atom(axis, members=YES)
        if isinstance(left, ast.Name) and isinstance(right, ast.List):
            members = frozenset(str(part.value) for part in right.elts if isinstance(part, ast.Constant))
            return Atom(self.axis_of(left.id), members=members)
        return self.free(tree)

    def is_word(self, tree: ast.expr) -> bool:
        if isinstance(tree, ast.Constant):
            return isinstance(tree.value, str)
        return isinstance(tree, ast.Name) and self.type_of(tree.id) in ("choice", "set", "boolean")

    def type_of(self, name: str) -> str:
        kind = self.compiled.names.get(name)
        return kind.type if kind else ""

    def axis_of(self, name: str) -> Axis:
        if name not in self._axes:
            self._axes[name] = self._axis(name)
        return self._axes[name]

    def _axis(self, name: str) -> Axis:
        fact, kind = self.compiled.facts.get(name), self.compiled.names.get(name)
        own = frozenset({name}) if fact else frozenset[str]()
        if kind is not None and kind.type in ("choice", "boolean"):
            members = frozenset(kind.choices) if kind.type == "choice" else YES_NO
            return Axis(name, own, choices=members, fact=name if fact else None)
        low, high = (fact.possible.min, fact.possible.max) if fact and fact.possible else (None, None)
        # No number of a patient is below nought: the forms and the files know no sign.
        lowest = Fraction(low) if low is not None else Fraction(0) if fact and not fact.formula else None
        return Axis(
            name, own, lowest, None if high is None else Fraction(high), bool(fact and fact.whole), fact=name if fact else None
        )  # fmt: skip

    def linear(self, tree: ast.expr) -> Linear:
        if isinstance(tree, ast.Constant) and NUMBER.fullmatch(str(tree.value)):
            return Linear(Fraction(0), None, Fraction(Decimal(str(tree.value))))
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
            return scaled(self.linear(tree.operand), Fraction(-1))
        if isinstance(tree, ast.BinOp):
            found = self._arithmetic(tree)
            if found is not None:
                return found
        if isinstance(tree, ast.Name):
            return Linear(Fraction(1), self.axis_of(tree.id), Fraction(0))
        return Linear(Fraction(1), self._expression(tree), Fraction(0))

    def _arithmetic(self, tree: ast.BinOp) -> Linear | None:
        a, b = self.linear(tree.left), self.linear(tree.right)
        if isinstance(tree.op, ast.Add | ast.Sub) and (a.base is None or b.base is None):
            b = scaled(b, Fraction(-1)) if isinstance(tree.op, ast.Sub) else b
            return Linear(a.factor + b.factor, a.base or b.base, a.constant + b.constant)
        if isinstance(tree.op, ast.Mult) and (a.base is None or b.base is None):
            return scaled(b, a.constant) if a.base is None else scaled(a, b.constant)
        if isinstance(tree.op, ast.Div) and b.base is None and b.constant:
            return scaled(a, 1 / b.constant)
        return None

    def _expression(self, tree: ast.expr) -> Axis:
        """Anything else that gives a number: an axis of its own, the same wherever it is written the same."""
        lowest: Fraction | None = None
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            name, first = tree.func.id, tree.args[0] if tree.args else None
            if name in SINCE or name in ("count_above", "count_above_limit", "amount_taken", "total", "sqrt"):
                lowest = Fraction(0)
            elif name in ("last", "baseline") and isinstance(first, ast.Name):
                return self.axis_of(first.id)._replace(name=ast.unparse(tree), fact=None)
        return Axis(ast.unparse(tree), self.names_in(tree), lowest)
