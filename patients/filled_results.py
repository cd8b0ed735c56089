"""Results that came after a plan was signed, for its table of tests: beside each test the day and what was found.

For a later print only. The signed plan says what it said, and its own paper is printed as it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Fact, MonitoringItem
from guidelines.engine.operators import unit_text
from guidelines.engine.values import plain
from patients.following.series import next_of_series
from patients.models import Observation
from patients.paper_words import NO_BREAK, patient_day
from patients.plan_parts import CarePlan, PlanTest

LATE = timedelta(days=14)  # a test before the first dose may come in as late as this


@dataclass(frozen=True, slots=True)
class FoundOn:
    """`on` is the day the test was complete, None while a part of it is missing."""

    on: date | None
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """`on` is the day the table was filled in; `tests` by item and the day the test opens. `later`: those that came after
    the one that the plan names of a test that comes again and again."""

    on: date
    tests: Mapping[tuple[str, date], FoundOn]
    later: tuple[PlanTest, ...] = ()


def filled_in(
    plan: CarePlan, compiled: CompiledPackage, observations: Iterable[Observation], today: date,
    over_on: date | None = None,
) -> Filled:  # fmt: skip
    """`observations` are the patient's effective ones. Of each fact the first result in the time of the test counts.
    `over_on`: the day since which the plan is no longer followed."""
    rows: dict[str, list[Observation]] = {}
    for row in sorted(observations, key=lambda row: (row.taken_on, row.number)):
        rows.setdefault(row.fact_key, []).append(row)
    items = {entry.entry.key: entry.entry for entry in compiled.monitoring}
    found: dict[tuple[str, date], FoundOn] = {}
    later: list[PlanTest] = []
    for test in plan.tests:
        if test.item not in items:
            continue
        item = items[test.item]
        one = found_for(compiled, item, rows, window(plan, test, today))
        if one is not None:
            found[test.item, test.opens] = one
        while one is not None and one.on is not None and (after := next_in(plan, compiled, item, test, one.on)):
            test = after
            one = found_for(compiled, item, rows, (test.opens, min(today, over_on or today)))
            if one is not None:
                found[test.item, test.opens] = one
                later.append(test)
    return Filled(today, found, tuple(later))


def found_for(
    compiled: CompiledPackage, item: MonitoringItem, rows: Mapping[str, Sequence[Observation]], days: tuple[date, date]
) -> FoundOn | None:
    """What came of a test between two days; None where no number did."""
    first, last = days
    parts = [compiled.tests[key].facts for key in item.tests if key in compiled.tests]
    came: dict[str, Observation] = {}
    for fact in (fact for facts in parts for fact in facts):
        in_time = [row for row in rows.get(fact, ()) if first <= row.taken_on <= last]
        came |= {fact: in_time[0]} if in_time else {}
    numbers = {fact: row for fact, row in came.items() if compiled.facts[fact].type == "number"}
    if not numbers:
        return None
    is_whole = all(any(fact in came for fact in facts) for facts in parts if facts)
    done_on = max(row.taken_on for row in came.values())
    on_days = {row.taken_on for row in numbers.values()}
    # What is of the day that stands beside it needs no day of its own; nor does what is all of one day.
    undated = on_days if len(on_days) == 1 else {done_on} if is_whole else set()
    lines = tuple(told(compiled.facts[fact], row, row.taken_on not in undated) for fact, row in numbers.items())
    return FoundOn(done_on if is_whole else None, lines)


def next_in(
    plan: CarePlan, compiled: CompiledPackage, item: MonitoringItem, test: PlanTest, done_on: date
) -> PlanTest | None:
    """The next of a test that comes again and again, where it is the last of its kind in the plan."""
    if not test.is_open_ended or any(other.item == test.item and other.opens > test.opens for other in plan.tests):
        return None
    due = next_of_series(compiled, item, done_on, [medicine.drug for medicine in plan.medications if medicine.is_given])
    return None if due is None else replace(test, opens=due.opens, overdue_after=due.overdue_after)


def window(plan: CarePlan, test: PlanTest, today: date) -> tuple[date, date]:
    """From the day it may be done to the day before the next of its kind."""
    if test.is_before_start:
        return plan.header.signed_on, test.overdue_after + LATE
    following = [other.opens for other in plan.tests if other.item == test.item and other.opens > test.opens]
    return test.opens, min(following) - timedelta(days=1) if following else max(today, test.overdue_after)


def told(fact: Fact, row: Observation, dated: bool) -> str:
    number = plain(Decimal(row.value_typed))
    unit = unit_text(row.unit or fact.unit, number)
    day = f" ({patient_day(row.taken_on)})" if dated else ""
    return f"{fact.label}{NO_BREAK}{number}{NO_BREAK if unit else ''}{unit}{day}"
