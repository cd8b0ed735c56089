"""What a signed plan says, box by box."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from guidelines.engine.cases import facts_of
from guidelines.engine.decision import decide
from guidelines.engine.reading import read_facts
from patients.care_plan import CarePlan, PrintRefused, build_care_plan
from patients.outputs.html import patient_plan_context
from tests.patients.care_plan_parts import box_of, lines_of
from tests.patients.plan_samples import (
    NOW,
    PLANS,
    V05,
    care_plan_of,
    case_of,
    decision_of,
    drafted,
    guideline,
    header_of,
    settled,
    usual_choices,
)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("key", PLANS)
def test_a_plan_survives_being_stored(key: str) -> None:
    plan = care_plan_of(key)

    assert CarePlan.from_json(json.loads(json.dumps(plan.as_json()))) == plan


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda raw: raw.pop("boxes"), id="a field is missing"),
        pytest.param(lambda raw: raw.update(dose="1"), id="a field nobody knows"),
        pytest.param(lambda raw: raw.update(title=3), id="another type"),
        pytest.param(lambda raw: raw["header"].update(signed_on="yesterday"), id="no date"),
        pytest.param(lambda raw: raw.update(boxes="none"), id="no list"),
    ],
)
def test_a_damaged_plan_is_refused_rather_than_guessed(damage: Callable[[dict[str, Any]], None]) -> None:
    raw = care_plan_of("V01").as_json()
    damage(raw)

    with pytest.raises(ValueError, match=r"CarePlan|isoformat"):
        CarePlan.from_json(raw)


def test_an_incomplete_draft_is_no_plan() -> None:
    decision = decision_of("V05")
    draft, choices = drafted(decision, V05), settled(decision, V05)[1]

    with pytest.raises(PrintRefused, match="Confirm"):
        build_care_plan(decision.compiled, decision, draft, choices, header_of(decision))


# --- the weekly box --------------------------------------------------------------------------------------------------


def test_the_weekly_box_comes_first_and_names_frequency_day_tablets_and_milligrams() -> None:
    plan = care_plan_of("V05")

    box = plan.boxes[0]
    assert (box.drug, box.weekly_only) == ("methotrexate", True)
    assert [plain(line) for line in box.lead[:5]] == [
        "Take this medicine ONCE A WEEK.",
        "Your day is MONDAY.",
        "On MONDAY, take 10 (ten) tablets.",
        "Each tablet is 2.5 milligrams.",
        "That is 25 milligrams for the whole week.",
    ]
    assert plain(box.dose) == "Once a week, on Monday: 10 tablets of 2.5 milligrams, 25 milligrams in all"
    assert [cell.day for cell in box.week if cell.products] == ["Monday"]


def test_the_companion_has_a_box_of_its_own_on_the_other_six_days() -> None:
    plan = care_plan_of("V09")

    box = plan.boxes[1]
    assert box.drug == "folic_acid"
    assert "Monday, Tuesday, Wednesday, Thursday, Saturday and Sunday" in plain(" ".join(lines_of(box)))
    assert [cell.day for cell in box.week if not cell.products] == ["Friday"]


def test_no_instruction_of_another_drug_stands_in_the_weekly_box() -> None:
    plan = care_plan_of("V05")

    rows = {row for part in box_of(plan, "methotrexate").parts for row in part.rows}
    drugs = {row.key: row.drug for row in guideline().package.instructions}
    assert {drugs[row] for row in rows} == {"methotrexate"}


def test_the_next_dates_follow_the_day_of_printing() -> None:
    plan = care_plan_of("V05")

    early = patient_plan_context(plan, printed_on=date(2026, 11, 23))["boxes"][0]
    late = patient_plan_context(plan, printed_on=date(2026, 12, 2))["boxes"][0]

    assert early.ticks[:3] == ("November 23", "November 30", "December 7")
    assert late.ticks[0] == "December 7"
    assert len(early.ticks) == 13


def test_a_missed_dose_names_the_days_after() -> None:
    box = box_of(care_plan_of("V05"), "methotrexate")

    assert "If you forget on MONDAY, you may take it on Tuesday or Wednesday." in lines_of(box)


# --- the other boxes -------------------------------------------------------------------------------------------------


def test_whole_tablets_are_spread_over_named_days() -> None:
    box = care_plan_of("V01").boxes[0]

    words = [plain(line) for line in lines_of(box)]
    assert "On Monday, Thursday and Saturday, take 2 tablets." in words
    assert "On Tuesday, Wednesday, Friday and Sunday, take 1 tablet." in words
    assert [cell.products for cell in box.week].count("2 tablets") == 3


def test_the_same_number_on_all_days_leaves_the_other_line_out() -> None:
    decision = decision_of("E13-S1")
    draft, choices = settled(decision, usual_choices(decision))

    plan = build_care_plan(decision.compiled, decision, draft, choices, header_of(decision))

    assert not any("take 2 tablets" in plain(line) for line in lines_of(plan.boxes[0]))


def test_only_the_steps_down_before_the_next_visit_are_given_to_the_patient() -> None:
    plan = care_plan_of("V05")

    box = box_of(plan, "prednisone")
    assert [plain(step.amount) for step in box.steps_down] == [f"{n} milligrams" for n in (40, 30, 25, 20, 15)]
    assert box.steps_down[-1].on == plan.review_on
    assert box.steps_down_advice


def test_a_rising_dose_prints_its_first_two_steps_with_their_dates() -> None:
    words = plain(" ".join(lines_of(care_plan_of("V24").boxes[0])))

    assert (
        "Start on November 23, 2026 with 1 tablet in the morning and 1 tablet in the evening, 1,000 milligrams in all."
        in words
    )
    assert (
        "On December 7, 2026, change to 1 tablet in the morning and 2 tablets in the evening, 1,500 milligrams in all."
        in words
    )


def test_test_dates_are_filled_from_the_plan() -> None:
    words = plain(" ".join(lines_of(box_of(care_plan_of("V05"), "methotrexate"))))

    assert "Have a blood test by December 7, 2026 and by January 7, 2027." in words


def test_help_lines_of_all_drugs_are_merged_and_the_emergency_number_comes_first() -> None:
    part = next(part for part in care_plan_of("V05").parts if part.section == "get_help_now")

    assert len(part.lines) == len(set(part.lines))
    urgent = ["911" in line for line in part.lines]
    assert urgent == sorted(urgent, reverse=True)


def test_softer_advice_is_left_out_beside_stricter() -> None:
    decision = decision_of("V05")
    draft, choices = settled(decision, V05 | {"taking": {"hydroxychloroquine": "continue"}}, NOW)

    plan = build_care_plan(decision.compiled, decision, draft, choices, header_of(decision))

    rows = {row for box in plan.boxes for part in box.parts for row in part.rows}
    assert "PI-MTX-10" in rows
    assert "PI-HCQ-9" not in rows


@pytest.mark.parametrize(("value", "prints"), [("true", True), ("false", False), (None, True)])
def test_pregnancy_lines_print_unless_the_facts_say_otherwise(value: str | None, prints: bool) -> None:
    compiled, raw = guideline(), facts_of(guideline(), case_of("V01"))
    raw["facts"].pop("can_become_pregnant", None)
    raw["facts"].pop("pregnant", None)
    raw["facts"]["can_become_pregnant"] = {"status": "not_known"} if value is None else {"value": value == "true"}
    decision = decide(compiled, read_facts(raw, compiled))
    draft, choices = settled(decision, PLANS["V01"])

    plan = build_care_plan(compiled, decision, draft, choices, header_of(decision))

    rows = {row for box in plan.boxes for part in box.parts for row in part.rows}
    assert ("PI-HCQ-10" in rows) is prints
