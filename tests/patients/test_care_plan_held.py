"""What a plan says of a drug that is held, stopped or overridden, and what keeps it from being signed."""

import re
from dataclasses import replace
from datetime import date

import pytest

from guidelines.engine.cases import facts_of
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import PrintRule
from guidelines.engine.decision import decide
from guidelines.engine.reading import read_facts
from patients.care_plan import PrintRefused, build_care_plan
from patients.outputs.html import checked_text, patient_plan_context
from tests.patients.care_plan_parts import box_of, lines_of
from tests.patients.plan_samples import (
    NOW,
    PLANS,
    V05,
    V24,
    care_plan_of,
    case_of,
    decision_of,
    drafted,
    guideline,
    header_of,
    settled,
    usual_choices,
)


def test_a_held_drug_says_so_and_why_without_a_dose() -> None:
    decision = decision_of("V15")
    draft, choices = settled(decision, usual_choices(decision), NOW)

    plan = build_care_plan(decision.compiled, decision, draft, choices, header_of(decision))

    box = box_of(plan, "methotrexate")
    assert box.dose == "Do not take it until we tell you."
    assert (box.amount, box.week, box.lead) == ("", (), ())
    assert any(part.section == "why" for part in box.parts)
    assert not any("tablets" in line for line in lines_of(box))


@pytest.mark.parametrize("key", ["V15", "STOP-MTX-B-CBC-S6", "STOP-MTX-B-CBC-S6_TAPER"])
def test_a_plan_that_holds_its_drug_does_not_call_for_it(key: str) -> None:
    decision = decision_of(key)
    draft, choices = settled(decision, usual_choices(decision), NOW)

    plan = build_care_plan(decision.compiled, decision, draft, choices, header_of(decision))

    assert plan.plain_title == "Do not take methotrexate until we tell you"
    said = [action.plain for action in plan.actions if action.plain]
    assert said
    assert not any("keep taking" in line or "methotrexate" in line or "full dose" in line for line in said)
    text = checked_text(plan, printed_on=plan.header.signed_on).whole
    assert not re.search(r"keep taking it|Choose one day", text)


@pytest.mark.parametrize("rule", ["MTX-B-DAILY", "MTX-B-MAX40"])
@pytest.mark.parametrize("step", ["start", "S2", "S6", "S6_TAPER"])
def test_nothing_is_signed_while_methotrexate_is_recorded_as_daily_or_above_its_highest_dose(
    rule: str, step: str
) -> None:
    decision = decision_of(f"STOP-{rule}-{step}")

    draft, choices = settled(decision, usual_choices(decision), NOW)

    assert [problem.place for problem in draft.problems] == [f"overrides.{rule}"]
    assert "No plan can be signed while this holds" in draft.problems[0].message
    with pytest.raises(PrintRefused, match="No plan can be signed"):
        build_care_plan(decision.compiled, decision, draft, choices, header_of(decision))


def test_a_stop_that_forbids_any_plan_does_so_beside_another_drug_too() -> None:
    compiled, raw = guideline(), facts_of(guideline(), case_of("STOP-MTX-B-DAILY-start"))
    raw["facts"]["skin_severity"] = {"value": "severe"}
    decision = decide(compiled, read_facts(raw, compiled))

    draft = drafted(decision, V24)

    assert "methotrexate" not in {line.drug.key for line in draft.medications}
    assert "overrides.MTX-B-DAILY" in {problem.place for problem in draft.problems}


def test_an_unknown_weekly_dose_holds_the_drug_on_a_plan_of_its_own() -> None:
    compiled, raw = guideline(), facts_of(guideline(), case_of("STOP-MTX-B-MAX40-S2"))
    raw["facts"]["mtx_dose_mg_week"] = {"status": "not_known"}
    decision = decide(compiled, read_facts(raw, compiled))

    draft, choices = settled(decision, usual_choices(decision), NOW)

    assert draft.problems == ()
    plan = build_care_plan(compiled, decision, draft, choices, header_of(decision))
    assert not box_of(plan, "methotrexate").amount


@pytest.mark.parametrize("key", ["V05", "V15", "S2-STAYS"])
def test_nobody_else_is_told_to_have_taken_too_much(key: str) -> None:
    decision = decision_of(key)
    draft, choices = settled(decision, usual_choices(decision), NOW if decision.facts.step else {})

    plan = build_care_plan(decision.compiled, decision, draft, choices, header_of(decision))

    assert "taken too much methotrexate" not in checked_text(plan, printed_on=plan.header.signed_on).whole


@pytest.mark.parametrize("key", ["V05", "V09"])
def test_no_line_invites_to_a_second_weekday(key: str) -> None:
    text = checked_text(care_plan_of(key), printed_on=date(2026, 11, 23)).whole

    assert "Choose one day" not in text
    assert "12 weeks at the full dose" in text.replace("\N{NO-BREAK SPACE}", " ")


def test_what_stops_is_listed_and_has_no_dose() -> None:
    plan = care_plan_of("V05")

    context = patient_plan_context(plan, printed_on=plan.header.signed_on)
    assert ("Stop taking", ("Hydroxychloroquine",)) in [(group.title, group.names) for group in context["changes"]]
    assert "hydroxychloroquine" not in {box.drug for box in plan.boxes}


def test_the_weekly_drug_never_shares_a_line_with_others_in_the_list_of_changes() -> None:
    for key in ("V05", "V09"):
        context = patient_plan_context(care_plan_of(key), printed_on=date(2026, 11, 23))
        assert all(len(group.names) == 1 for group in context["changes"] if "Methotrexate" in group.names)


def test_what_was_overridden_is_kept_with_its_reason() -> None:
    decision = decision_of("STOP-MTX-B-CBC-start")
    draft, choices = settled(decision, usual_choices(decision), NOW)

    plan = build_care_plan(decision.compiled, decision, draft, choices, header_of(decision))

    alert = next(alert for alert in plan.alerts if alert.rule == "MTX-B-CBC")
    assert (alert.reason, alert.text) == (
        "A specialist was asked and advised it",
        "Discussed with the specialist today.",
    )


def test_an_empty_phone_number_stops_the_plan() -> None:
    decision = decision_of("V05")
    draft, choices = settled(decision, V05)
    header = header_of(decision)
    header = replace(header, clinic=replace(header.clinic, after_hours_phone=" "))

    with pytest.raises(PrintRefused, match="after hours phone"):
        build_care_plan(decision.compiled, decision, draft, choices, header)


def test_a_text_that_must_not_be_printed_stops_the_plan() -> None:
    """The clinical check of the finished text is made before anything is signed, not only when it is printed."""
    decision = decision_of("V05")
    draft, choices = settled(decision, V05)
    package = decision.compiled.package
    said = PrintRule(key="NP-99", text="No plan says so.", forbidden=("once a week",))
    strict = CompiledPackage(package.model_copy(update={"print_rules": (*package.print_rules, said)}))

    with pytest.raises(PrintRefused, match="NP-99"):
        build_care_plan(strict, decision, draft, choices, header_of(decision))


def test_nothing_is_left_open_in_the_text() -> None:
    for key in PLANS:
        plan = care_plan_of(key)
        assert "{" not in checked_text(plan, printed_on=date(2027, 1, 5)).whole
