"""The questions that asking is measured by are well formed, and want nothing that the shipped guideline does not hold."""

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, TypeAdapter

from guidelines.engine.content import Package
from guidelines.guideline_file import read_guideline_file
from guidelines.library import CONTENT_FOLDER
from guidelines.strict_yaml import read_yaml

QUESTIONS = Path(__file__).parent / "fixtures" / "questions.yaml"

Audience = Literal["clinician", "patient"]
Kind = Literal["clinician", "plain", "paraphrase", "abbreviation", "misspelt", "dangerous", "out_of_scope"]
Computing = Literal["dose", "monitoring", "suitability", "next", "duration"]


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Computed(Entry):
    """A structured answer that must be among the computed ones."""

    kind: Computing
    drug: str | None = None
    rules: tuple[str, ...] = ()


class Question(Entry):
    """A question as somebody would type it, and what a good answer to it holds."""

    question: str
    audience: Audience
    kind: Kind
    wants: tuple[str, ...]
    any: bool = False
    computed: Computed | None = None


@cache
def questions() -> tuple[Question, ...]:
    return TypeAdapter(tuple[Question, ...]).validate_python(read_yaml(QUESTIONS.read_bytes()).plain())


@cache
def guideline() -> Package:
    return read_guideline_file(CONTENT_FOLDER / "amyopathic-dermatomyositis.yaml").package


def normalised(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def test_there_are_enough_questions_of_every_kind_for_both_audiences() -> None:
    answerable = [question for question in questions() if question.kind != "out_of_scope"]
    kinds = Counter(question.kind for question in questions())

    assert len(questions()) >= 60
    assert len(answerable) >= 60
    assert {kind for kind in get_args(Kind) if kinds[kind] < 10} == set()
    assert {question.audience for question in answerable} == set(get_args(Audience))
    assert {question.audience for question in questions() if question.kind == "out_of_scope"} == set(get_args(Audience))


def test_every_kind_of_computed_answer_is_asked_for() -> None:
    asked = {question.computed.kind for question in questions() if question.computed}

    assert asked == set(get_args(Computing))


def test_a_question_wants_only_what_the_guideline_holds() -> None:
    statements = {statement.key for statement in guideline().statements}
    drugs = {drug.key for drug in guideline().drugs}
    rules = {rule.key for rule in guideline().safety_rules}

    unknown = [
        (question.question, key)
        for question in questions()
        for key in (
            *(set(question.wants) - statements),
            *({question.computed.drug} - drugs - {None} if question.computed else ()),
            *(set(question.computed.rules) - rules if question.computed else ()),
        )
    ]

    assert unknown == []


def test_a_wanted_rule_is_a_rule_of_the_wanted_drug() -> None:
    drug_of = {rule.key: rule.drug for rule in guideline().safety_rules}

    astray = [
        (question.question, key)
        for question in questions()
        if question.computed
        for key in question.computed.rules
        if drug_of[key] != question.computed.drug
    ]

    assert astray == []


def test_a_question_to_be_answered_wants_something_and_one_out_of_scope_nothing() -> None:
    wanting = {question.question for question in questions() if question.wants or question.computed}
    answerable = {question.question for question in questions() if question.kind != "out_of_scope"}

    assert wanting == answerable


def test_a_question_wants_at_most_three_statements_each_once() -> None:
    odd = [
        question.question
        for question in questions()
        if len(question.wants) > 3
        or len(set(question.wants)) < len(question.wants)
        or (question.any and len(question.wants) < 2)
    ]

    assert odd == []


def test_every_section_of_the_guideline_is_asked_about() -> None:
    section_of = {statement.key: statement.section for statement in guideline().statements}
    asked = {section_of[key] for question in questions() for key in question.wants}

    assert asked == {section.key for section in guideline().sections}


def test_every_drug_of_the_guideline_is_asked_about() -> None:
    asked = {question.computed.drug for question in questions() if question.computed and question.computed.drug}

    assert asked == {drug.key for drug in guideline().drugs}


def test_no_question_is_a_statement_of_the_guideline() -> None:
    texts = {
        normalised(text) for statement in guideline().statements for text in (statement.clinician, statement.plain)
    }
    copied = [question.question for question in questions() if normalised(question.question) in texts]

    assert copied == []


def test_no_question_is_asked_twice() -> None:
    times = Counter(normalised(question.question) for question in questions())

    assert [text for text, count in times.items() if count > 1] == []
