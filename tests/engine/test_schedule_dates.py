"""Every start date of ten years, with every window of the shipped guideline and every shape a window can have.

A second way of counting, with a calendar of its own, says which days are right.
"""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from pydantic import ValidationError

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import MonitoringItem, Window
from guidelines.engine.planned import Weekday
from guidelines.engine.schedule import following, windows
from guidelines.engine.values import Interval

FIRST = date(2024, 1, 1)
STARTS = [FIRST + timedelta(days=n) for n in range(3653)]  # with three leap days
GRACE = 3
DAYS: list[dict[str, Any]] = [{}, {"every": "1 d", "times": 3}, {"every": "2 wk", "times": 3}, {"every": "30 d"}]
MONTHS: list[dict[str, Any]] = [{}, {"every": "1 mo", "times": 3}, {"every": "1 a", "times": 3}, {"every": "6 mo"}]
SHAPES = [
    {"after": after, "until": until, **series}
    for every, spans in (
        (DAYS, [("0 d", None), ("0 d", "0 d"), ("1 d", "2 d"), ("2 wk", "20 d"), ("20 d", "2 wk")]),
        (
            MONTHS,
            [("0 d", None), ("0 d", "3 mo"), ("1 mo", "2 mo"), ("12 mo", "1 a"), ("1 a", "13 mo"), ("3 mo", "1 mo")],
        ),
        ([{}], [("30 d", "1 mo"), ("1 mo", "30 d"), ("1 mo", "45 d"), ("1 wk", "1 a")]),
    )
    for after, until in spans
    for series in every
]


def test_there_are_ten_years_of_days() -> None:
    assert (STARTS[0], STARTS[-1]) == (date(2024, 1, 1), date(2033, 12, 31))
    assert {date(2024, 2, 29), date(2028, 2, 29), date(2032, 2, 29)} <= set(STARTS)


def total(*spans: Interval) -> tuple[int, int]:
    """Days, and months; only one of them is any."""
    days = sum(span.count * {"d": 1, "wk": 7}.get(span.unit, 0) for span in spans)
    return days, sum(span.count * {"mo": 1, "a": 12}.get(span.unit, 0) for span in spans)


def later(start: date, days: int, months: int) -> date:
    if not months:
        return date.fromordinal(start.toordinal() + days)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    last = 29 if is_leap and month == 1 else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month]
    return date(year, month + 1, min(start.day, last))


def item() -> MonitoringItem:
    return MonitoringItem.model_validate(
        {
            "key": "MON",
            "tests": ["t"],
            "phase": "early",
            "anchor": "start",
            "windows": [],
            "required": True,
            "why": "So.",
        }
    )


def wrong_days(window: Window) -> list[tuple[date, Any]]:
    """The start dates from which a window is not as it must be, with what is found there."""
    found, one, is_open = [], item(), bool(window.every and not window.times)
    turns = [[window.every] * turn if window.every else [] for turn in range(window.times or 1)]
    spans = [(total(window.after, *moved), total(window.until, *moved) if window.until else None) for moved in turns]
    for start in STARTS:
        dues = list(windows(one, window, start, GRACE))
        right = []
        for after, until in spans:
            opens = later(start, *after)
            right.append((opens, max(opens, later(start, *until) if until else opens + timedelta(days=GRACE))))
        days = [(due.opens, due.overdue_after) for due in dues]
        is_in_order = all(here < there for (here, _), (there, _) in pairwise(days))
        if days != right or not is_in_order or {due.is_open_ended for due in dues} != {is_open}:
            found.append((start, days))
    return found


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: " ".join(f"{k} {v}" for k, v in shape.items() if v))
def test_from_no_day_of_ten_years_does_a_window_invert_repeat_or_drift(shape: dict[str, Any]) -> None:
    assert wrong_days(Window.model_validate(shape)) == []


def test_from_no_day_of_ten_years_does_a_window_of_the_shipped_guideline_invert_repeat_or_drift(
    shipped: CompiledPackage,
) -> None:
    every = {window.model_copy(update={"drugs": ()}) for item, _ in shipped.monitoring for window in item.windows}

    assert len(every) > 15
    assert [(window, found) for window in every if (found := wrong_days(window))] == []


def test_a_series_whose_end_is_counted_in_another_calendar_than_its_steps_is_refused() -> None:
    for window in (
        {"after": "30 d", "until": "1 mo", "every": "30 d"},
        {"after": "1 mo", "until": "45 d", "every": "1 mo"},
    ):
        with pytest.raises(ValidationError, match="not in both"):
            Window.model_validate(window)


