from decimal import Decimal
from typing import Any

import pytest

from guidelines.engine.planned import Weekday
from patients.choices import Choices, ChoicesRefused, OverrideChoice, read_choices


def test_what_was_chosen_is_read_and_written_the_same() -> None:
    raw = {
        "option": "S2-a",
        "amounts": {"a": "12.5"},
        "weekdays": {"a": "monday"},
        "taking": {"b": "stop"},
        "overrides": {"R-1": {"reason": "specialist", "text": "Asked by telephone."}},
        "acknowledged": ["R-2"],
        "review_on": "2026-12-01",
    }

    choices = read_choices(raw)

    assert choices.amounts == {"a": Decimal("12.5")}
    assert choices.weekdays == {"a": Weekday.MONDAY}
    assert choices.overrides == {"R-1": OverrideChoice("specialist", "Asked by telephone.")}
    assert choices.as_json() == raw
    assert read_choices(choices.as_json()) == choices


def test_nothing_chosen_stays_nothing() -> None:
    assert read_choices({}) == Choices()


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        pytest.param([], "choices", id="not an object"),
        pytest.param({"dose": "1"}, "dose", id="unknown key"),
        pytest.param({"option": 3}, "option", id="option of another type"),
        pytest.param({"option": "a b"}, "option", id="option that is no key"),
        pytest.param({"amounts": {"a": "12,5"}}, "amounts.a", id="comma"),
        pytest.param({"amounts": {"a": 12.5}}, "amounts.a", id="binary number"),
        pytest.param({"amounts": {"a": "0"}}, "amounts.a", id="nothing of it"),
        pytest.param({"amounts": {"a": "1e3"}}, "amounts.a", id="exponent"),
        pytest.param({"amounts": []}, "amounts", id="amounts as a list"),
        pytest.param({"weekdays": {"a": "mon"}}, "weekdays.a", id="shortened weekday"),
        pytest.param({"weekdays": {"a": "daily"}}, "weekdays.a", id="daily is no weekday"),
        pytest.param({"weekdays": {"a": "0"}}, "weekdays.a", id="a number for a weekday"),
        pytest.param({"weekdays": {"a": ["monday", "friday"]}}, "weekdays.a", id="two weekdays"),
        pytest.param({"taking": {"a": "daily"}}, "taking.a", id="unknown change"),
        pytest.param({"overrides": {"R": {"reason": "x", "text": "a\x00b"}}}, "overrides.R", id="NUL byte"),
        pytest.param({"overrides": {"R": {"reason": "x", "text": "a" * 2001}}}, "overrides.R", id="too long"),
        pytest.param({"overrides": {"R": "because"}}, "overrides.R", id="override without a coded reason"),
        pytest.param({"acknowledged": "R-1"}, "acknowledged", id="one text instead of a list"),
        pytest.param({"acknowledged": ["R-1"] * 201}, "acknowledged", id="too many"),
        pytest.param({"review_on": "tomorrow"}, "review_on", id="no date"),
    ],
)
def test_what_would_have_to_be_guessed_is_refused(raw: Any, place: str) -> None:
    with pytest.raises(ChoicesRefused) as refusal:
        read_choices(raw)

    assert [problem.place for problem in refusal.value.problems] == [place]


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(ChoicesRefused) as refusal:
        read_choices({"amounts": {"a": "x", "b": "1"}, "weekdays": {"a": "mon"}, "else": 1})

    assert {problem.place for problem in refusal.value.problems} == {"amounts.a", "weekdays.a", "else"}
