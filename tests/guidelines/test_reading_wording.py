"""How the page of a guideline says it: in the reader's words, with nothing but what the guideline says."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from guidelines.engine import content
from guidelines.engine.compiled import compile_package
from guidelines.reading import AUDIENCES, Audience, read_version
from guidelines.reading.sources import KINDS
from guidelines.reading.wording import BASIS, CHANGES, IF_UNKNOWN, OVERRIDE, PER, ROLES, SEVERITY
from tests.factories_guidelines import itching_elbow
from tests.guidelines.read_pages import SHIPPED, body_of, compiled_file, shipped, small

everywhere = pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)


both = pytest.mark.parametrize("audience", AUDIENCES)


# --- how it is said --------------------------------------------------------------------------------------------------


def test_a_text_without_plain_wording_is_shown_to_a_patient_as_clinical() -> None:
    assert "The marker is high. Repeat it. Clinical wording" in small("patient").said("rule-CAL-W-MARK")
    assert "Not in pregnancy." in small("patient").said("rule-CAL-B-PREG")
    assert "Clinical wording" not in small("patient").said("rule-CAL-B-PREG").split("What speaks")[0]
    assert not any("Clinical wording" in text for text in small().texts.values())


def test_a_grade_is_said_in_words_and_its_absence_once_for_a_section() -> None:
    graded, ungraded = small().said("section-treatment"), small().said("section-background")

    assert "Strong recommendation" in graded and "Moderate certainty" in graded
    assert "Not graded by the source." not in graded
    assert ungraded.count("Not graded by the source.") == 1


def test_what_nobody_has_decided_yet_says_so() -> None:
    assert "Needs a clinician’s decision" in small().said("statement-ST-1")
    assert "Needs a clinician’s decision" not in small().said("statement-ST-2")


def test_a_weekly_medicine_says_so_wherever_it_is_named() -> None:
    for anchor in ("regimen-calmine", "rules-of-calmine", "tests-of-calmine", "step-E1"):
        assert "Weekly" in small().said(anchor)
    assert "One day in seven" in small().said("regimen-calmine")
    assert "day" not in small().said("regimen-calmine").replace("One day in seven", "").replace("weekday", "").replace(
        "On one day of the week", ""
    ), "a weekly medicine has no amount per day"


def test_a_regimen_says_its_dose_with_every_limit() -> None:
    text = small().said("regimen-calmine")

    for part in (
        "0.1 to 0.2 mg/kg a week", "0.15 mg/kg a week", "At most 15 mg a week", "at most 25 mg a week", "half for the light",
        "2.5 mg a week more, every 2 to 4 weeks. Before each step: an itch panel seen", "Tablet of 2.5 mg", "To the nearest 2.5 mg",
    ):  # fmt: skip
        assert part in text
    assert "It is harmless." in small().said("regimen-soothine")


def test_what_a_regimen_says_only_in_clinical_wording_is_folded_for_a_patient() -> None:
    package = compile_package(itching_elbow())

    folded = [
        part.split("</details>")[0] for part in body_of(package, "patient").split("How your doctor works out")[1:]
    ]

    assert len(folded) == len(package.regimens)
    assert all("Clinical wording" in part and "Maximum" in part for part in folded)
    assert "How your doctor works out" not in body_of(package, "clinician")


def test_a_taper_is_a_table_of_steps() -> None:
    text = small().said("regimen-soothine")

    assert "After 4 weeks, after 2 weeks at the earliest." in text
    assert "Above 200 mg100 mg200 mg1 week2 weeks" in text
    assert "Never stop at once." in text


def test_a_step_leads_to_the_next_with_the_condition_beside_it() -> None:
    text = small().said("step-E1")

    assert "it still itches" in text and "Step 2 Referral" in text
    assert "Not known: stay." in text
    assert "the marker is dangerous" in small().said("pathway")


@everywhere
@both
def test_a_step_is_called_by_its_number_and_never_by_its_key(path: Path, audience: Audience) -> None:
    read, package = shipped(path, audience), compiled_file(path).package

    for number, step in enumerate(package.steps, start=1):
        assert read.said(f"step-{step.key}").startswith(f"Step {number} ")
        assert not re.search(rf"\b{step.key}\b", read.said("pathway")), step.key


@everywhere
def test_a_patient_reads_no_key_of_a_rule_a_test_a_statement_or_a_step(path: Path) -> None:
    package = compiled_file(path).package
    page = body_of(compiled_file(path), "patient")
    read = {word.strip(".,:;()") for word in re.sub(r"<[^>]+>", " ", page).split()}

    keys = {entry.key for entry in (*package.safety_rules, *package.monitoring, *package.statements, *package.steps)}

    assert keys and not keys & read
    assert "Not known: ask first" not in page


def test_the_marks_in_the_text_are_explained_to_either_reader() -> None:
    for audience in AUDIENCES:
        page = body_of(compile_package(itching_elbow()), audience)

        assert page.index("A small number opens the source.") < page.index("statement__text")


def test_the_ladder_climbs_from_a_step_to_the_one_that_follows_it() -> None:
    steps = read_version(compile_package(itching_elbow()))["pathway"]["steps"]

    assert [(step.key, step.level, step.climbs) for step in steps] == [("E1", 0, False), ("E2", 1, True)]
    assert steps[0].in_short == "Begin here. Review after 12 weeks. Leads to step 2"


def test_tests_say_when_and_how_often() -> None:
    text = small().said("monitoring-MON-CAL-1")

    assert "After 30 days to 45 days, then every 30 days, 3 times (calmine only)" in text
    assert "begins anew after a change of dose" in text
    assert "Blood test for itching" in small("patient").said("monitoring-MON-CAL-1")


def test_the_title_and_number_of_a_section_follow_the_order_of_the_page() -> None:
    contents = [
        (part.number, part.title) for part in read_version(compile_package(itching_elbow()), "patient")["contents"]
    ]

    assert contents[:3] == [(1, "What helps"), (2, "The steps of treatment"), (3, "Background")]
    assert contents[-1][1] == "Where this comes from"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param(content.SafetyRule.model_fields["override"].annotation, OVERRIDE, id="override"),
        pytest.param(content.Severity, SEVERITY, id="severity"),
        pytest.param(content.Severity, IF_UNKNOWN, id="what not knowing counts as"),
        pytest.param(content.Reference.model_fields["kind"].annotation, KINDS, id="kind of source"),
        pytest.param(content.DrugChange.model_fields["change"].annotation, CHANGES, id="change of a drug"),
        pytest.param(content.OptionRegimen.model_fields["role"].annotation, ROLES, id="role in a treatment"),
        pytest.param(content.Cap.model_fields["per"].annotation, PER, id="period"),
        pytest.param(content.Regimen.model_fields["basis"].annotation, BASIS, id="basis of a dose"),
    ],
)
def test_there_is_a_word_for_everything_content_can_say(values: Any, said: dict[str, Any]) -> None:
    assert set(get_args(values)) == set(said)
