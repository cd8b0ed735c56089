"""The order of the steps: what opens, and what stays closed."""

import pytest

from patients import wizard


@pytest.mark.parametrize(
    ("step", "problems", "opens"),
    [
        pytest.param("facts", ["facts"], True, id="the first step is always open"),
        pytest.param("dose", [], True, id="open when nothing is missing"),
        pytest.param("dose", ["dose"], True, id="a step with its own problem is open"),
        pytest.param("safety", ["dose"], False, id="closed while the step before is not settled"),
        pytest.param("recommendation", ["safety", "dose"], True, id="back is always open"),
        pytest.param("review", ["safety"], False, id="no review before safety"),
    ],
)
def test_a_step_opens_when_nothing_before_it_is_missing(step: str, problems: list[str], opens: bool) -> None:
    assert wizard.may_open(step, problems) is opens


def test_the_furthest_step_never_moves_back() -> None:
    assert wizard.furthest("safety", "facts") == "safety"
    assert wizard.furthest("", "dose") == "dose"
