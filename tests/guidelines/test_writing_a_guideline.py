"""docs/writing-a-guideline.md stays true: the guideline on it loads, has no fault that blocks, and does what it says."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from guidelines.engine.cases import facts_of, run_case
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.functions import HISTORY
from guidelines.engine.operators import SINCE
from guidelines.findings import all_findings
from guidelines.guideline_file import read_guideline

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "writing-a-guideline.md").read_text()
FILE = "\n".join(re.findall(r"^```yaml\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL))
OTHER_WORDS = {
    "amount_taken",
    "is_unknown",
    "met",
    "sqrt",
    "power",
    "min",
    "max",
    "nearest",
    "starting",
    "current_step",
}


@cache
def example() -> CompiledPackage:
    return read_guideline(FILE)


def test_the_example_loads_and_nothing_of_it_blocks() -> None:
    found = all_findings(example().package)

    assert [str(finding) for finding in found if finding.severity == "blocking"] == []
    assert {finding.code for finding in found} <= {"needs_clinician"}


@pytest.mark.parametrize("key", [f"C0{number}" for number in range(1, 7)])
def test_its_patients_come_out_as_the_page_says(key: str) -> None:
    (case,) = [case for case in example().package.cases if case.key == key]

    assert run_case(example(), case) == []


def test_its_patients_are_those_that_are_tried() -> None:
    assert [case.key for case in example().package.cases] == [f"C0{number}" for number in range(1, 7)]


@pytest.mark.django_db
def test_the_command_of_the_page_decides_with_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, facts = tmp_path / "ringing-ears.yaml", tmp_path / "FACTS.json"
    file.write_text(FILE)
    healthy = next(case for case in example().package.cases if case.key == "C03")
    facts.write_text(json.dumps(facts_of(example(), healthy)))

    call_command("decide", example().package.slug, str(facts), "--file", str(file))

    decision: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (decision["guideline"], decision["outcome"], decision["step"]) == ("ringing-ears", "propose", "E1")


def test_the_page_names_every_word_of_the_rule_language() -> None:
    table = DOCUMENT.partition("### The rule language")[2].partition("## The tests")[0]

    named = set(re.findall(r"`(\w+)", table))

    assert {*HISTORY, *SINCE, *OTHER_WORDS} - named == set()


def test_nobody_can_take_the_example_for_medicine() -> None:
    assert "not approved for care" in DOCUMENT
    assert "must not be used for care" in example().package.disclaimer.replace("\n", " ")
    assert all("There is no such" in (reference.note or "") for reference in example().package.references)
