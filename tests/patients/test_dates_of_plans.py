"""Days of plans on every day of ten years: a weekly drug keeps its weekday, and no test lies behind or comes twice."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from guidelines.engine.content import MonitoringItem, Window
from guidelines.engine.options import AssessedRegimen
from guidelines.engine.planned import OnWeekday, PlannedDrug, Weekday
from guidelines.engine.schedule import following, windows
from guidelines.engine.tapering import taper_table
from patients.draft_courses import first_dose_on, titration_of
from patients.draft_due import LONGEST_SERIES, to_come
from tests.patients.plan_samples import V05, decision_of, drafted, guideline

STARTS = [date(2024, 1, 1) + timedelta(days=n) for n in range(3653)]
WEEKLY = [key for key, regimen in guideline().regimens.items() if regimen.regimen.frequency.type == "weekly"]


def weekly_drug() -> tuple[AssessedRegimen, PlannedDrug]:
    """As a physician starts it, where it is started below its highest dose."""
    decision = decision_of("V05")
    raw = {
        "option": "S2-methotrexate-gentle",
        "amounts": {"methotrexate_gentle": "15"},
        "weekdays": {"methotrexate": "monday"},
    }
    [part] = [
        part for option in decision.options if option.option.key == raw["option"] for part in option.regimens
        if part.regimen.regimen.key in WEEKLY
    ]  # fmt: skip
    lines = drafted(decision, V05 | raw).medications
    [planned] = [line.planned for line in lines if line.planned and isinstance(line.planned.frequency, OnWeekday)]
    return part, planned


def test_every_dated_step_of_a_weekly_drug_is_a_whole_number_of_weeks_after_the_one_before() -> None:
    assert WEEKLY
    for key in WEEKLY:
        taper, titration = guideline().regimens[key].regimen.taper, guideline().regimens[key].regimen.titration
        days = [band.interval_days for band in taper.bands] + [taper.start_day] if taper else []
        days += [titration.every_min_days] if titration else []
        assert [days for days in days if days % 7] == [], key


def test_from_every_day_a_rising_weekly_dose_keeps_its_weekday() -> None:
    part, planned = weekly_drug()
    for start in STARTS:
        for weekday in Weekday:
            steps = titration_of(part, replace(planned, frequency=OnWeekday(weekday)), "start", start)
            assert len(steps) > 1
            assert {step.on.weekday() for step in steps} == {weekday}
            assert 0 <= (steps[0].on - start).days < 7
            assert all(one.on < other.on and one.amount < other.amount for one, other in pairwise(steps))


def test_from_every_day_a_falling_weekly_dose_keeps_its_weekday() -> None:
    _, planned = weekly_drug()
    regimen = next(found for key, found in guideline().regimens.items() if key in WEEKLY and found.regimen.taper)
    for number, start in enumerate(STARTS):
        weekday = Weekday(number // 7 % 7)
        first = first_dose_on(replace(planned, frequency=OnWeekday(weekday)), start)
        steps = taper_table(regimen, amount=planned.amount, started_on=first)
        assert {step.on.weekday() for step in steps} == {weekday}
        assert all(one.on < other.on and one.amount > other.amount for one, other in pairwise(steps))
        assert steps[-1].amount == 0


@pytest.mark.parametrize("anchor", [date(2027, 1, 31), date(2028, 2, 29), date(2026, 11, 23)])
def test_on_every_day_that_follows_a_plan_asks_for_what_is_still_to_come_and_for_nothing_twice(anchor: date) -> None:
    for item, _ in guideline().monitoring:
        for window in item.windows:
            is_open = window.every is not None and window.times is None
            whole = window.model_copy(update={"times": LONGEST_SERIES}) if is_open else window
            every = [(due.opens, due.overdue_after) for due in windows(item, whole, anchor, 3)]
            for days in range(0, 1500, 7):
                today = anchor + timedelta(days=days)
                found = [(due.opens, due.overdue_after) for due in to_come(item, window, anchor, today, 3)]
                assert all(today <= last and opens <= last for opens, last in found)
                assert len(set(found)) == len(found)
                if item.anchor != "previous":
                    ahead = [(max(opens, today) if is_open else opens, last) for opens, last in every if last >= today]
                    assert found == (ahead[:1] if is_open else ahead)


def every_window() -> list[tuple[MonitoringItem, Window]]:
    return [(item, window) for item, _ in guideline().monitoring for window in item.windows]


@pytest.mark.parametrize("anchor", [date(2027, 1, 31), date(2028, 2, 29)])
def test_what_was_done_since_it_opened_is_not_asked_for_and_a_series_goes_on_from_that_day(anchor: date) -> None:
    for item, window in every_window():
        for days, ago in ((days, ago) for days in range(1, 1500, 11) for ago in (0, 3, 40)):
            today, done_on = anchor + timedelta(days=days), anchor + timedelta(days=days - ago)
            asked = list(to_come(item, window, anchor, today, 3))
            found = list(to_come(item, window, anchor, today, 3, done_on))
            after = following(item, window, done_on, 3)
            if item.anchor == "previous":
                assert found == asked
            elif after is None:
                assert found == [due for due in asked if due.opens > done_on]
            elif done_on < window.after.after(anchor) or after.overdue_after < today:
                assert found == asked
            else:
                assert [(due.opens, due.overdue_after) for due in found] == [
                    (max(after.opens, today), after.overdue_after)
                ]


def test_a_series_that_starts_today_starts_anew() -> None:
    today = date(2026, 11, 23)
    for item, window in every_window():
        assert list(to_come(item, window, today, today, 3, today)) == list(to_come(item, window, today, today, 3))
