from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from patients.outputs.every_page import status_band
from patients.outputs.html import checked_text, patient_plan_context
from patients.outputs.paper_text import text_of
from patients.plan_parts import CarePlan, DayCell, PaperPart, PlanProduct
from patients.print_rules import PaperText, PrintRefused, check_plan
from tests.patients.plan_samples import care_plan_of

DAY = date(2026, 11, 23)


def refused_by(plan: CarePlan) -> set[str]:
    with pytest.raises(PrintRefused) as refusal:
        patient_plan_context(plan, printed_on=DAY)
    return {problem.rule for problem in refusal.value.problems}


def with_line(plan: CarePlan, drug: str, line: str, section: str = "avoid") -> CarePlan:
    """The plan with one more line in a drug's box."""
    boxes = tuple(
        replace(box, parts=(*box.parts, PaperPart(section, "Be careful with", (line,)))) if box.drug == drug else box
        for box in plan.boxes
    )
    return replace(plan, boxes=boxes)


def with_weekly_box(plan: CarePlan, **changes: Any) -> CarePlan:
    return replace(plan, boxes=tuple(replace(box, **changes) if box.weekly_only else box for box in plan.boxes))


def test_a_plan_without_faults_is_printed() -> None:
    plan = care_plan_of("V05")

    assert patient_plan_context(plan, printed_on=DAY)["plan"] == plan.on(DAY)


@pytest.mark.parametrize(
    "words",
    [
        "daily", "every day", "everyday", "each day", "per day", "a day", "once a day", "twice", "three times", "nightly",
        "every morning", "each evening", "every 12 hours", "as needed", "as directed", "never take it daily", "EVERY DAY",
        "every\N{NO-BREAK SPACE}day",
    ],
)  # fmt: skip
def test_the_weekly_box_never_says_any_other_frequency(words: str) -> None:
    plan = with_line(care_plan_of("V05"), "methotrexate", f"Take it {words}.")

    assert "NP-1" in refused_by(plan)


def test_the_same_words_may_stand_in_the_box_of_a_daily_drug() -> None:
    patient_plan_context(with_line(care_plan_of("V05"), "prednisone", "Take them every day."), printed_on=DAY)


@pytest.mark.parametrize(
    ("drug", "line", "rule"),
    [
        pytest.param("methotrexate", "Your day is Mon.", "NP-2", id="shortened weekday"),
        pytest.param("methotrexate", "Each tablet is 10 milligrams.", "NP-4", id="second strength"),
        pytest.param("methotrexate", "Take it in 3 doses, 12 hours apart.", "NP-4", id="split dose"),
        pytest.param("prednisone", "Take 1 or 2 tablets.", "NP-5", id="range"),
        pytest.param("prednisone", "Take 15 to 20 milligrams.", "NP-5", id="range of milligrams"),
        pytest.param("prednisone", "That is 10.0 milligrams.", "NP-6", id="trailing zero"),
        pytest.param("prednisone", "That is .5 milligrams.", "NP-6", id="no leading zero"),
        pytest.param("prednisone", "That is 10milligrams.", "NP-6", id="number and unit run together"),
        pytest.param("prednisone", "That is 1500 milligrams.", "NP-6", id="four digits without a comma"),
        pytest.param("prednisone", "Take 10 mg.", "NP-7", id="unit cut short"),
        pytest.param("prednisone", "Have a CBC.", "NP-7", id="abbreviation"),
        pytest.param("prednisone", "Take more when > 5.", "NP-7", id="sign"),
        pytest.param("prednisone", "Stop prednisone when you feel well.", "NP-8", id="stop of the steroid"),
        pytest.param("prednisone", "This works in all patients.", "NP-12", id="promise"),
        pytest.param("prednisone", "It is 100 % safe.", "NP-12", id="percentage"),
        pytest.param("prednisone", "Call {clinic}.", "NP-13", id="open placeholder"),
        pytest.param("prednisone", "Your diagnosis is M33.13.", "NP-14", id="diagnosis code"),
    ],
)
def test_each_rule_finds_what_it_is_about(drug: str, line: str, rule: str) -> None:
    assert rule in refused_by(with_line(care_plan_of("V05"), drug, line))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"lead": (), "dose": ""}, id="no lines"),
        pytest.param({"weekday": None}, id="no weekday"),
        pytest.param({"products": "9 tablets"}, id="another number"),
        pytest.param({"amount": "22.5 milligrams"}, id="another total"),
    ],
)
def test_frequency_weekday_tablets_and_milligrams_stand_in_the_box(changes: dict[str, Any]) -> None:
    assert "NP-2" in refused_by(with_weekly_box(care_plan_of("V05"), **changes))


