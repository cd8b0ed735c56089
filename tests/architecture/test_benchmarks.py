"""Measurements run seldom: they must still fit what they measure, and judge our tail and not the machine's."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from tests.benchmarks.tail import SPAN, Clock, by_the_middle, ninety_ninth

BENCHMARKS = sorted(Path(__file__).parents[1].glob("benchmarks/test_*.py"))
QUICK, SLOW = 0.0001, 0.00017


@pytest.mark.parametrize("module", [path.stem for path in BENCHMARKS])
def test_a_measurement_finds_all_it_names(module: str) -> None:
    assert [name for name in dir(import_module(f"tests.benchmarks.{module}")) if name.startswith("test_")]


def ticked(*took: Callable[[int], float | None]) -> Clock:
    """Each processor's ticks in ten spans."""
    clock = Clock()
    clock.ticks = {
        processor: [((n + 0.5) / 10 * SPAN, time) for n in range(100) if (time := each(n // 10)) is not None]
        for processor, each in enumerate(took)
    }
    return clock


def test_spans_are_steady_while_all_processors_keep_one_pace_and_shortly_before_and_after() -> None:
    def later_slow(span: int) -> float:
        return SLOW if span >= 5 else QUICK

    assert ticked(later_slow, later_slow).steady() == {
        1: False, 2: False, 3: False, 6: True, 7: True, 8: True,
    }  # fmt: skip
    assert ticked(later_slow, lambda span: QUICK).steady() == {1: False, 2: False, 3: False}
    assert ticked(later_slow, lambda span: SLOW).steady() == {6: True, 7: True, 8: True}


def test_a_processor_that_did_not_tick_is_not_taken_for_steady() -> None:
    assert ticked(lambda span: QUICK, lambda span: None if span == 5 else QUICK).steady().keys() == {1, 2, 3, 7, 8}


def test_two_paces_are_no_tail_and_what_is_slow_at_either_is() -> None:
    paces = {0: False, 1: True}
    even = [(span * SPAN + SPAN / 2, 4.0 * (1 + span)) for span in (0, 1) for _ in range(500)]
    late = [(SPAN / 2, 40.0)] * 20

    assert ninety_ninth(by_the_middle(even, paces)) == 1
    assert ninety_ninth(by_the_middle(even + late, paces)) == 10
    assert len(by_the_middle([*even, (2.5 * SPAN, 400.0)], paces)) == 1000  # of no steady span
