"""The frozen questions asked of the shipped guideline: what came out, as figures."""

from dataclasses import dataclass, field

from guidelines.asking.answering import Answer, answer
from guidelines.engine.compiled import CompiledPackage
from tests.guidelines.test_question_set import Question, questions

FIRST = 3


@dataclass
class Figures:
    recall: list[float] = field(default_factory=list)
    precision: list[float] = field(default_factory=list)
    abstained: list[bool] = field(default_factory=list)
    answered: list[bool] = field(default_factory=list)
    computed: list[bool] = field(default_factory=list)
    not_verbatim: int = 0
    bare: int = 0

    def shown(self) -> str:
        return (
            f"recall@{FIRST} {share(self.recall):.3f} of {len(self.recall)}, precision@{FIRST} {share(self.precision):.3f},"
            f" answered {share(self.answered):.3f} of {len(self.answered)},"
            f" computed as wanted {share(self.computed):.3f} of {len(self.computed)},"
            f" abstention {share(self.abstained):.3f} of {len(self.abstained)},"
            f" not verbatim {self.not_verbatim}, without its doubts {self.bare}"
        )


def share(values: list[float] | list[bool]) -> float:
    return sum(values) / len(values)


def figures_of(compiled: CompiledPackage) -> Figures:
    figures = Figures()
    for question in questions():
        found = answer(compiled, question.question, is_plain=question.audience == "patient")
        count_quotes(found, question, compiled, figures)
        if question.kind == "out_of_scope":
            figures.abstained.append(not found.is_answered)
            continue
        figures.answered.append(found.is_answered)
        if question.wants:
            first = [one.key for one in found.statements[:FIRST]]
            hits = [key in first for key in question.wants]
            figures.recall.append(float(any(hits)) if question.any else share(hits))
            if first:
                figures.precision.append(share([key in question.wants for key in first]))
        if question.computed is not None:
            figures.computed.append(any(is_wanted(one.kind, one.rules, question) for one in found.computed))
    return figures


def is_wanted(kind: str, rules: tuple[str, ...], question: Question) -> bool:
    wanted = question.computed
    return wanted is not None and kind == wanted.kind and (not wanted.rules or bool(set(wanted.rules) & set(rules)))


def count_quotes(found: Answer, question: Question, compiled: CompiledPackage, figures: Figures) -> None:
    """Every quote is approved text in the reader's wording, with every doubt about it."""
    for one in found.statements:
        statement = compiled.statements[one.key]
        said = statement.plain or statement.clinician if question.audience == "patient" else statement.clinician
        figures.not_verbatim += one.text != said
        figures.bare += set(one.conflicts) != set(statement.conflicts)