def test_two_spaces_in_a_name_are_read_as_one() -> None:
    plan = care_plan_of("V05")
    [box] = [box for box in plan.boxes if box.weekly_only]
    apart = with_weekly_box(plan, **{
        name: box_text.replace(" ", "  ") if isinstance(box_text := getattr(box, name), str) else box_text
        for name in ("products", "amount")
    })  # fmt: skip

    assert apart.boxes != plan.boxes
    patient_plan_context(apart, printed_on=DAY)  # nothing is refused


def test_a_name_with_two_spaces_is_found_where_it_must_not_stand() -> None:
    plan = with_line(care_plan_of("V05"), "folic_acid", "Stop taking Folic  acid.")
    boxes = tuple(replace(box, name="Folic  acid") if box.drug == "folic_acid" else box for box in plan.boxes)

    assert "NP-9" in refused_by(replace(plan, boxes=boxes))


def test_a_weekly_drug_that_is_given_without_a_dose_is_refused() -> None:
    plan = with_weekly_box(care_plan_of("V05"), amount="", products="", weekday=None, week=(), lead=())

    assert "NP-2" in refused_by(plan)


@pytest.mark.parametrize("days", [(), ("Monday", "Thursday"), ("Tuesday",)])
def test_only_the_weekday_is_marked_in_the_week(days: tuple[str, ...]) -> None:
    week = tuple(DayCell(day, "10 tablets" if day in days else None) for day in ("Monday", "Tuesday", "Thursday"))

    assert "NP-3" in refused_by(with_weekly_box(care_plan_of("V05"), week=week))


def test_two_strengths_of_a_weekly_drug_are_refused() -> None:
    plan = care_plan_of("V05")
    two = (PlanProduct(2, "tablet", "10", "mg"), PlanProduct(2, "tablet", "2.5", "mg"))
    medications = tuple(replace(m, products=two) if m.weekly_only else m for m in plan.medications)

    assert "NP-4" in refused_by(replace(plan, medications=medications))


@pytest.mark.parametrize("line", ["Stop this medicine when you feel well.", "Stop taking hydroxychloroquine."])
def test_a_drug_that_goes_on_is_not_stopped_in_passing(line: str) -> None:
    plan = care_plan_of("V01")

    assert "NP-9" in refused_by(with_line(plan, "hydroxychloroquine", line))
    patient_plan_context(with_line(plan, "hydroxychloroquine", line, "call_same_day"), printed_on=DAY)


@pytest.mark.parametrize(
    ("line", "is_refused"),
    [
        ("Keep taking hydroxychloroquine once a week.", True),
        ("Take 2 tablets of hydroxychloroquine.", True),
        ("Choose one day for hydroxychloroquine.", True),
        ("Do not take hydroxychloroquine in its place.", False),
        ("Say: I take hydroxychloroquine.", False),
        ("Keep it in a different place from hydroxychloroquine.", False),
    ],
)
def test_a_drug_that_is_stopped_is_not_asked_for(line: str, is_refused: bool) -> None:
    plan = with_line(care_plan_of("V05"), "prednisone", line)

    if is_refused:
        assert refused_by(plan) == {"held"}
    else:
        patient_plan_context(plan, printed_on=DAY)


