"""Rounding, dates and histories of results."""

from datetime import date
from decimal import Decimal

import pytest

from guidelines.engine.conditions import Scope, compile_condition, compile_formula
from guidelines.engine.nodes import Kind, UnitMismatch
from guidelines.engine.operators import (
    EXACT,
    SINCE,
    Result,
    amount_taken,
    baseline,
    confirmed_above_limit,
    count_above_limit,
    nearest,
)  # fmt: skip


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


# Two results above the limit are on record.
@pytest.mark.parametrize(
    ("condition", "with_a_current_one", "without"),
    [
        ("{} >= 2", True, True), ("{} > 1", True, True), ("2 <= {}", True, True), ("1 < {}", True, True),
        ("{} >= 3", False, None), ("{} > 2", False, None), ("3 <= {}", False, None), ("2 < {}", False, None),
        ("{} < 2", False, False), ("{} <= 1", False, False), ("2 > {}", False, False), ("1 >= {}", False, False),
        ("{} < 3", True, None), ("{} <= 2", True, None), ("3 > {}", True, None),
        ("{} == 2", True, None), ("{} != 3", True, None), ("not {} >= 2", False, False), ("not {} >= 3", True, None),
        ("{} + 1 >= 3", True, None), ("min({}, 5) >= 2", True, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("count", ["count_above(x, 40, 90)", "count_above_limit(x, 1, 9, 90)"])
def test_a_count_is_the_least_it_can_be_while_the_current_result_is_unknown(
    condition: str, with_a_current_one: bool | None, without: bool | None, count: str
) -> None:
    scope = Scope({"x": Kind("number", label="x")})
    node = compile_condition(condition.format(count), scope)
    told = {"as_of": date(2026, 3, 1), "history:x": results(("50", "2026-01-01", "40"), ("60", "2026-02-01", "40"))}

    assert node.value(told | {"x": Decimal(60)}) is with_a_current_one
    assert node.value(told | {"x": None}) is without


def test_a_sum_is_the_least_it_can_be_while_the_current_result_is_unknown() -> None:
    scope = Scope({"x": Kind("number", label="x")})
    told = {"as_of": date(2026, 3, 1), "history:x": results(("50", "2026-01-01"), ("60", "2026-02-01")), "x": None}

    assert [compile_condition(f"total(x) >= {limit}", scope).value(told) for limit in (110, 111)] == [True, None]


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
        ("total(x)", {"x": Decimal(2), "history:x": results(("1", "2026-01-01"), ("2", "2026-01-02"))}, "3"),
        ("total(x)", {"x": None, "history:x": ()}, None),
        ("count_above(x, 1, 30)", {"x": Decimal(1), "history:x": results(("2", "2026-01-01"), ("2", "2026-02-20"), ("1", "2026-02-21"))}, "1"),
        ("count_above(x, 1, 30)", {"x": None, "history:x": ()}, None),
        ("count_above_limit(x, 2, 9, 365)", {"x": Decimal(80), "history:x": results(("81", "2026-01-01", "40"), ("80", "2026-02-20", "40"))}, "1"),
        ("weeks_since(day)", {"day": date(2026, 2, 1)}, "4"),
    ],
)  # fmt: skip
def test_the_functions_of_the_rule_language(formula: str, facts: dict[str, object], expected: str | None) -> None:
    scope = Scope({"x": Kind("number", label="x"), "day": Kind("date", label="day")})

    found = compile_formula(formula, scope).value({"as_of": date(2026, 3, 1)} | facts)

    assert found == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([], None, id="no result"),
        pytest.param([("50", "2025-01-01", "40")], 0, id="none in the time that counts"),
        pytest.param([("50", "2025-03-01", "40")], 1, id="exactly 365 days ago still counts"),
        pytest.param([("40", "2026-02-01", "40")], 0, id="the limit itself is not above it"),
        pytest.param([("50", "2026-01-01", "60"), ("50", "2026-02-01", "40")], 1, id="each against its own limit"),
        pytest.param([("50", "2026-01-01", None), ("50", "2026-02-01", "40")], None, id="no limit: cannot be evaluated"),
        pytest.param([("50", "2024-01-01", None), ("50", "2026-02-01", "40")], 1, id="no limit, but too old to count"),
        pytest.param(
            [("50", "2025-10-01", "40"), ("50", "2025-11-01", "40"), *[("30", f"2026-01-0{n}", "40") for n in range(1, 4)]],
            0, id="only the newest three",
        ),
    ],
)  # fmt: skip
def test_raised_results_are_counted_each_against_its_own_limit(
    rows: list[tuple[str, str, str | None]], expected: int | None
) -> None:
    found = count_above_limit(results(*rows), date(2026, 3, 1), times=Decimal(1), newest=Decimal(3), days=Decimal(365))

    assert found == expected


