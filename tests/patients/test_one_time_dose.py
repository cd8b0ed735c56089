"""A single dose, as a test dose is: the paper names one time and one day, and promises no next dose."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from guidelines.engine.cases import facts_of
from guidelines.engine.content import Regimen
from guidelines.engine.decision import decide
from guidelines.engine.reading import read_facts
from patients.care_plan import build_care_plan
from patients.outputs.html import checked_text, patient_plan_context
from patients.plan_parts import CarePlan
from patients.print_rules import PaperText, PrintRefused
from tests.engine.patients import all_shipped
from tests.patients.plan_samples import NOW, header_of, settled, usual_choices

PSORIASIS = next(shipped for shipped in all_shipped() if shipped.package.slug == "plaque-psoriasis")
WEEKLY_ONLY = ("ONCE A WEEK", "Your next 3 doses", "If you forget", "same week to catch up", "for the whole week")


def plan_of(key: str) -> CarePlan:
    case = next(case for case in PSORIASIS.package.cases if case.key == key)
    decision = decide(PSORIASIS, read_facts(facts_of(PSORIASIS, case), PSORIASIS))
    draft, choices = settled(decision, usual_choices(decision), NOW if decision.facts.step else {})
    assert not draft.problems
    return build_care_plan(decision.compiled, decision, draft, choices, header_of(decision))


def paper(plan: CarePlan) -> PaperText:
    text = checked_text(plan, printed_on=plan.header.signed_on)
    boxes = {drug: box.replace("\N{NO-BREAK SPACE}", " ") for drug, box in text.boxes.items()}
    return PaperText(text.whole.replace("\N{NO-BREAK SPACE}", " "), boxes)


@pytest.mark.parametrize("key", ["B02", "B03"])
def test_the_box_of_a_test_dose_says_one_time_and_nothing_of_a_week(key: str) -> None:
    plan = plan_of(key)
    box = paper(plan).boxes["methotrexate"]

    assert "ONE TIME ONLY" in box
    assert plan.boxes[0].lead[0] == "This is a test dose. Take it ONE TIME ONLY."
    assert "5 to 7 days after the test dose" in box
    assert [words for words in (*WEEKLY_ONLY, "once a week", "Once a week") if words in box] == []
    (page,) = [
        page for page in patient_plan_context(plan, printed_on=plan.header.signed_on)["boxes"] if page.box.one_time
    ]
    assert len(page.ticks) == 1


def test_no_head_or_list_of_changes_calls_a_test_dose_weekly() -> None:
    text = paper(plan_of("B03")).whole

    assert "ONCE A WEEK" not in text
    assert "One time only on" in text


def test_after_its_day_a_test_dose_has_no_day_any_more() -> None:
    plan = plan_of("B03")
    late = patient_plan_context(plan, printed_on=plan.header.signed_on.replace(day=plan.header.signed_on.day + 7))

    assert [page.ticks for page in late["boxes"] if page.box.one_time] == [()]


@pytest.mark.parametrize("key", ["B01", "C02", "C03"])
def test_the_weekly_plan_after_it_has_every_line_of_a_weekly_dose(key: str) -> None:
    plan = plan_of(key)
    box, rows = (
        paper(plan).boxes["methotrexate"],
        {row for one in plan.boxes for part in one.parts for row in part.rows},
    )

    assert [words for words in WEEKLY_ONLY if words not in box] == []
    assert rows >= {"PI-MTX-2", "PI-MTX-7", "PI-MTX-13", "PI-PSO-3"}
    assert "test dose" not in box
    assert "ONE TIME ONLY" not in box


def test_a_single_dose_that_is_said_to_be_weekly_is_not_printed() -> None:
    plan = plan_of("B03")
    boxes = tuple(replace(box, lead=(*box.lead, "Take it once a week.")) for box in plan.boxes)

    with pytest.raises(PrintRefused, match="taken one time only"):
        patient_plan_context(replace(plan, boxes=boxes), printed_on=plan.header.signed_on)


def test_a_single_dose_is_not_raised() -> None:
    raised = next(r for r in PSORIASIS.package.regimens if r.titration)

    with pytest.raises(ValidationError, match="neither raised nor lowered"):
        Regimen.model_validate({**dict(raised), "one_time": True})


def test_a_regimen_that_is_not_for_one_time_is_written_as_before() -> None:
    written = {regimen.key: regimen.canonical() for regimen in PSORIASIS.package.regimens}

    assert [key for key, fields in written.items() if "one_time" in fields] == ["methotrexate_test"]
