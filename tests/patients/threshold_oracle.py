"""What a rule should say, read from its text alone: a second reading of the rule language, to hold the engine against.

Shares nothing with the engine but the texts. Values are Decimals, booleans, texts and sets; None is unknown.
"""

import ast
import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from guidelines.engine.content import Package, SafetyRule

COMPARE = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}  # fmt: skip
CALCULATE = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
Result = tuple[date, Decimal, Decimal | None]  # taken on, value, the laboratory's upper limit


@dataclass
class Oracle:
    package: Package
    values: Mapping[str, Any]
    step: str = "none"
    started_on: date | None = None
    is_starting: bool = False
    earlier: Mapping[str, Sequence[Result]] = field(default_factory=dict)  # all results, the newest last
    today: date = date.max

    def __post_init__(self) -> None:
        self.definitions = {d.key: d.formula for d in self.package.definitions}
        self.facts = {fact.key: fact for fact in self.package.facts}
        self.rules = {rule.key: rule.when for rule in self.package.safety_rules}

    def truth(self, text: str) -> Any:
        return self.of(ast.parse(text.strip(), mode="eval").body)

    def name(self, key: str) -> Any:
        if key in self.definitions:
            return self.truth(self.definitions[key])
        if key in ("current_step", "started_on", "starting"):
            return {"current_step": self.step, "started_on": self.started_on, "starting": self.is_starting}[key]
        found = self.values.get(key)
        fact = self.facts[key]
        if found is None and fact.formula:
            found = self.truth(fact.formula)
        for implied in fact.implied if found is None else ():
            if self.truth(implied.when) is True:
                return typed(fact.type, implied.value)
        if found is None and fact.unless_reported is not None:
            return typed(fact.type, fact.unless_reported)
        return found

    def of(self, tree: ast.expr) -> Any:
        match tree:
            case ast.Name():
                return self.name(tree.id)
            case ast.Constant(value=bool() | str() as value):
                return value
            case ast.Constant(value=value):
                return Decimal(str(value))
            case ast.List(elts=parts):
                return [self.of(part) for part in parts]
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                state = self.of(operand)
                return None if state is None else not state
            case ast.BoolOp(op=op, values=parts):
                states, settles = [self.of(part) for part in parts], isinstance(op, ast.Or)
                return settles if settles in states else None if None in states else not settles
            case ast.BinOp(left=left, op=op, right=right):
                a, b = self.of(left), self.of(right)
                return (
                    None
                    if a is None or b is None or (b == 0 and isinstance(op, ast.Div))
                    else CALCULATE[type(op)](a, b)
                )
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self.compared(self.of(left), op, self.of(right))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self.call(name, arguments)
        raise NotImplementedError(ast.dump(tree))

    @staticmethod
    def compared(a: Any, op: ast.cmpop, b: Any) -> bool | None:
        if a is None or b is None:
            return None
        if isinstance(op, ast.In | ast.NotIn):
            return (a in b) is isinstance(op, ast.In)
        return bool(COMPARE[type(op)](a, b))

    def call(self, name: str, arguments: list[ast.expr]) -> Any:
        if name == "met":
            return self.truth(self.rules[ast.literal_eval(arguments[0])])
        if name == "is_unknown":
            return self.of(arguments[0]) is None
        if name in ("baseline", "confirmed_above_limit", "count_above_limit", "amount_taken"):
            return self.of_results(name, arguments)
        numbers = [self.of(argument) for argument in arguments]
        if None in numbers:
            return None
        if name == "sqrt":
            return numbers[0].sqrt()
        if name == "power":
            return numbers[0] ** numbers[1]
        if name == "nearest":
            steps = numbers[0] / numbers[1]
            whole = steps // 1
            return (whole + (1 if steps - whole > Decimal("0.5") else 0)) * numbers[1]
        if name in ("min", "max"):
            return min(numbers) if name == "min" else max(numbers)
        raise NotImplementedError(name)

    def of_results(self, name: str, arguments: list[ast.expr]) -> Any:
        key = arguments[0].id if isinstance(arguments[0], ast.Name) else ""
        results = self.earlier.get(key, ())
        if name == "baseline":
            before = [value for day, value, _ in results if self.started_on and day <= self.started_on]
            return before[-1] if before else results[0][1] if len(results) > 1 else None
        if name == "amount_taken":
            return self.amount_taken(key, results)
        if name == "count_above_limit":
            return self.count_above_limit(results, *(self.of(argument) for argument in arguments[1:]))
        times, days = self.of(arguments[1]), self.of(arguments[2])
        if not results or results[-1][2] is None:
            return None
        newest_on, newest, limit = results[-1]
        if newest <= times * limit:
            return False
        for day, value, own in reversed(results[:-1]):
            if own is None:
                return None
            if value <= own:
                return False
            if value > times * own and (newest_on - day).days >= days:
                return True
        return None if len(results) == 1 else False

    def amount_taken(self, key: str, results: Sequence[Result]) -> Any:
        """Day by day: of each day until today the newest dose before it or on it, or the next one if that is higher."""
        if not results:
            return None
        per, sum_ = 7 if (self.facts[key].unit or "").endswith("/wk") else 1, Decimal(0)
        for day in range(results[0][0].toordinal(), self.today.toordinal()):
            before = [value for on, value, _ in results if on.toordinal() <= day]
            later = [value for on, value, _ in results if on.toordinal() > day]
            sum_ += max(before[-1], *later[:1])
        return sum_ / per

    def count_above_limit(self, results: Sequence[Result], times: Decimal, newest: Decimal, days: Decimal) -> Any:
        counted = [(value, own) for on, value, own in results if (self.today - on).days <= days][-int(newest) :]
        if not results or any(own is None for _, own in counted):
            return None
        return Decimal(len([value for value, own in counted if own is not None and value > times * own]))


