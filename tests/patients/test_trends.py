"""Drawings of results: days go right, larger values go up, nothing leaves the drawing, every text can be read."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.presentation.trends import LINE_GAP, Axis, Edge, Plot, Value, plotted, spread, stretch, text

TODAY = date(2026, 3, 3)
HEIGHT = 84
days = st.dates(date(1990, 1, 1), TODAY)
numbers = st.integers(0, 9_999_999_999).map(lambda number: Decimal(number) / 10000)
results = st.lists(st.tuples(days, numbers), min_size=1, max_size=12, unique_by=lambda one: one[0]).map(sorted)


def drawn(found: list[tuple[date, Decimal]], edges: Sequence[Edge] = ()) -> Plot:
    axis = Axis.over([on for on, _ in found], TODAY)
    values = [Value(on, number) for on, number in found]
    return plotted(axis, values, edges, height=HEIGHT, said=[str(number) for _, number in found])


@given(results)
def test_a_later_day_is_never_further_left_and_a_larger_value_never_lower(found: list[tuple[date, Decimal]]) -> None:
    plot = drawn(found)

    x = [Decimal(mark.x) for mark in plot.marks]
    assert x == sorted(x)
    by_value = sorted(zip(found, plot.marks, strict=True), key=lambda one: one[0][1])
    heights = [Decimal(mark.y) for _, mark in by_value]
    assert heights == sorted(heights, reverse=True)


@given(results, st.lists(numbers, max_size=4))
def test_everything_lies_inside_the_drawing(found: list[tuple[date, Decimal]], lines: list[Decimal]) -> None:
    edges = [Edge("line", "stop", tuple((on, line) for on, _ in found)) for line in lines]

    plot = drawn(found, edges)

    assert all(0 <= Decimal(mark.x) <= 100 and 0 <= Decimal(mark.y) <= HEIGHT for mark in plot.marks)
    assert all(Decimal(edge.text_y) <= HEIGHT for edge in plot.edges)


@given(results)
def test_the_last_value_is_always_written_out(found: list[tuple[date, Decimal]]) -> None:
    assert drawn(found).marks[-1].value == str(found[-1][1])


@given(st.lists(st.integers(0, HEIGHT * 10).map(lambda number: Decimal(number) / 10), min_size=2, max_size=6))
def test_words_beside_lines_never_meet_and_keep_their_order(wanted: list[Decimal]) -> None:
    found = spread(wanted, HEIGHT)

    pairs = sorted(zip(wanted, found, strict=True))
    ordered = sorted(found)
    assert all(later - earlier >= LINE_GAP for earlier, later in pairwise(ordered))
    assert [place for _, place in pairs] == ordered or len(set(wanted)) < len(wanted)


@given(days, days)
def test_a_stretch_has_a_width_and_stays_on_the_axis(one: date, other: date) -> None:
    start, end = sorted((one, other))

    piece = stretch(Axis.over([start], TODAY), start, end, "10 mg", 2, is_held=False)

    assert Decimal(piece.width) > 0
    assert 0 <= Decimal(piece.x) <= 100


@pytest.mark.parametrize(
    ("number", "written"),
    [("0", "0"), ("-0.04", "0"), ("12.00", "12"), ("12.34", "12.3"), ("1E+3", "1000"), ("100", "100")],
)
def test_a_place_is_written_without_exponent_or_trailing_zero(number: str, written: str) -> None:
    assert text(Decimal(number)) == written


def test_a_limit_of_another_laboratory_is_a_step_in_the_line() -> None:
    found = [(TODAY - timedelta(days=60), Decimal(20)), (TODAY, Decimal(30))]
    edge = Edge("Limit 45", "limit", ((found[0][0], Decimal(40)), (found[1][0], Decimal(45))))

    path = drawn(found, [edge]).edges[0].path

    assert path.count("V") == 1
    assert path.endswith("H1000")


def test_one_result_of_today_can_be_drawn() -> None:
    plot = drawn([(TODAY, Decimal(0))])

    assert plot.marks[0].value == "0"
