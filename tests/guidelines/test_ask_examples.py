"""Questions that people ask, as a finding aid: they lead to what fits, and never to anything that is not there."""

import re
from pathlib import Path

import pytest

from guidelines.asking.answering import answer
from guidelines.asking.examples import Example, Neighbourhood, examples_of
from guidelines.asking.knowledge import knowledge_of
from guidelines.asking.meaning import corrected
from guidelines.engine.compiled import compile_package
from guidelines.guideline_file import read_guideline_file
from guidelines.lexicon import tokens
from tests.engine.patients import read_shipped
from tests.factories_guidelines import itching_elbow
from tests.guidelines.read_pages import SHIPPED
from tests.guidelines.test_question_set import questions

pytestmark = pytest.mark.django_db

ELBOW = (
    Example(question="What do I start with?", statements=("ST-1",), kind="dose", drug="calmine"),
    Example(question="Which medicine first?", statements=("ST-1",)),
    Example(question="What is the price?"),
    Example(question="Is it paid for?"),
)


def votes_on(question: str, examples: tuple[Example, ...] = ELBOW):
    knowledge = knowledge_of(compile_package(itching_elbow()))
    return Neighbourhood(examples, knowledge).votes(corrected(tokens(question), knowledge))


def normal(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


def test_questions_like_one_that_is_covered_vote_for_what_answers_it() -> None:
    votes = votes_on("what do we start with")

    assert votes.against < 0.5
    assert max(votes.statements, key=lambda key: votes.statements[key]) == "ST-1"
    assert votes.kinds["dose"] > 0.5
    assert votes.drugs["calmine"] > 0.5


def test_questions_like_one_that_is_not_covered_vote_against_an_answer() -> None:
    assert votes_on("what price is it").against > 0.5


def test_the_same_question_is_as_like_as_can_be_and_another_is_not() -> None:
    assert votes_on("What is the price?").nearest == pytest.approx(1)
    assert votes_on("zebra crossing").nearest == 0


def test_without_examples_nobody_votes() -> None:
    assert votes_on("What do I start with?", ()) == votes_on("zebra", ())
    assert examples_of("a-guideline-without-any") == ()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_examples_name_only_what_the_guideline_has(path: Path) -> None:
    compiled = read_guideline_file(path)
    drugs = {drug.key for drug in compiled.package.drugs}

    shipped = examples_of(compiled.package.slug)

    assert [one.question for one in shipped if not set(one.statements) <= set(compiled.statements)] == []
    assert [one.question for one in shipped if not set(one.rules) <= set(compiled.rules)] == []
    assert [one.question for one in shipped if one.drug and one.drug not in drugs] == []
    assert len({normal(one.question) for one in shipped}) == len(shipped)


def test_there_are_many_examples_for_the_questions_that_asking_is_measured_by() -> None:
    assert len(examples_of(read_shipped().package.slug)) > 1000


def test_a_word_that_a_guideline_speaks_of_itself_is_not_foreign_to_it() -> None:
    """Asked of the one that says it, a word that is foreign to another has its answer."""
    question = "azathioprine with allopurinol, how much less?"
    own = read_guideline_file(next(path for path in SHIPPED if path.stem == "bullous-pemphigoid"))

    answered = answer(own, question, is_plain=False)

    assert "Z6" in [one.key for one in answered.statements]
    assert "AZA-W-ALLO" in {rule for one in answered.computed for rule in one.rules}
    assert not answer(read_shipped(), question, is_plain=False).is_answered


def test_no_frozen_question_is_an_example() -> None:
    shipped = {normal(one.question) for one in examples_of(read_shipped().package.slug)}

    assert [one.question for one in questions() if normal(one.question) in shipped] == []
