"""Rounding, dates and histories of results."""

from datetime import date
from decimal import Decimal

import pytest

from guidelines.engine.conditions import Scope, compile_formula
from guidelines.engine.nodes import Kind
from guidelines.engine.operators import EXACT, SINCE, Result, baseline, confirmed_above_limit, nearest


@pytest.mark.parametrize(
    ("amount", "step", "rounded"),
    [
        pytest.param("27.5", "5", "25", id="an exact tie goes down"),
        pytest.param("32.5", "5", "30", id="every tie goes down, not to even"),
        pytest.param("26.25", "2.5", "25", id="a tie of half steps"),
        pytest.param("26.2501", "2.5", "27.5", id="just above a tie"),
        pytest.param("26.2499", "2.5", "25", id="just below a tie"),
        pytest.param("25", "2.5", "25", id="a multiple stays"),
        pytest.param("1.2", "2.5", "0", id="down to nothing"),
        pytest.param("0", "2.5", "0", id="nothing"),
    ],
)
def test_nearest_rounds_ties_down(amount: str, step: str, rounded: str) -> None:
    assert nearest(Decimal(amount), Decimal(step)) == Decimal(rounded)


@pytest.mark.parametrize(
    ("unit", "earlier", "later", "count"),
    [
        ("weeks_since", "2026-01-01", "2026-01-14", 1), ("weeks_since", "2026-01-01", "2026-01-15", 2),
        ("months_since", "2026-01-31", "2026-02-28", 0), ("months_since", "2026-01-31", "2026-03-01", 1),
        ("months_since", "2025-11-23", "2026-11-23", 12), ("months_since", "2025-11-24", "2026-11-23", 11),
        ("years_since", "2008-02-29", "2026-02-28", 17), ("years_since", "2008-02-29", "2026-03-01", 18),
        ("years_since", "2008-11-23", "2026-11-23", 18), ("years_since", "2008-11-24", "2026-11-23", 17),
    ],
)  # fmt: skip
def test_whole_weeks_months_and_years_are_counted(unit: str, earlier: str, later: str, count: int) -> None:
    assert SINCE[unit][1](date.fromisoformat(earlier), date.fromisoformat(later)) == count


def results(*rows: tuple[str, str] | tuple[str, str, str | None]) -> list[Result]:
    return [
        Result(Decimal(row[0]), date.fromisoformat(row[1]), Decimal(row[2]) if row[2:] and row[2] else None)
        for row in rows
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([], None, id="no result"),
        pytest.param([("130", "2026-01-10", "40")], None, id="a single one may have been repeated elsewhere"),
        pytest.param([("39", "2026-01-10", "40")], False, id="a single normal one"),
        pytest.param([("130", "2026-01-01", "40"), ("125", "2026-01-10", "40")], True, id="two, nine days apart"),
        pytest.param([("130", "2026-01-06", "40"), ("125", "2026-01-10", "40")], False, id="two, four days apart"),
        pytest.param(
            [("130", "2026-01-05", "40"), ("125", "2026-01-10", "40")], True, id="two, exactly five days apart"
        ),
        pytest.param(
            [("120", "2026-01-01", "40"), ("125", "2026-01-10", "40")], False, id="exactly three times is not above"
        ),
        pytest.param([("130", "2026-01-01", "40"), ("120", "2026-01-10", "40")], False, id="the newest is not above"),
        pytest.param(
            [("130", "2026-01-01", "40"), ("40", "2026-01-05", "40"), ("125", "2026-01-10", "40")],
            False,
            id="a normal one between",
        ),
        pytest.param(
            [("130", "2026-01-01", "40"), ("41", "2026-01-05", "40"), ("125", "2026-01-10", "40")],
            True,
            id="a raised one between",
        ),
        pytest.param(
            [("130", "2026-01-01", "50"), ("125", "2026-01-10", "40")], False, id="each against its own limit"
        ),
        pytest.param(
            [("130", "2026-01-01", "40"), ("125", "2026-01-10", None)], None, id="no limit: cannot be evaluated"
        ),
        pytest.param(
            [("130", "2026-01-01", None), ("125", "2026-01-10", "40")], None, id="no limit for the earlier one"
        ),
    ],
)
def test_confirmed_means_two_results_with_none_normal_between(
    rows: list[tuple[str, str, str | None]], expected: bool | None
) -> None:
    assert confirmed_above_limit(results(*rows), Decimal(3), Decimal(5)) is expected


@pytest.mark.parametrize(
    ("rows", "started_on", "expected"),
    [
        pytest.param([], "2026-01-05", None, id="no result"),
        pytest.param(
            [("1", "2025-12-01"), ("2", "2026-01-04"), ("3", "2026-02-01")],
            "2026-01-05",
            "2",
            id="the last before treatment",
        ),
        pytest.param([("2", "2026-01-05"), ("3", "2026-02-01")], "2026-01-05", "2", id="on the day of the start"),
        pytest.param([("3", "2026-02-01"), ("4", "2026-03-01")], "2026-01-05", "3", id="else the first there is"),
        pytest.param([("3", "2026-02-01")], "2026-01-05", None, id="a single later one is no baseline of itself"),
        pytest.param([("3", "2026-02-01")], None, "3", id="nothing started"),
    ],
)
def test_the_baseline_is_the_patients_own(
    rows: list[tuple[str, str]], started_on: str | None, expected: str | None
) -> None:
    found = baseline(results(*rows), date.fromisoformat(started_on) if started_on else None)

    assert found == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("formula", "facts", "expected"),
    [
        ("sqrt(x)", {"x": Decimal(9)}, "3"),
        ("sqrt(x)", {"x": Decimal(-9)}, None),
        ("power(x, 0.5)", {"x": Decimal(9)}, "3"),
        ("power(x, 0.5)", {"x": Decimal(-9)}, None),
        ("power(x, 0.5)", {"x": Decimal(0)}, "0"),
        ("min(x, 3)", {"x": Decimal(9)}, "3"),
        ("max(x, 3)", {"x": Decimal(9)}, "9"),
        ("last(x)", {"x": None, "history:x": results(("1", "2026-01-01"), ("2", "2026-01-02"))}, "2"),
        ("last(x)", {"x": None, "history:x": ()}, None),
        ("total(x)", {"x": None, "history:x": results(("1", "2026-01-01"), ("2", "2026-01-02"))}, "3"),
        ("total(x)", {"x": None, "history:x": ()}, None),
        ("count_above(x, 1, 30)", {"x": None, "history:x": results(("2", "2026-01-01"), ("2", "2026-02-20"), ("1", "2026-02-21"))}, "1"),
        ("count_above(x, 1, 30)", {"x": None, "history:x": ()}, None),
        ("weeks_since(day)", {"day": date(2026, 2, 1)}, "4"),
    ],
)  # fmt: skip
def test_the_functions_of_the_rule_language(formula: str, facts: dict[str, object], expected: str | None) -> None:
    scope = Scope({"x": Kind("number", label="x"), "day": Kind("date", label="day")})

    found = compile_formula(formula, scope).value({"as_of": date(2026, 3, 1)} | facts)

    assert found == (None if expected is None else Decimal(expected))


def test_arithmetic_is_decimal_with_28_digits() -> None:
    assert EXACT.prec == 28
