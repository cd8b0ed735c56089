"""A series that counts from the last test counts from what was measured: a missing part is due, an old one was done."""

from datetime import date, timedelta
from typing import Any

import pytest

from guidelines.engine.cases import facts_of
from guidelines.engine.decision import Decision, anchor_of, decide
from guidelines.engine.reading import read_facts
from guidelines.engine.schedule import Due
from patients.draft_due import due_tests, last_done_on
from tests.patients.plan_samples import NOW, case_of, drafted, guideline, usual_choices

TODAY = date(2026, 11, 23)
ITEM = "MON-MTX-1"
PARTS = ("alt", "ast", "creatinine_mg_dl", "egfr", "wbc", "anc", "platelets", "hgb", "mcv")


def decision(**days_ago: int | None) -> Decision:
    """On methotrexate for half a year; every part of the test measured 10 days ago, but those named: None is never."""
    compiled = guideline()
    raw: dict[str, Any] = facts_of(compiled, case_of("V17"))
    raw["started_on"] = (TODAY - timedelta(days=210)).isoformat()
    raw["facts"].pop("weeks_on_step", None)
    for key in PARTS:
        answer = dict(raw["facts"].get(key) or {"value": {"mcv": "90", "hgb": "13"}.get(key, "1")})
        days = days_ago.get(key, 10)
        if days is None:
            raw["facts"].pop(key, None)
        else:
            raw["facts"][key] = answer | {"taken_on": (TODAY - timedelta(days=days)).isoformat()}
    return decide(compiled, read_facts(raw, compiled))


def next_due(of: Decision) -> Due:
    compiled = guideline()
    lines = drafted(of, usual_choices(of), NOW).medications
    since = anchor_of(of.facts, "S6")
    due = due_tests(compiled, of, lines, step="S6", started_on=since, begun={}, today=TODAY, review_on=None)
    [found] = [one for one in due if one.item.key == ITEM]
    return found


def last(of: Decision) -> date | None:
    item = next(item for item, _ in guideline().monitoring if item.key == ITEM)
    return last_done_on(guideline(), of, item, TODAY)


def test_it_counts_from_the_oldest_part() -> None:
    assert last(decision(ast=20)) == TODAY - timedelta(days=20)
    assert next_due(decision(ast=20)).opens == TODAY + timedelta(days=10)


def test_a_part_that_has_become_too_old_was_done_on_its_day_and_puts_nothing_off() -> None:
    old = decision(mcv=80)

    assert last(old) == TODAY - timedelta(days=80)
    assert next_due(old).overdue_after == TODAY


@pytest.mark.parametrize("key", ["creatinine_mg_dl", "mcv"])
def test_a_test_of_which_a_part_was_never_measured_is_due(key: str) -> None:
    found = decision(**{key: None})

    assert last(found) is None
    assert (next_due(found).opens, next_due(found).overdue_after) == (TODAY, TODAY)
    assert next_due(found).is_open_ended
