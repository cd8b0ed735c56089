"""Holes between the bands that a number is divided into: 12 to 26 weeks, and from 28 weeks on.

Between two limits with open ends lies the normal range; a hole beside a band with two ends is a fault. Between two exits
both are told, for there somebody must be sure that staying is meant.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from guidelines.engine.lint.finding import Finding, found
from guidelines.engine.lint.firing import shown
from guidelines.engine.lint.formulas import YES_NO, All, AnyOf, Atom, Axis, Formula, Unknown, atoms, negated
from guidelines.engine.lint.judged import Judged
from guidelines.engine.lint.satisfy import Stretch

MOST_TERMS = 32
Term = tuple[Atom | Unknown, ...]


class Hole(NamedTuple):
    axis: Axis
    low: Atom
    high: Atom
    is_middle: bool = False  # between two open ends: for a limit that is what is normal

    def __str__(self) -> str:
        first = "above" if self.low.symbol == ">" else "from"
        last = "below" if self.high.symbol == "<" else "to"
        return f"{self.axis.name} {first} {shown(self.low.bound)} {last} {shown(self.high.bound)}"


def terms(formula: Formula) -> list[Term]:
    """The formula as alternatives, or none where they are too many."""
    if isinstance(formula, AnyOf):
        parts = [term for part in formula.parts for term in terms(part)]
        return parts if len(parts) <= MOST_TERMS else []
    if isinstance(formula, All):
        joined: list[Term] = [()]
        for part in formula.parts:
            joined = [(*one, *other) for one in joined for other in terms(part)]
            if len(joined) > MOST_TERMS:
                return []
        return joined
    return [(formula,)]


def holes(judged: Judged, formulas: Sequence[Formula], context: Formula) -> Iterator[Hole]:
    alternatives = [term for formula in formulas for term in terms(formula)]
    by_axis: dict[str, list[tuple[Axis, Stretch, Term]]] = {}
    for term in alternatives:
        for axis in {part.axis for part in term if isinstance(part, Atom) and part.symbol != "in"}:
            by_axis.setdefault(axis.name, []).append((axis, stretch_on(axis, term), term))
    none_met = negated(AnyOf(tuple(formulas)))
    seen: set[tuple[str, object, object]] = set()
    for pieces in by_axis.values():
        for axis, one, first in pieces:
            for _, other, second in pieces:
                hole = between(axis, one, other)
                if hole is None or (key := (axis.name, hole.low.bound, hole.high.bound)) in seen:
                    continue
                others = [p for p in (*first, *second) if not (isinstance(p, Atom) and p.axis.name == axis.name)]
                if judged.solver.can_be_met(*others, hole.low, hole.high, none_met, context):
                    seen.add(key)
                    yield hole


def stretch_on(axis: Axis, term: Term) -> Stretch:
    stretch = Stretch()
    for part in term:
        if isinstance(part, Atom) and part.axis.name == axis.name:
            stretch = stretch.narrowed(part)
    return stretch


def between(axis: Axis, lower: Stretch, upper: Stretch) -> Hole | None:
    """What lies between two pieces."""
    if lower.high is None or upper.low is None or lower.high > upper.low:
        return None
    if lower.high == upper.low and not (lower.high_open and upper.low_open):
        return None
    low = Atom(axis, ">=" if lower.high_open else ">", lower.high)
    high = Atom(axis, "<=" if upper.low_open else "<", upper.low)
    return Hole(axis, low, high, is_middle=lower.low is None and upper.high is None)


def of_steps(judged: Judged) -> Iterator[Finding]:
    named: dict[str, frozenset[str]] = {}
    exits = {
        key: [(exit_.entry.target, judged.reader.condition(exit_.entry.when)) for exit_ in step.exits]
        for key, step in judged.compiled.steps.items()
    }
    for _, formula in (exit_ for found_ in exits.values() for exit_ in found_):
        for atom in choices_in(formula):
            named[atom.axis.name] = named.get(atom.axis.name, frozenset()) | atom.members
    for key, ways in exits.items():
        here = judged.reader.condition(f'current_step == "{key}"')
        for hole in holes(judged, [formula for _, formula in ways], here):
            message = f"Between two of its exits nothing is said of {hole}: the patient stays without a decision."
            yield found("transitions_incomplete", f"steps.{key}", message, "warning" if hole.is_middle else None)
        yield from forgotten_choices(key, ways, named)


def choices_in(formula: Formula) -> Iterator[Atom]:
    return (atom for atom in atoms(formula) if atom.axis.fact and atom.axis.choices not in (None, YES_NO))


def forgotten_choices(
    step: str, ways: list[tuple[str, Formula]], named: dict[str, frozenset[str]]
) -> Iterator[Finding]:
    """Where the values of a choice lead to different steps, a value that no exit anywhere names."""
    targets: dict[Axis, set[str]] = {}
    for target, formula in ways:
        for atom in choices_in(formula):
            targets.setdefault(atom.axis, set()).add(target)
    for axis, different in targets.items():
        left = sorted((axis.choices or frozenset()) - named[axis.name])
        if len(different) > 1 and left:
            message = f"Its exits go by {axis.name}, and no exit names {', '.join(left)}: the patient stays without a decision."
            yield found("transitions_incomplete", f"steps.{step}", message, "warning")


def in_a_row(judged: Judged, formulas: Sequence[Formula]) -> Iterator[Hole]:
    return (hole for hole in holes(judged, formulas, All(())) if not hole.is_middle)


def of_drugs(judged: Judged) -> Iterator[Finding]:
    for drug in judged.package.drugs:
        rules = judged.compiled.rules_of_drug.get(drug.key, ())
        formulas = [
            judged.reader.condition(rule.rule.when, drug.key) for rule in rules if rule.rule.kind == "threshold"
        ]
        for hole in in_a_row(judged, formulas):
            message = f"Between two of its limits no rule says anything of {hole}; join the bands."
            yield found("bands_incomplete", f"drugs.{drug.key}", message)
    for regimen in judged.package.regimens:
        formulas = [judged.reader.condition(entry.when, regimen.drug) for entry in regimen.adjustments]
        for hole in in_a_row(judged, formulas):
            message = f"Between two of its adjustments nothing is said of {hole}: the full dose would be given; join the bands."
            yield found("bands_incomplete", f"regimens.{regimen.key}", message)


def of_options(judged: Judged) -> Iterator[Finding]:
    """A table of doses, one main regimen for each row: somebody is in no row, or in two."""
    for option in judged.package.options:
        given = []
        for part in option.regimens:
            drug = judged.compiled.regimens[part.regimen].drug
            formula = judged.reader.condition(part.when, drug.key) if part.when else All(())
            given.append((drug, part, formula))
        mains = [formula for _, part, formula in given if part.role == "main"]
        if mains and judged.solver.can_be_met(negated(AnyOf(tuple(mains)))):
            message = "For some patients none of its main doses is meant: nothing would be given; let one of them take the rest."
            yield found("bands_incomplete", f"options.{option.key}", message)
        for index, (drug, _, one) in enumerate(given):
            if any(
                drug.key == other.key and judged.solver.can_be_met(one, two) for other, _, two in given[index + 1 :]
            ):
                message = f"Two doses of {drug.name} can be meant for one patient, and only the first would be given."
                yield found("duplicate_entry", f"options.{option.key}", message)