@pytest.mark.parametrize(
    ("rows", "days", "expected"),
    [
        pytest.param([], 7, None, id="no record"),
        pytest.param([("15", "2026-02-01")], 7, "60", id="4 weeks at 15 a week"),
        pytest.param([("10", "2026-02-01"), ("15", "2026-02-15")], 7, "60", id="raised some day between two records"),
        pytest.param(
            [("15", "2026-02-01"), ("10", "2026-02-15")], 7, "50", id="lowered: the higher until it is recorded"
        ),
        pytest.param([("15", "2026-02-01"), ("0", "2026-02-15")], 7, "30", id="a pause that goes on"),
        pytest.param([("15", "2026-03-01")], 7, "0", id="begun today"),
        pytest.param([("7", "2026-02-28")], 7, "1", id="a day of a weekly dose"),
        pytest.param([("5", "2026-02-01")], 1, "140", id="28 days at 5 a day"),
    ],
)
def test_what_was_taken_in_all_goes_by_the_dose_and_its_days(
    rows: list[tuple[str, str]], days: int, expected: str | None
) -> None:
    found = amount_taken(results(*rows), date(2026, 3, 1), days=days)

    assert found == (None if expected is None else Decimal(expected))


def test_a_count_of_results_reads_in_english() -> None:
    scope = Scope({"ast": Kind("number", "U/L", label="AST")})

    found = compile_condition("count_above_limit(ast, 1, 9, 365) >= 5", scope)

    assert found.text == "number of the newest 9 results of AST in 365 days above 1 × their own limit at least 5"


def test_an_amount_taken_has_the_unit_of_the_dose_without_its_period() -> None:
    scope = Scope({"weekly": Kind("number", "mg/wk", label="dose"), "weight": Kind("number", "kg", label="weight")})

    found = compile_formula("amount_taken(weekly)", scope)

    assert found.kind.unit == "mg"
    told = {"as_of": date(2026, 3, 1), "weekly": Decimal(15), "history:weekly": results(("15", "2026-02-01"))}
    assert found.value(told) == 60
    with pytest.raises(UnitMismatch, match="needs a dose a day or a week"):
        compile_formula("amount_taken(weight)", scope)


def test_too_little_was_taken_only_where_the_present_dose_is_known() -> None:
    scope = Scope({"weekly": Kind("number", "mg/wk", label="dose")})
    told = {"as_of": date(2026, 3, 1), "weekly": None, "history:weekly": results(("15", "2026-02-01"))}
    limits = {limit: compile_condition(f"amount_taken(weekly) >= {limit}", scope) for limit in (60, 61)}

    assert [node.value(told) for node in limits.values()] == [True, None]
    assert [node.value(told | {"weekly": Decimal(15)}) for node in limits.values()] == [True, False]
    assert compile_formula("amount_taken(weekly) + 1", scope).value(told) is None


def test_arithmetic_is_decimal_with_28_digits() -> None:
    assert EXACT.prec == 28
