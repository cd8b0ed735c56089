"""Windows of monitoring: days, weeks, calendar months, leap days, series."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import MonitoringItem, Window
from guidelines.engine.decision import decide
from guidelines.engine.reading import read_facts
from guidelines.engine.schedule import windows
from tests.engine import patients
from tests.engine.small_guideline import NOT_KNOWN, content, decided, facts_json, small


def item(**more: Any) -> MonitoringItem:
    given = {
        "key": "MON",
        "tests": ["t"],
        "phase": "early",
        "anchor": "start",
        "windows": [],
        "required": True,
        "why": "To be sure.",
    }
    return MonitoringItem.model_validate(given | more)


def days(window: dict[str, Any], anchor: str = "2026-01-31", grace: int = 3) -> list[tuple[str, str]]:
    found = windows(item(), Window.model_validate(window), date.fromisoformat(anchor), grace)
    return [(due.opens.isoformat(), due.overdue_after.isoformat()) for due in found]


def test_an_exact_day_has_days_of_grace() -> None:
    assert days({"after": "7 d"}) == [("2026-02-07", "2026-02-10")]
    assert days({"after": "7 d"}, grace=0) == [("2026-02-07", "2026-02-07")]


def test_a_window_has_two_ends() -> None:
    assert days({"after": "28 d", "until": "42 d"}) == [("2026-02-28", "2026-03-14")]


def test_the_day_itself_can_be_due() -> None:
    assert days({"after": "0 d", "until": "0 d"}) == [("2026-01-31", "2026-01-31")]


def test_a_finite_series_is_listed_in_full() -> None:
    assert days({"after": "7 d", "every": "1 wk", "times": 3}) == [
        ("2026-02-07", "2026-02-10"), ("2026-02-14", "2026-02-17"), ("2026-02-21", "2026-02-24"),
    ]  # fmt: skip


def test_an_open_ended_series_is_listed_once() -> None:
    [due] = windows(item(), Window.model_validate({"after": "12 wk", "every": "12 wk"}), date(2026, 1, 31), 3)

    assert (due.opens, due.is_open_ended) == (date(2026, 4, 25), True)


def test_calendar_months_do_not_drift() -> None:
    assert [opens for opens, _ in days({"after": "1 mo", "every": "1 mo", "times": 4})] == [
        "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31",
    ]  # fmt: skip


def test_months_of_30_days_are_days() -> None:
    assert [opens for opens, _ in days({"after": "30 d", "every": "30 d", "times": 2})] == ["2026-03-02", "2026-04-01"]


def test_years_from_a_leap_day() -> None:
    assert [opens for opens, _ in days({"after": "1 a", "every": "1 a", "times": 4}, "2028-02-29")] == [
        "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29",
    ]  # fmt: skip


def test_years_and_months_count_together() -> None:
    assert [opens for opens, _ in days({"after": "1 a", "every": "6 mo", "times": 2})] == ["2027-01-31", "2027-07-31"]


def test_both_ends_of_a_series_move() -> None:
    assert days({"after": "2 wk", "until": "3 wk", "every": "14 d", "times": 2}) == [
        ("2026-02-14", "2026-02-21"), ("2026-02-28", "2026-03-07"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "window", [{"after": "7 d", "every": "1 mo"}, {"after": "1 mo", "every": "4 wk"}, {"after": "7 days"}, {}]
)
def test_a_window_that_mixes_calendars_or_cannot_be_read_is_refused(window: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Window.model_validate(window)


# --- which items, and from which day ---------------------------------------------------------------------------------


def monitored(*changes: dict[str, Any]) -> CompiledPackage:
    changed = content()
    first = changed["monitoring"][0]
    changed["monitoring"] = [first | {"key": f"MON-{n}"} | change for n, change in enumerate(changes)]
    return small(changed)


def due(compiled: CompiledPackage, **facts: Any) -> list[tuple[str, str]]:
    return [(found.item.key, found.opens.isoformat()) for found in decided(compiled, **facts).monitoring]


def test_monitoring_counts_from_the_start_of_the_step_while_it_lasts() -> None:
    compiled = monitored({})

    raw = facts_json(step="E1") | {"started_on": "2026-02-01"}
    going_on = decide(compiled, read_facts(raw, compiled))

    assert due(compiled) == [("MON-0", "2026-03-09")]
    assert [found.opens for found in going_on.monitoring] == [date(2026, 2, 8)]


def test_items_of_other_drugs_and_steps_are_not_due() -> None:
    compiled = monitored({"drug": "cream"}, {"steps": ["E2"]}, {"drug": None}, {"steps": ["E1"]})

    assert [key for key, _ in due(compiled)] == ["MON-2", "MON-3"]


def test_an_item_whose_condition_is_unknown_is_kept_unless_it_says_otherwise() -> None:
    compiled = monitored(
        {"when": "kidneys_weak"}, {"when": "kidneys_weak", "if_unknown": "drop"}, {"when": "not kidneys_weak"}
    )

    assert [key for key, _ in due(compiled, kidneys_weak=NOT_KNOWN)] == ["MON-0", "MON-2"]
    assert [key for key, _ in due(compiled, kidneys_weak=True)] == ["MON-0", "MON-1"]
    assert [key for key, _ in due(compiled, kidneys_weak=False)] == ["MON-2"]


def test_a_window_may_belong_to_a_drug() -> None:
    compiled = monitored({"windows": [{"after": "1 d", "drugs": ["cream"]}, {"after": "2 d", "drugs": ["drops"]}]})

    assert due(compiled) == [("MON-0", "2026-03-04")]


def test_what_is_due_is_in_the_order_of_the_days() -> None:
    compiled = monitored({"windows": [{"after": "9 d"}, {"after": "1 d"}]}, {"windows": [{"after": "1 d"}]})

    assert due(compiled) == [("MON-0", "2026-03-03"), ("MON-1", "2026-03-03"), ("MON-0", "2026-03-11")]


@pytest.mark.parametrize(
    "facts", [{"infected": True}, {"alarm": True}, {"not_an_elbow": True}, {"allergic": NOT_KNOWN}]
)
def test_nothing_is_scheduled_unless_something_is_proposed_or_goes_on(
    elbow: CompiledPackage, facts: dict[str, Any]
) -> None:
    assert decided(elbow, **facts).monitoring == []


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"step": "S3", "response": "adequate"}, id="into maintenance"),
        pytest.param({"step": "S7", "response": "complete"}, id="in maintenance"),
        pytest.param(
            {"step": "S7", "response": "complete", "withdraw_requested": True, "disease_active": False,
             "months_remission_off_steroids": "14"},
            id="into a slow reduction",
        ),
    ],
)  # fmt: skip
def test_no_change_of_step_leaves_more_than_twelve_weeks_without_a_blood_count(facts: dict[str, Any]) -> None:
    going_on = patients.decided(started_on="2025-03-03", **facts)

    counts = [due.opens for due in going_on.monitoring if "blood_count" in due.item.tests]
    assert going_on.outcome in ("continue", "propose")
    assert "S7" in str(going_on.step)
    assert min(counts) - date.fromisoformat(patients.AS_OF) <= timedelta(days=84)


@pytest.mark.parametrize(("done", "is_due"), [({}, True), ({"eye_baseline_done": "2026-05-04"}, False)])
def test_a_baseline_that_was_done_is_not_asked_for_again(done: dict[str, str], is_due: bool) -> None:
    begun = patients.decided(**done)

    assert begun.outcome == "propose"
    assert ("MON-HCQ-1" in {due.item.key for due in begun.monitoring}) is is_due
