"""Tests of a drug are counted from its first dose, whichever step it goes on under; a step that begins anew, from that day."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from pydantic import ValidationError

from guidelines.engine.cases import facts_of
from guidelines.engine.content import MonitoringItem
from guidelines.guideline_file import read_guideline_file
from guidelines.library import CONTENT_FOLDER
from guidelines.models import Version
from patients.drafting import begins_anew
from patients.first_doses import days_of, first_doses
from patients.models import Plan
from patients.rederiving import rederive
from patients.taken_now import worked_out_again
from tests.factories_guidelines import published
from tests.patients.course_samples import Course, given
from tests.patients.course_transitions import BAD, NO_STEROID, STARTS, THROUGH

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("shipped guideline")]
FIRST = date(2021, 1, 4)
LABORATORY = {
    "alt": "24", "ast": "22", "wbc": "5.8", "anc": "3.5", "platelets": "240", "creatinine_mg_dl": "0.9", "egfr": "88",
}  # fmt: skip
HYDROXYCHLOROQUINE = {"option": "S1-hydroxychloroquine", "amounts": {"hydroxychloroquine": "2400"}}


def opens(plan: Plan, item: str) -> list[str]:
    return [test["opens"] for test in plan.care_plan["tests"] if test["item"] == item]


def comes_out_the_same(plan: Plan) -> bool:
    return rederive(Plan.objects.select_related("version", "replaces").get(pk=plan.pk)).is_same


def test_a_drug_that_goes_on_under_another_step_is_examined_by_its_first_dose(shipped: tuple[Version, User]) -> None:
    course, through = Course(*shipped, first_day=FIRST), THROUGH["S1-inadequate"]
    first = course.visit(0, choices=HYDROXYCHLOROQUINE, response="inadequate")
    course.results(4 * 365, **LABORATORY)

    plan = course.visit(4 * 365, choices=through.choices, weight_kg="70", **through.answers)

    assert (plan.step, plan.started_on) == ("S2", date(2025, 1, 3))
    assert given(plan)["hydroxychloroquine"][0] == "continue"
    assert opens(first, "MON-HCQ-2") == opens(plan, "MON-HCQ-2") == ["2026-01-04"]
    assert opens(plan, "MON-HCQ-4") == ["2026-01-03"], "in years of the drug; this year's came with the visit"
    assert "each year from January 4, 2026" in str(plan.care_plan["boxes"]).replace("\\xa0", " ")
    baseline = plan.monitoring_tasks.get(item_key="MON-HCQ-1")
    assert baseline.overdue_after_on == date(2022, 1, 4), "what was never done is not put off"
    assert opens(plan, "MON-PRED-1") == ["2025-01-17", "2025-04-03"], "what starts is counted from today"
    assert opens(plan, "MON-REVIEW") == ["2025-03-28"], "what is about no drug is counted from the step"
    assert comes_out_the_same(plan)


def test_maintenance_keeps_the_skin_check_and_loses_and_doubles_nothing(shipped: tuple[Version, User]) -> None:
    course, through = Course(*shipped, first_day=FIRST), THROUGH["S3-responding"]
    course.visit(0, step="S2", choices=STARTS["S2"].choices, **STARTS["S2"].answers)
    course.results(90, **LABORATORY)
    started = course.visit(90, choices=THROUGH["S2-inadequate"].choices, **BAD)
    course.results(180, **LABORATORY)

    plan = course.visit(180, choices=through.choices, **through.answers)

    assert (started.step, plan.step) == ("S3", "S7")
    assert opens(started, "MON-MMF-SKIN") == opens(plan, "MON-MMF-SKIN") == ["2022-04-04"]
    later = [day for day in opens(started, "MON-MMF-LFT") if day > "2021-07-03"]  # that day's came with the visit
    assert opens(plan, "MON-MMF-LFT") == later
    assert opens(plan, "MON-MMF-3-MAINT") == ["2021-08-02"]
    assert opens(plan, "MON-MMF-4-MAINT") == ["2021-09-25"]
    assert opens(plan, "MON-PRED-1") == ["2021-07-03"], "prednisone has gone on since the first visit"
    assert comes_out_the_same(plan)


def test_a_drug_that_was_stopped_counts_from_when_it_starts_again(shipped: tuple[Version, User]) -> None:
    course, ended = Course(*shipped, first_day=FIRST), THROUGH["S7_WITHDRAW-complete"]
    again, better = THROUGH["S8-worse-mycophenolate"], THROUGH["S3-responding"]
    course.visit(0, step="S7_WITHDRAW", choices=STARTS["S7_WITHDRAW"].choices, **STARTS["S7_WITHDRAW"].answers)
    course.results(180, **LABORATORY)
    stopped = course.visit(180, **ended.answers)
    course.results(270, **LABORATORY)
    course.visit(270, choices=again.choices, **again.answers)
    course.results(360, **LABORATORY)

    plan = course.visit(360, choices=better.choices, **better.answers, **NO_STEROID)

    assert first_doses(stopped) == {}
    assert days_of(first_doses(plan)) == {"mycophenolate_mofetil": course.day(270)}
    assert (plan.step, opens(plan, "MON-MMF-SKIN")) == ("S7", ["2022-10-01"])


def test_an_item_that_counts_from_a_first_dose_names_the_drug() -> None:
    raw: dict[str, Any] = {
        "key": "MON-1", "tests": ["eyes"], "phase": "Each year", "anchor": "drug_start", "why": "Eyes.", "required": True,
        "windows": [{"after": "1 a"}],
    }  # fmt: skip

    with pytest.raises(ValidationError, match="needs the drug whose first dose"):
        MonitoringItem.model_validate(raw)


# --- a step that begins anew ----------------------------------------------------------------------------------------

DOXYCYCLINE = {"option": "B2-doxycycline"}
PREDNISONE = {"option": "B2-prednisone", "amounts": {"prednisone": "35"}}
GOES_ON = {"option": "B2-prednisone", "amounts": {"prednisone_continued": "35"}}
NOT_ENOUGH = {"response": "inadequate"}


@pytest.fixture
def blisters() -> Course:
    """Of the guideline in which one drug follows another on the same step."""
    package = read_guideline_file(CONTENT_FOLDER / "bullous-pemphigoid.yaml").package
    return Course(published(package), User.objects.get(username="demo-physician"), first_day=FIRST)


def seen(course: Course, day: int, choices: dict[str, Any], *, step: str = "", **answers: Any) -> Plan:
    case = next(case for case in course.compiled.package.cases if case.key == "B04")
    told = facts_of(course.compiled, case)["facts"]
    usual = {
        key: raw
        for key, raw in told.items()
        if key not in ("age_years", "sex", "weeks_on_step") and raw.get("value") is not None
    }
    return course.visit(day, step=step, choices=choices, **usual | answers)


def test_a_step_on_which_another_drug_starts_begins_anew(blisters: Course) -> None:
    seen(blisters, 0, DOXYCYCLINE, step="B1_topical")

    plan = seen(blisters, 35, PREDNISONE, on_doxycycline=True, **NOT_ENOUGH)

    assert (plan.step, plan.started_on) == ("B2_oral", blisters.day(35))
    assert {drug: change for drug, (change, _) in given(plan).items()} == {"prednisone": "start", "doxycycline": "stop"}
    for item, days in {
        "MON-BASE-PRED": [0],
        "MON-PRED-1": [14, 90],
        "MON-PRED-2": [0],
        "MON-REVIEW-ORAL": [15],
    }.items():
        assert opens(plan, item) == [blisters.day(35 + after).isoformat() for after in days], item
    assert comes_out_the_same(plan)

    two_weeks = seen(blisters, 49, GOES_ON, on_prednisone=True, prednisone_mg_day="35", **NOT_ENOUGH)
    assert (two_weeks.step, two_weeks.started_on) == ("B2_oral", blisters.day(35)), (
        "prednisone is judged after 4 weeks of it"
    )
    assert opens(two_weeks, "MON-PRED-1") == opens(plan, "MON-PRED-1")


def test_a_drug_that_goes_on_does_not_begin_its_step_anew(blisters: Course) -> None:
    first = seen(blisters, 0, PREDNISONE, step="B1_topical")

    plan = seen(blisters, 14, GOES_ON, on_prednisone=True, prednisone_mg_day="35", **NOT_ENOUGH)

    assert first.started_on == plan.started_on == blisters.day(0)


def test_a_drug_that_is_given_again_after_a_hold_does_not_begin_its_step_anew(blisters: Course) -> None:
    seen(blisters, 0, DOXYCYCLINE, step="B1_topical")
    worked_out = worked_out_again(seen(blisters, 35, PREDNISONE, on_doxycycline=True, **NOT_ENOUGH))
    lines = worked_out.draft.medications
    again = [replace(line, is_again=line.change == "start") for line in lines]

    assert begins_anew(worked_out.decision, "B2_oral", lines)
    assert not begins_anew(worked_out.decision, "B2_oral", again)