def next_one(window: dict[str, Any], done_on: date) -> tuple[date, date] | None:
    due = following(item(), Window.model_validate(window), done_on, GRACE)
    return due and (due.opens, due.overdue_after)


def test_after_a_test_the_next_is_counted_from_the_day_it_was_done_from_every_day() -> None:
    for done_on in STARTS:
        assert next_one({"after": "84 d", "until": "94 d", "every": "84 d"}, done_on) == (
            done_on + timedelta(days=84), done_on + timedelta(days=94),
        )  # fmt: skip
        found = next_one({"after": "12 mo", "until": "15 mo", "every": "12 mo"}, done_on)
        assert found is not None
        assert found[0] == later(done_on, 0, 12)
        assert timedelta(days=89) <= found[1] - found[0] <= timedelta(days=92)


def test_the_next_test_never_ends_before_it_begins_and_a_series_that_ends_has_none() -> None:
    day = date(2026, 1, 31)

    assert next_one({"after": "45 d", "until": "30 d", "every": "30 d"}, day) == (date(2026, 3, 2), date(2026, 3, 2))
    assert next_one({"after": "7 d", "until": "7 d", "every": "7 d"}, day) == (date(2026, 2, 7), date(2026, 2, 7))
    assert next_one({"after": "7 d", "every": "7 d"}, day) == (date(2026, 2, 7), date(2026, 2, 10))
    assert next_one({"after": "7 d", "every": "7 d", "times": 4}, day) is None
    assert next_one({"after": "7 d", "until": "14 d"}, day) is None


def test_no_item_of_the_shipped_guideline_asks_twice_for_the_same_days(shipped: CompiledPackage) -> None:
    twice = []
    for item, _ in shipped.monitoring:
        for start in STARTS if len(item.windows) > 1 else ():
            days = [
                (due.opens, due.overdue_after, window.drugs)
                for window in item.windows
                for due in windows(item, window, start, shipped.package.exact_day_grace_days)
            ]
            if len(set(days)) != len(days):
                twice.append((item.key, start))

    assert twice == []


# --- the ends of months and leap days, as they are documented in guidelines.engine.schedule --------------------------------


@pytest.mark.parametrize(
    ("start", "span", "right"),
    [
        ("2026-01-31", "1 mo", "2026-02-28"), ("2028-01-31", "1 mo", "2028-02-29"), ("2026-01-29", "1 mo", "2026-02-28"),
        ("2026-01-28", "1 mo", "2026-02-28"), ("2026-03-31", "1 mo", "2026-04-30"), ("2026-08-31", "6 mo", "2027-02-28"),
        ("2026-02-28", "1 mo", "2026-03-28"), ("2026-12-31", "2 mo", "2027-02-28"), ("2026-11-30", "3 mo", "2027-02-28"),
        ("2028-02-29", "1 a", "2029-02-28"), ("2028-02-29", "4 a", "2032-02-29"), ("2028-02-29", "12 mo", "2029-02-28"),
        ("2027-02-28", "1 a", "2028-02-28"), ("2026-12-31", "1 d", "2027-01-01"), ("2028-02-28", "1 d", "2028-02-29"),
        ("2028-02-28", "1 wk", "2028-03-06"), ("2096-02-29", "4 a", "2100-02-28"),
    ],
)  # fmt: skip
def test_a_month_and_a_year_after(start: str, span: str, right: str) -> None:
    assert Interval.parse(span).after(date.fromisoformat(start)).isoformat() == right


@pytest.mark.parametrize("span", ["1 mo", "3 mo", "12 mo", "1 a", "5 a"])
def test_a_later_start_is_never_due_earlier(span: str) -> None:
    found = [Interval.parse(span).after(start) for start in STARTS]

    assert found == sorted(found)
    assert all(start < day for start, day in zip(STARTS, found, strict=True))
    assert all(
        day.day == start.day or (day + timedelta(days=1)).day == 1 for start, day in zip(STARTS, found, strict=True)
    )


def test_from_every_day_the_first_weekday_named_is_within_the_week_and_never_before() -> None:
    for start in STARTS:
        for weekday in Weekday:
            first = weekday.on_or_after(start)
            assert first.weekday() == weekday
            assert 0 <= (first - start).days < 7
