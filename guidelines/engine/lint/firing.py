"""Conditions that nobody or everybody meets, and numbers no patient can have."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from guidelines.engine.content import Fact
from guidelines.engine.lint.finding import Finding, found
from guidelines.engine.lint.formulas import All, AnyOf, Atom, Formula, atoms
from guidelines.engine.lint.judged import Judged, Said
from guidelines.engine.operators import unit_text
from guidelines.engine.values import plain


def never_or_always(judged: Judged) -> Iterator[Finding]:
    for said in judged.conditions:
        formula = judged.formula(said)
        if judged.solver.is_never_met(formula):
            yield found("rule_never_fires", said.place, f"Nobody can meet '{said.text}': it contradicts itself.")
        elif not (said.harmless or says_only_known(formula)) and judged.solver.is_always_met(formula):
            stops = said.place.removeprefix("safety_rules.") in stops_of(judged)
            message = f"Everybody meets '{said.text}'. If that is meant, leave the condition out."
            yield found("rule_always_fires", said.place, message, "blocking" if stops else "warning")


def stops_of(judged: Judged) -> set[str]:
    return {rule.key for rule in judged.package.safety_rules if rule.severity == "stop"}


def says_only_known(formula: Formula) -> bool:
    """`weight_kg > 0`: the usual way to say "as soon as it is known"."""
    while isinstance(formula, All | AnyOf) and len(formula.parts) == 1:
        formula = formula.parts[0]
    return isinstance(formula, Atom) and formula.symbol in (">", ">=") and formula.bound == 0


def numbers(judged: Judged) -> Iterator[Finding]:
    for said in judged.conditions:
        for atom in atoms(judged.reader.own(said.text, said.drug)):
            if atom.symbol != "in" and not says_only_known(atom):
                yield from number(judged, said, atom)


def number(judged: Judged, said: Said, atom: Atom) -> Iterator[Finding]:
    axis, bound = atom.axis, atom.bound
    fact = judged.compiled.facts.get(axis.fact or "")
    if (axis.low is not None and bound < axis.low) or (axis.high is not None and bound > axis.high):
        unit = f" {unit_text(fact.unit)}" if fact and fact.unit else ""
        hint = f" It looks like a number in {other}." if fact and (other := other_unit(fact, bound)) else ""
        message = f"{shown(bound)}{unit} is not a possible value of {axis.name}.{hint} Correct the number, or the fact's range."
        yield found("number_out_of_range", said.place, message)
    elif fact and fact.plausible and not fact.plausible.holds(Decimal(bound.numerator) / bound.denominator):
        message = f"{shown(bound)} is an unusual value of {axis.name}; check the number and its unit."
        yield found("number_implausible", said.place, message)


def other_unit(fact: Fact, bound: Fraction) -> str:
    """A unit in which the impossible number would be possible."""
    for other in fact.other_units:
        if fact.possible and fact.possible.holds(other.factor * bound.numerator / bound.denominator):
            return unit_text(other.unit)
    return ""


def shown(number: Fraction) -> str:
    return plain(round(Decimal(number.numerator) / number.denominator, 4))


def unknown_tests(judged: Judged) -> Iterator[Finding]:
    compiled = judged.compiled
    stops = [
        (f"safety_rules.{key}", rule.condition) for key, rule in compiled.rules.items() if rule.rule.severity == "stop"
    ]
    exits = [(f"transitions.{t.entry.key}", t.condition) for t in compiled.transitions if t.condition is not None]
    for place, node in [*stops, *exits]:
        if node.asks_unknown:
            message = "A stop or transition may not test whether something is unknown: unknown already stops."
            yield found("unknown_tested_in_stop", place, message)
    for rule in judged.package.safety_rules:
        if rule.severity == "stop" and rule.if_unknown in ("caution", "note"):
            message = (
                f"While it is unknown, this stop counts only as a {rule.if_unknown}. Leave it as severe as the rule, or mark "
                "the rule as a content decision [CD] and be sure of it."
            )
            decided = bool({"CD", "GK"} & set(rule.marks))
            yield found("unknown_lowered", f"safety_rules.{rule.key}", message, "warning" if decided else None)
        if rule.severity == "stop" and rule.override == "acknowledge":
            message = "A stop that is only acknowledged stops nothing; ask for a reason, or forbid to go against it."
            yield found("stop_too_weak", f"safety_rules.{rule.key}", message)


def ranges(judged: Judged) -> Iterator[Finding]:
    """Facts whose own ranges leave nothing, or call usual what they call impossible."""
    for fact in judged.package.facts:
        possible, plausible = fact.possible, fact.plausible
        for name, held in (("possible", possible), ("plausible", plausible)):
            if held and held.min is not None and held.max is not None and held.min > held.max:
                message = (
                    f"Its {name} range begins at {plain(held.min)} and ends at {plain(held.max)}: no value is in it."
                )
                yield found("number_out_of_range", f"facts.{fact.key}", message)
        ends = [end for end in (plausible.min, plausible.max) if end is not None] if possible and plausible else []
        if possible and not all(possible.holds(end) for end in ends):
            message = "Its plausible range reaches beyond the possible one; correct one of them."
            yield found("number_out_of_range", f"facts.{fact.key}", message)