@pytest.mark.parametrize(
    ("changes", "is_refused"),
    [
        pytest.param({"policy": "prohibited"}, True, id="prohibited"),
        pytest.param(
            {"policy": "prohibited", "reason": "Advice", "text": "Asked."}, True, id="prohibited, though explained"
        ),
        pytest.param({"policy": "reason"}, True, id="without a reason"),
        pytest.param({"policy": "reason", "reason": "Advice"}, True, id="without words"),
        pytest.param({"policy": "reason", "reason": "Advice", "text": "Asked."}, False, id="overridden"),
    ],
)
def test_a_drug_with_an_open_stop_is_not_printed(changes: dict[str, str], is_refused: bool) -> None:
    plan = care_plan_of("V05")
    stop = replace(plan.alerts[0], severity="stop", drug="methotrexate", reason=None, text="")
    plan = replace(plan, alerts=(replace(stop, **changes),))

    if is_refused:
        assert refused_by(plan) == {"NP-10"}
    else:
        patient_plan_context(plan, printed_on=DAY)


def test_a_stop_that_forbids_any_plan_is_not_printed_beside_a_held_drug_either() -> None:
    plan = care_plan_of("V05")
    stop = replace(plan.alerts[0], severity="stop", drug="hydroxychloroquine", policy="no_plan")

    assert refused_by(replace(plan, alerts=(stop,))) == {"NP-10"}


def test_a_plan_needs_the_day_of_review() -> None:
    assert "NP-13" in refused_by(replace(care_plan_of("V05"), review_on=None))


def test_a_plan_needs_the_clinics_number() -> None:
    plan = care_plan_of("V05")
    header = replace(plan.header, clinic=replace(plan.header.clinic, phone=""))

    assert "NP-13" in refused_by(replace(plan, header=header))


def test_a_clinicians_alert_is_not_for_the_patient() -> None:
    plan = care_plan_of("V05")
    message = plan.alerts[0].message

    assert "NP-14" in refused_by(with_line(plan, "prednisone", message))


def test_the_line_of_every_medicine_must_be_in_the_text() -> None:
    plan = care_plan_of("V05")
    text = checked_text(plan, printed_on=DAY)
    shortened = PaperText(text.whole, {drug: box for drug, box in text.boxes.items() if drug != "prednisone"})

    with pytest.raises(PrintRefused, match="Prednisone is missing"):
        check_plan(plan, shortened)


def test_a_persons_name_is_nobodys_wording() -> None:
    plan = care_plan_of("V05")
    patient = replace(plan.header.patient, given_names="Safe", family_name="Cure")
    parts = tuple(
        replace(part, lines=tuple(line.replace(plan.header.patient.name, patient.name) for line in part.lines))
        for part in plan.parts
    )

    patient_plan_context(replace(plan, header=replace(plan.header, patient=patient), parts=parts), printed_on=DAY)


def test_demonstration_and_draft_are_said_and_approved_content_has_no_band() -> None:
    assert status_band(care_plan_of("V05")) == "Demonstration. Not approved for care."
    assert status_band(care_plan_of("V05", is_demonstration=False)) == ""
    assert status_band(care_plan_of("V05", is_demonstration=False, status="under_review")).startswith("DRAFT")


def test_text_is_read_as_a_reader_meets_it() -> None:
    text = text_of(
        "<h1>Plan</h1><p data-unchecked>ID 7<b>8</b></p><section data-box='a'><p>One <b>two</b>\n</p><ul><li>3&nbsp;x</li></ul></section><p>End</p>"
    )

    assert text.whole == "Plan\n¶\nOne two\n3\N{NO-BREAK SPACE}x\n¶\nEnd"
    assert text.boxes == {"a": "One two\n3\N{NO-BREAK SPACE}x"}
