"""Which tests a drafted plan is due for, and when its patient comes back."""

from datetime import date, timedelta

import pytest

from guidelines.engine.decision import Decision
from tests.engine import patients
from tests.patients.plan_samples import NOW, V05, decision_of, guideline, settled, usual_choices


def test_only_what_is_given_is_tested_and_nothing_lies_in_the_past() -> None:
    compiled = guideline()
    for case in compiled.package.cases:
        decision = decision_of(case.key)
        if decision.outcome != "continue":
            continue
        draft, _ = settled(decision, usual_choices(decision), NOW)
        assert all(due.overdue_after >= decision.facts.as_of for due in draft.due), case.key
        assert {due.item.drug for due in draft.due} - {None} <= draft.given, case.key


def test_a_new_plan_is_due_for_what_the_decision_says() -> None:
    decision = decision_of("V05")

    draft, _ = settled(decision, V05)

    assert [due.as_json() for due in draft.due] == [
        due.as_json() for due in decision.monitoring if due.item.drug in draft.given or due.item.drug is None
    ]


@pytest.mark.parametrize(("days", "is_allowed"), [(0, True), (30, True), (-1, False), (367, False)])
def test_the_next_visit_may_be_chosen_within_a_year(days: int, is_allowed: bool) -> None:
    decision = decision_of("V05")
    day = decision.facts.as_of + timedelta(days=days)

    draft, _ = settled(decision, V05 | {"review_on": day.isoformat()})

    assert draft.review_on == day
    assert ("review_on" not in {problem.place for problem in draft.problems}) is is_allowed


def test_the_review_follows_the_step() -> None:
    draft, _ = settled(decision_of("V05"), V05)

    assert draft.review_on == date(2027, 2, 15)
    assert draft.started_on == date(2026, 11, 23)


def on_hold(**facts: str | bool) -> Decision:
    return patients.decided(
        step="S2", started_on="2026-08-10", response="adequate", on_prednisone=True, prednisone_mg_day="20",
        prednisone_started_on="2026-08-10", mtx_dose_mg_week="15", **facts,
    )  # fmt: skip


def test_while_a_drug_is_held_the_others_are_tested_and_what_held_it_is_repeated_by_the_next_visit() -> None:
    decision = on_hold(alt="150", lft_elevation_confirmed=True)

    draft, _ = settled(decision, usual_choices(decision) | {"review_on": "2026-12-07"}, NOW)

    assert decision.outcome == "hold"
    assert {due.item.drug for due in draft.due} <= {"methotrexate", "prednisone", None}
    assert [due.item.key for due in draft.due if due.item.drug == "methotrexate"] == ["MTX-B-LFT3"]
    [repeat] = [due for due in draft.due if due.item.key == "MTX-B-LFT3"]
    assert repeat.item.tests == ("liver_tests",)
    assert (repeat.opens, repeat.overdue_after) == (decision.facts.as_of, date(2026, 12, 7))
    assert any(due.item.drug == "prednisone" for due in draft.due)


def test_a_rule_that_says_by_when_sets_the_day_of_the_repeat() -> None:
    decision = on_hold(alt="150", lft_elevation_confirmed=False)

    draft, _ = settled(decision, usual_choices(decision), NOW)

    [repeat] = [due for due in draft.due if due.item.key == "MTX-W-LFT3U"]
    assert repeat.overdue_after == decision.facts.as_of + timedelta(days=14)