def typed(type_: str, text: Any) -> Any:
    if type_ == "number":
        return Decimal(str(text))
    return str(text).lower() == "true" if type_ == "boolean" else text


@dataclass(frozen=True)
class Comparison:
    """A number in a rule: the fact on its left, what it is compared with, and the texts of both."""

    rule: str
    fact: str
    symbol: str
    limit: ast.expr

    def __str__(self) -> str:
        return f"{self.rule}: {self.fact} {self.symbol} {ast.unparse(self.limit)}"


def comparisons(package: Package, rule_key: str) -> Iterator[Comparison]:
    """Every comparison of a number fact that a rule reads, through the guideline's definitions and other rules."""
    numbers = {fact.key for fact in package.facts if fact.type == "number"}
    texts = {d.key: d.formula for d in package.definitions}
    rules = {rule.key: rule.when for rule in package.safety_rules}
    waiting, seen, found = [rules[rule_key]], set(), set()
    while waiting:
        tree = ast.parse(waiting.pop().strip(), mode="eval")
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name) and node.left.id in numbers:
                comparison = Comparison(rule_key, node.left.id, SYMBOLS[type(node.ops[0])], node.comparators[0])
                if str(comparison) not in found:
                    found.add(str(comparison))
                    yield comparison
            name = node.id if isinstance(node, ast.Name) else ""
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "met":
                waiting.append(rules[ast.literal_eval(node.args[0])])
            if name in texts and name not in seen:
                seen.add(name)
                waiting.append(texts[name])


SYMBOLS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


def facts_in(package: Package, text: str) -> set[str]:
    """Every fact a text reads, through definitions, other rules, and what facts are worked out from."""
    texts = {d.key: [d.formula] for d in package.definitions}
    facts = {
        fact.key: [*([fact.formula] if fact.formula else []), *(part.when for part in fact.implied)]
        for fact in package.facts
    }
    rules = {rule.key: rule.when for rule in package.safety_rules}
    waiting, found = [text], set[str]()
    while waiting:
        for node in ast.walk(ast.parse(waiting.pop().strip(), mode="eval")):
            if isinstance(node, ast.Constant) and node.value in rules:
                waiting.append(rules[node.value])
            if isinstance(node, ast.Name) and node.id not in found:
                waiting += texts.get(node.id, []) + facts.get(node.id, [])
                found.add(node.id)
    return found & facts.keys()


def confirmations(package: Any, rule: SafetyRule, fact: str) -> Iterator[tuple[Decimal, int]]:
    texts = [
        package_fact.formula or "" for package_fact in package.facts if package_fact.key in facts_in(package, rule.when)
    ]
    for node in (
        node for formula in [rule.when, *texts] if formula for node in ast.walk(ast.parse(formula.strip(), mode="eval"))
    ):
        is_call = (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "confirmed_above_limit"
        )
        if is_call and ast.unparse(node.args[0]) == fact:
            yield Decimal(ast.unparse(node.args[1])), int(ast.unparse(node.args[2]))
