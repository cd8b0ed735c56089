"""When a test that comes again and again comes next."""

from collections.abc import Collection
from datetime import date

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import MonitoringItem
from guidelines.engine.schedule import Due, following


def next_of_series(
    compiled: CompiledPackage, item: MonitoringItem, done_on: date, given: Collection[str]
) -> Due | None:
    """Counted from the day it was done. `given`: the drugs of the plan. None where it does not come again."""
    for window in item.windows:
        due = following(item, window, done_on, compiled.package.exact_day_grace_days)
        if due is not None and (not window.drugs or set(window.drugs) & set(given)):
            return due
    return None
