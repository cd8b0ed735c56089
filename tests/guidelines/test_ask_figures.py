"""What the frozen questions measure must not get worse. `make bench` prints the figures beside their goals."""

import pytest

from tests.engine.patients import read_shipped
from tests.guidelines.asked import figures_of, share

pytestmark = pytest.mark.django_db

REACHED_RECALL, REACHED_ABSTENTION = 0.82, 0.88


def test_the_frozen_questions_are_answered_as_well_as_before() -> None:
    figures = figures_of(read_shipped())

    assert share(figures.recall) >= REACHED_RECALL, figures.shown()
    assert share(figures.abstained) >= REACHED_ABSTENTION, figures.shown()


def test_no_answer_to_a_frozen_question_is_made_up_or_told_without_its_doubts() -> None:
    figures = figures_of(read_shipped())

    assert figures.not_verbatim == 0
    assert figures.bare == 0
