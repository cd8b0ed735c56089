"""What the frozen questions measure meets its goals. `make bench` prints the figures."""

import pytest

from tests.engine.patients import read_shipped
from tests.guidelines.asked import figures_of, share

pytestmark = pytest.mark.django_db

GOAL_RECALL, GOAL_ABSTENTION = 0.95, 0.95


def test_the_frozen_questions_are_found_or_left_alone() -> None:
    figures = figures_of(read_shipped())

    assert share(figures.recall) >= GOAL_RECALL, figures.shown()
    assert share(figures.abstained) >= GOAL_ABSTENTION, figures.shown()


def test_no_answer_to_a_frozen_question_is_made_up_or_told_without_its_doubts() -> None:
    figures = figures_of(read_shipped())

    assert figures.not_verbatim == 0
    assert figures.bare == 0
