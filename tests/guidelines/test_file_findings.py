"""Findings on a file that cannot be read, or that cannot run: each with a code, its place and its line."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from guidelines.engine.lint import CODES
from guidelines.file_findings import findings_of_file
from tests.factories_guidelines import ITCHING_ELBOW

TEXT = ITCHING_ELBOW.read_text()


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("title: Itching elbow", "title: *itching", "not_yaml", "title, line 2, column 8"),
        ("title: Itching elbow", "title: Itching elbow\ntitle: Twice", "not_yaml", "elbow.yaml, line 3, column 1"),
        ("condition: Itching elbow #", "conditon: Itching elbow #", "missing_field", "condition"),
        ("condition: Itching elbow #", "conditon: Itching elbow #", "unknown_field", "conditon, line "),
        ("ages: adults", "ages: grown-up", "bad_value", "ages, line "),
        ("tests:\n", "tests: none\nothers:\n", "bad_shape", "tests"),
        ("entry_step: E1", "entry_step: E1\nuse: {facts: [no_such_fact]}", "unknown_in_library", "use.facts[0]"),
        ("    group: body", "    group: soul", "unknown_key", "facts.weight_kg.group"),
        ("when: pregnant\n", "when: expecting\n", "unknown_fact", "safety_rules.CAL-B-PREG, line "),
        ("min: 0.1\n", "min: 0.3\n", "bad_value", "regimens.calmine"),
    ],
)
def test_a_file_that_is_no_guideline_is_told_why(tmp_path: Path, old: str, new: str, code: str, place: str) -> None:
    path = tmp_path / "elbow.yaml"
    path.write_text(TEXT.replace(old, new, 1))

    found = [(finding.code, finding.place) for finding in findings_of_file(path) if finding.severity == "blocking"]

    assert any(found_code == code and found_place.startswith(place) for found_code, found_place in found)


def test_a_line_is_the_line_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "elbow.yaml"
    path.write_text(TEXT.replace("    group: body", "    group: soul", 1))

    (finding,) = [finding for finding in findings_of_file(path) if finding.code == "unknown_key"]

    assert finding.place == f"facts.weight_kg.group, line {line_of(path.read_text(), 'group: soul')}"


def test_what_cannot_run_is_told_with_all_that_is_wrong_beside(tmp_path: Path) -> None:
    path = tmp_path / "elbow.yaml"
    path.write_text(TEXT.replace("when: pregnant\n", "when: expecting\n").replace("review_by: 2030-01-31\n", ""))

    codes = {finding.code for finding in findings_of_file(path)}

    assert {"unknown_fact", "review_date_missing"} <= codes


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: folder / "missing.yaml",
        lambda folder: written(folder, b"a: *b"),
        lambda folder: written(folder, b""),
        lambda folder: written(folder, b"\xff\xfe\x00"),
        lambda folder: written(folder, b"- 1\n- 2\n"),
        lambda folder: written(folder, b"slug: x\n"),
        lambda folder: written(folder, TEXT.replace("when: pregnant\n", "when: expecting\n").encode()),
        lambda folder: folder,
    ],
    ids=["missing", "alias", "empty", "no UTF-8", "a list", "one field", "cannot run", "a folder"],
)
def test_json_is_json_whatever_the_file_is(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    out, path = StringIO(), make(tmp_path)
    name = str(path) if path.suffix else f"{path}/folder.yaml"

    with pytest.raises(SystemExit) as ended:
        call_command("lint_guideline", name, "--json", stdout=out)

    findings = json.loads(out.getvalue())
    assert ended.value.code == 1
    assert findings
    assert all(set(finding) == {"code", "severity", "place", "message"} for finding in findings)
    assert {finding["code"] for finding in findings} <= CODES.keys()
    assert any(finding["severity"] == "blocking" for finding in findings)


@pytest.mark.django_db
def test_json_is_json_where_there_is_no_such_guideline() -> None:
    out = StringIO()

    with pytest.raises(SystemExit):
        call_command("lint_guideline", "no-such-guideline", "--json", stdout=out)

    (finding,) = json.loads(out.getvalue())
    assert (finding["code"], finding["severity"]) == ("unreadable", "blocking")


def written(folder: Path, raw: bytes) -> Path:
    path = folder / "file.yaml"
    path.write_bytes(raw)
    return path
