"""Which tests a drafted plan is due for, and when its patient comes back."""

from datetime import date, timedelta

import pytest

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
