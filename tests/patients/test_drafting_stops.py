"""Options and stops in a draft: what can be overridden, by whom it is answered, and what is held."""

from decimal import Decimal
from typing import Any

import pytest

from guidelines.engine.planned import Weekday
from patients.draft_lines import may_be_chosen
from tests.engine.small_guideline import content, decided, small
from tests.patients.draft_parts import line_of, places
from tests.patients.plan_samples import (
    NOW,
    V01,
    V05,
    V24,
    decision_of,
    drafted,
    settled,
    usual_choices,
)

# --- options and stops -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["ENTRY-NOTHING-KNOWN", "S2-PREGNANCY-NOT-ASKED", "V20", "SCOPE-WEAKNESS-S6"])
def test_asking_and_out_of_scope_are_never_signable(key: str) -> None:
    decision = decision_of(key)

    draft, _ = settled(decision, usual_choices(decision), NOW)

    assert draft.problems
    assert draft.medications == ()


def test_a_prohibited_stop_is_a_problem_for_ever() -> None:
    decision = decision_of("V11")

    draft, choices = settled(decision, usual_choices(decision), NOW)

    assert "MTX-B-TMP" in choices.overrides
    assert places(draft) == {"overrides.MTX-B-TMP"}


def test_an_unknown_prohibited_stop_is_answered_and_never_overridden() -> None:
    decision = decision_of("S2-PREGNANCY-NOT-KNOWN")

    draft, _ = settled(decision, usual_choices(decision))

    problem = next(p for p in draft.problems if p.place == "overrides.MTX-B-PREG")
    assert "answer" in problem.message


@pytest.mark.parametrize(
    ("override", "is_signable"),
    [
        pytest.param(None, False, id="none"),
        pytest.param({"reason": "specialist_advice", "text": ""}, False, id="no words"),
        pytest.param({"reason": "specialist_advice", "text": "too short"}, False, id="nine characters"),
        pytest.param({"reason": "because", "text": "A long enough explanation."}, False, id="no coded reason"),
        pytest.param(
            {"reason": "specialist_advice", "text": "A long enough explanation."}, True, id="reason and words"
        ),
    ],
)
def test_a_stop_is_overridden_with_a_coded_reason_and_words(override: Any, is_signable: bool) -> None:
    decision = decision_of("STOP-MTX-B-CBC-start")
    raw = usual_choices(decision)
    draft = drafted(decision, raw, NOW)
    raw["acknowledged"] = [alert.rule.key for alert in draft.to_acknowledge()]
    stops = [alert.rule.key for alert in draft.to_override()]
    assert "MTX-B-CBC" in stops
    raw["overrides"] = {key: override for key in stops if override}

    draft = drafted(decision, raw, NOW)

    assert (draft.problems == ()) is is_signable


@pytest.mark.parametrize(("itch", "may_be"), [("better", True), ("worse", False)])
def test_an_option_with_nothing_to_give_is_not_chosen_over_its_stops(itch: str, may_be: bool) -> None:
    raw = content()
    raw["options"][0]["regimens"] = [
        {"regimen": "drops", "role": "main", "when": 'itch == "better"'}, {"regimen": "cream", "role": "companion"},
    ]  # fmt: skip
    # The only stop is that of the companion, and may be overridden with a reason.
    option = decided(small(raw), itch=itch, broken_skin=True).options[0]

    assert (option.option.key, option.state, option.excluded_by) == ("E1-drops", "excluded", ["CREAM-BROKEN"])
    assert may_be_chosen(option) is may_be


def test_an_excluded_option_needs_every_stop_to_be_of_the_kind_with_reason() -> None:
    hepatitis = drafted(decision_of("V24"), V05)
    pregnant = drafted(decision_of("STOP-MTX-B-HYPERS-start"), V05)

    assert "option" not in places(hepatitis, "recommendation")
    assert "overrides.MTX-B-HEPB" in places(hepatitis, "safety")
    assert hepatitis.step == "S2"
    assert "option" in places(pregnant, "recommendation")


def test_an_option_no_longer_offered_is_named() -> None:
    assert "option" in places(drafted(decision_of("V05"), V01), "recommendation")


def test_an_option_beside_makes_its_own_step_the_plans() -> None:
    decision = decision_of("S2-SEVERE-SKIN")

    draft = drafted(decision, V24)

    assert decision.step == "S2"
    assert draft.step == "S3"


def test_a_held_drug_is_a_line_without_dose_and_the_others_go_on() -> None:
    decision = decision_of("V15")

    draft, _ = settled(decision, usual_choices(decision), NOW)

    held = line_of(draft, "methotrexate")
    assert (held.change, held.planned) == ("hold", None)
    assert line_of(draft, "prednisone").change == "continue"
    assert line_of(draft, "folic_acid").planned.amount == Decimal(1)
    assert draft.main_weekday is Weekday.THURSDAY


def test_a_hold_needs_the_day_of_the_next_visit_where_the_rule_names_none() -> None:
    decision = decision_of("V15")
    raw = {key: value for key, value in usual_choices(decision).items() if key != "review_on"}

    assert places(drafted(decision, raw, NOW), "monitoring") == {"review_on"}
