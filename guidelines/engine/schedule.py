"""Monitoring items and dates to windows: when a test opens and after which day it is overdue.

Dates only. Items repeat in days, weeks or calendar months; nothing here knows today. A month or a year after a day that
its month does not have is the last one it has: 31 January and 1 month is 28 or 29 February, 29 February and 1 year is
28 February. A series counts every time from its anchor, so that it comes back to the 31st.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import MonitoringItem, Window
from guidelines.engine.resolve import Resolved
from guidelines.engine.values import Interval


@dataclass(frozen=True, slots=True)
class Due:
    """One test, or several together, with the first and the last day on which they are in time."""

    item: MonitoringItem
    opens: date
    overdue_after: date
    is_open_ended: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "item": self.item.key, "tests": list(self.item.tests), "phase": self.item.phase, "required": self.item.required,
            "opens": self.opens.isoformat(), "overdue_after": self.overdue_after.isoformat(), "cites": list(self.item.cites),
        }  # fmt: skip


def windows(item: MonitoringItem, window: Window, anchor: date, grace_days: int) -> Iterator[Due]:
    """The occurrences of one window: a finite series in full, an open-ended one once."""
    for turn in range(window.times or 1):
        opens, until = _advanced(window.after, window, turn), None
        if window.until is not None:
            until = _advanced(window.until, window, turn)
        first = opens.after(anchor)
        last = until.after(anchor) if until else first + timedelta(days=grace_days)
        yield Due(item, first, max(first, last), bool(window.every) and window.times is None)


def _advanced(interval: Interval, window: Window, turn: int) -> Interval:
    if turn == 0 or window.every is None:
        return interval
    every = window.every
    if not interval.count:
        return Interval(turn * every.count, every.unit)
    if every.unit == interval.unit:
        return Interval(interval.count + turn * every.count, interval.unit)
    days = {"d": 1, "wk": 7}
    if every.unit in days and interval.unit in days:
        return Interval(interval.count * days[interval.unit] + turn * every.count * days[every.unit], "d")
    months = {"mo": 1, "a": 12}
    return Interval(interval.count * months[interval.unit] + turn * every.count * months[every.unit], "mo")


def following(item: MonitoringItem, window: Window, done_on: date, grace_days: int) -> Due | None:
    """The next occurrence of an open-ended series, as long as its first, counted from the day the test was done, early or
    late. None for a series that ends, or for no series."""
    if window.every is None or window.times is not None:
        return None
    opens, length = window.every.after(done_on), timedelta(days=grace_days)
    if window.until is not None:
        length = max(window.until.after(done_on) - window.after.after(done_on), timedelta(0))
    return Due(item, opens, opens + length, True)


def schedule(
    compiled: CompiledPackage, facts: Resolved, *, drugs: Iterable[str], step: str | None, anchor: date
) -> list[Due]:
    """Everything due for these drugs on this step, counted from `anchor`, by first day."""
    wanted, found = set(drugs), list[Due]()
    for item, condition in compiled.monitoring:
        if (item.drug is not None and item.drug not in wanted) or (item.steps and step not in item.steps):
            continue
        state = True if condition is None else condition.value(facts)
        if state is False or (state is None and item.if_unknown == "drop"):
            continue
        for window in item.windows:
            if not window.drugs or wanted & set(window.drugs):
                found += windows(item, window, anchor, compiled.package.exact_day_grace_days)
    order = compiled.monitoring_order
    return sorted(found, key=lambda due: (due.opens, due.overdue_after, order[due.item.key]))
