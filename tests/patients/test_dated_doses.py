"""A dose that changes on set days: the paper names the one that is in force on the day it is printed, and no other
without its date."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from guidelines.engine.cases import facts_of
from guidelines.engine.decision import decide
from guidelines.engine.planned import Weekday
from guidelines.engine.reading import read_facts
from patients.care_plan import CarePlan, build_care_plan
from patients.drafting import CurrentDrug
from patients.outputs.html import checked_text, patient_plan_context
from patients.outputs.summary import clinician_summary_context
from tests.patients.plan_samples import (
    NOW,
    V05,
    V24,
    care_plan_of,
    case_of,
    decision_of,
    guideline,
    header_of,
    settled,
    usual_choices,
)

TABLE = re.compile(r"^(January|February|March|November|December)\s.*\n.*\n.*milligrams?$", re.M)


def box_text(plan: CarePlan, drug: str, day: date) -> str:
    return checked_text(plan, printed_on=day).boxes[drug].replace("\N{NO-BREAK SPACE}", " ")


def plan_of(key: str, now: dict[str, CurrentDrug] | None = None, **choices: object) -> CarePlan:
    decision = decision_of(key)
    draft, made = settled(decision, usual_choices(decision) | choices, now or NOW)
    return build_care_plan(decision.compiled, decision, draft, made, header_of(decision))


@pytest.mark.parametrize(
    ("day", "when", "milligrams"),
    [
        (date(2026, 11, 23), "From November 23, 2026 until January 3, 2027", "40"),
        (date(2027, 1, 3), "From November 23, 2026 until January 3, 2027", "40"),
        (date(2027, 1, 4), "From January 4, 2027 until January 17, 2027", "30"),
        (date(2027, 2, 10), "From February 1, 2027 until February 14, 2027", "20"),
        (date(2027, 2, 15), "From February 15, 2027", "15"),
    ],
)
def test_a_tapered_drug_is_printed_with_the_dose_of_the_day(day: date, when: str, milligrams: str) -> None:
    text = box_text(care_plan_of("V05"), "prednisone", day)

    assert when in text.split("\n")
    undated = TABLE.sub("", text)
    assert set(re.findall(r"([\d.,]+) milligrams in all", undated)) == {milligrams}


def test_the_table_begins_with_the_dose_of_the_day() -> None:
    plan = care_plan_of("V05")

    boxes = {page.box.drug: page.box for page in patient_plan_context(plan, printed_on=date(2027, 1, 20))["boxes"]}

    steps = boxes["prednisone"].steps_down
    assert [step.on for step in steps] == [date(2027, 1, 18), date(2027, 2, 1), date(2027, 2, 15)]


@pytest.mark.parametrize("weeks", [0, 4])
def test_a_weekly_drug_on_its_way_down_names_one_number_of_tablets(weeks: int) -> None:
    plan = plan_of("S6_TAPER-STAYS", review_on="2027-01-20")
    first = next(box for box in plan.boxes if box.drug == "methotrexate")
    assert first.from_on is not None

    text = box_text(plan, "methotrexate", first.from_on + timedelta(weeks=weeks))

    tablets = 6 if weeks == 0 else 5
    amount = "15" if weeks == 0 else "12.5"
    assert set(re.findall(r"take (\d+) \(", text)) == {str(tablets)}
    assert f"That is {amount} milligrams for the whole week." in text


def test_a_drug_lowered_to_nothing_names_no_dose_any_more() -> None:
    compiled, raw = guideline(), facts_of(guideline(), case_of("S6-STAYS"))
    raw["facts"] |= {"on_prednisone": {"value": True}, "prednisone_mg_day": {"value": "1", "unit": "mg/d"}}
    decision = decide(compiled, read_facts(raw, compiled))
    choices = usual_choices(decision)
    choices["amounts"] |= {"prednisone_continued": "1"}
    draft, made = settled(decision, choices, NOW)
    plan = build_care_plan(compiled, decision, draft, made, header_of(decision))
    last = [box for box in plan.boxes if box.drug == "prednisone"][-1]
    assert last.from_on is not None

    text = box_text(plan, "prednisone", last.from_on)

    assert "None. You have come to the end of the steps." in text
    assert "milligram" not in text


@pytest.mark.parametrize(
    ("day", "dose", "others"),
    [
        (date(2026, 11, 23), "1 tablet in the morning and 1 tablet in the evening", ["On December 7, 2026, change to"]),
        (date(2026, 12, 7), "1 tablet in the morning and 2 tablets in the evening", []),
    ],
)
def test_a_rising_drug_is_printed_with_the_dose_of_the_day(day: date, dose: str, others: list[str]) -> None:
    text = box_text(care_plan_of("V24"), "mycophenolate_mofetil", day)

    assert f"Take {dose}." in text
    named = [line for line in text.split("\n") if "in the evening" in line and dose not in line]
    assert [line.startswith(other) for line, other in zip(named, others, strict=True)] == [True] * len(others)


def test_a_step_up_after_the_next_visit_is_not_the_patients() -> None:
    decision = decision_of("V24")
    draft, made = settled(decision, V24 | {"review_on": "2026-12-01"})
    plan = build_care_plan(decision.compiled, decision, draft, made, header_of(decision))

    assert "change to" not in box_text(plan, "mycophenolate_mofetil", date(2026, 11, 23))


def test_every_dose_is_checked_before_it_is_signed() -> None:
    plan = care_plan_of("V05")

    assert plan.days_of_change() == [
        date(2026, 11, 23), date(2027, 1, 4), date(2027, 1, 18), date(2027, 2, 1), date(2027, 2, 15),
    ]  # fmt: skip


def test_a_plan_stored_before_doses_were_dated_is_read_as_it_is() -> None:
    raw = care_plan_of("V01").as_json()
    for box in raw["boxes"]:
        del box["from_on"], box["until_on"]

    plan = CarePlan.from_json(raw)

    assert plan.on(date(2027, 1, 1)) == plan


# --- what only a visit decides ---------------------------------------------------------------------------------------


def test_the_summary_says_of_a_dose_that_only_a_visit_raises_that_it_may_be_raised() -> None:
    raw = V05 | {
        "option": "S2-methotrexate-gentle",
        "amounts": {"methotrexate_gentle": "15", "prednisone": "40", "folic_acid": "1"},
    }
    decision = decision_of("V05")
    draft, made = settled(decision, raw, {"methotrexate": CurrentDrug(None, Weekday.MONDAY)})
    plan = build_care_plan(decision.compiled, decision, draft, made, header_of(decision))

    steps = {
        medicine.drug: steps.replace("\N{NO-BREAK SPACE}", " ")
        for medicine, steps in clinician_summary_context(plan, printed_on=plan.header.signed_on)["medicines"]
    }

    assert steps["methotrexate"] == (
        "May be raised at a visit: 20 mg per week not before 7 Dec 2026, 25 mg per week not before 21 Dec 2026"
    )
    assert "from 7 Dec" not in " ".join(steps.values())
    assert len([box for box in plan.boxes if box.drug == "methotrexate"]) == 1


def test_the_summary_tells_the_steps_on_the_patients_paper_from_those_a_visit_decides() -> None:
    plan = care_plan_of("V24")

    (_, steps), *_ = clinician_summary_context(plan, printed_on=plan.header.signed_on)["medicines"]

    up, visit = steps.replace("\N{NO-BREAK SPACE}", " ").split("; ")
    assert up == "Goes up: 1,000 mg per day from 23 Nov 2026, 1,500 mg per day from 7 Dec 2026"
    assert visit.startswith("May be raised at a visit: 2,000 mg per day not before 21 Dec 2026")


def test_no_box_is_left_out_by_the_day() -> None:
    plan = care_plan_of("V05")
    drugs = {box.drug for box in plan.boxes}

    for day in (date(2026, 1, 1), *plan.days_of_change(), date(2030, 1, 1)):
        read = plan.on(day)
        assert [box.drug for box in read.boxes] == list(dict.fromkeys(box.drug for box in plan.boxes))
        assert {box.drug for box in read.boxes} == drugs
        assert replace(read, boxes=plan.boxes, medications=plan.medications) == plan
