"""An answer laid out for its reader: each statement with its sources, its doubts and the rules that limit it.

What stops is never among what a reader must unfold; it is told in full once, and named where it holds again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from guidelines.asking.answering import Answer, Quoted
from guidelines.asking.computing import Computed, Line, sentences
from guidelines.engine.compiled import CompiledPackage
from guidelines.reading import Audience
from guidelines.reading.checks import ReadRule, read_rule
from guidelines.reading.claims import Reader, ReadStatement, Ref, read_statement
from guidelines.reading.sources import Citations, source_of
from guidelines.reading.version import ReadReference, layout_of
from guidelines.reading.wording import often

LABELS = {
    "dose": "Dose",
    "monitoring": "Tests and checks",
    "suitability": "Can it be given?",
    "next": "What comes next",
    "duration": "How long",
}


@dataclass(frozen=True)
class Card:
    """A computed answer and the parts of the guideline that it rests on."""

    label: str
    title: str
    lead: list[str]  # what needs no label
    rows: list[tuple[str, list[str]]]  # a label and what stands under it
    severity: str
    rule: str  # its key, where the card tells a rule
    often: str
    anchor: str
    rests_on: list[Ref]


@dataclass(frozen=True)
class Quote:
    read: ReadStatement
    stops: list[ReadRule]
    stops_above: list[str]  # their keys: told in full in a card or with an earlier quote
    others: list[ReadRule]

    @property
    def folded(self) -> str:
        """What there is to unfold."""
        doubts, rules = len(self.read.conflicts), len(self.others)
        parts = [f"{doubts} {'doubt' if doubts == 1 else 'doubts'} about it"] if doubts else []
        parts += [f"{rules} {'rule' if rules == 1 else 'rules'} that may limit it"] if rules else []
        return " and ".join(parts)


@dataclass(frozen=True)
class ShownAnswer:
    cards: list[Card]
    quotes: list[Quote]
    references: list[ReadReference]
    nearest: tuple[str, ...]

    @property
    def is_answered(self) -> bool:
        return bool(self.cards or self.quotes)


def shown(answer: Answer, compiled: CompiledPackage, audience: Audience) -> ShownAnswer:
    reader = Reader(compiled, audience, Citations(compiled), layout_of(compiled.package, audience).statement_numbers)
    told = {rule for one in answer.computed if one.kind == "suitability" for rule in one.rules}
    quotes = [quote(one, reader, told) for one in answer.statements]
    numbers = reader.citations.numbers
    return ShownAnswer(
        cards=[card(one, reader) for one in answer.computed],
        quotes=quotes,
        references=[ReadReference(source_of(compiled, key), number, []) for key, number in numbers.items()],
        nearest=answer.nearest,
    )


def quote(quoted: Quoted, reader: Reader, told: set[str]) -> Quote:
    compiled = reader.compiled
    read = read_statement(reader, compiled.statements[quoted.key])
    rules = [read_rule(reader, compiled.rules[key]) for key in quoted.rules]
    stops = [rule for rule in rules if rule.severity == "stop"]
    above = [rule.key for rule in stops if rule.key in told]
    told.update(rule.key for rule in stops)
    others = [rule for rule in rules if rule.severity != "stop"]
    return Quote(read, [rule for rule in stops if rule.key not in above], above, others)


def card(computed: Computed, reader: Reader) -> Card:
    compiled = reader.compiled
    rules = [compiled.rules[key].rule for key in computed.rules]
    drugs = {rule.drug for rule in rules} | {computed.drug}
    is_rule = computed.kind == "suitability"
    return Card(
        label=LABELS[computed.kind],
        title=computed.title,
        lead=[sentences(line.text) for line in computed.lines if not line.label],
        rows=rows_of(computed.lines),
        severity=rules[0].severity if is_rule else "",
        rule=rules[0].key if is_rule else "",
        # Beside tests it would be read as how often they are done.
        often="" if computed.kind == "monitoring" else often_of(computed, compiled, [key for key in drugs if key]),
        anchor=computed.anchor,
        rests_on=reader.refs(computed.statements),
    )


def often_of(computed: Computed, compiled: CompiledPackage, drugs: Iterable[str]) -> str:
    """The word beside a weekly drug; of the card of a single dose, that it is one."""
    regimen = compiled.regimens.get(computed.anchor.removeprefix("regimen-"))
    is_one_time = regimen is not None and regimen.regimen.one_time
    return next(filter(None, (often(compiled.drugs[key], one_time=is_one_time) for key in drugs)), "")


def rows_of(lines: Iterable[Line]) -> list[tuple[str, list[str]]]:
    """Lines with one label, one after the other, stand under it together."""
    labelled = (line for line in lines if line.label)
    return [
        (label, [sentences(line.text) for line in together])
        for label, together in groupby(labelled, lambda one: one.label)
    ]
