"""An answer laid out for its reader: each statement with its sources, its doubts and the rules that limit it."""

from dataclasses import dataclass

from guidelines.asking.answering import Answer
from guidelines.asking.computing import Computed
from guidelines.engine.compiled import CompiledPackage
from guidelines.reading import Audience
from guidelines.reading.checks import ReadRule, read_rule
from guidelines.reading.claims import Reader, ReadStatement, Ref, read_statement
from guidelines.reading.sources import Citations, source_of
from guidelines.reading.version import ReadReference

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
    text: str
    severity: str
    is_weekly: bool
    rests_on: list[Ref]


@dataclass(frozen=True)
class Quote:
    read: ReadStatement
    rules: list[ReadRule]


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
    # A statement is called by its key: on this page it has no number of a section.
    reader = Reader(compiled, audience, Citations(compiled), {key: key for key in compiled.statements})
    quotes = [
        Quote(
            read_statement(reader, compiled.statements[one.key]),
            [read_rule(reader, compiled.rules[key]) for key in one.rules],
        )
        for one in answer.statements
    ]
    numbers = reader.citations.numbers
    return ShownAnswer(
        cards=[card(one, compiled) for one in answer.computed],
        quotes=quotes,
        references=[ReadReference(source_of(compiled, key), number, []) for key, number in numbers.items()],
        nearest=answer.nearest,
    )


def card(computed: Computed, compiled: CompiledPackage) -> Card:
    rules = [compiled.rules[key].rule for key in computed.rules]
    severity = rules[0].severity if computed.kind == "suitability" else ""
    drugs = {rule.drug for rule in rules} | {computed.drug}
    return Card(
        label=LABELS[computed.kind],
        text=computed.text,
        severity=severity,
        is_weekly=any(compiled.drugs[key].weekly_only for key in drugs if key),
        rests_on=[
            Ref(computed.anchor, f"Read it in the guideline: {computed.anchor.partition('-')[2]}"),
            *(Ref(f"statement-{key}", key) for key in computed.statements),
        ],
    )
