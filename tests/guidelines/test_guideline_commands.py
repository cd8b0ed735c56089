"""The commands: the same answer from rows and from a file, sentences for bad input, nothing written on error."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from guidelines.facts_file import JsonRefused, read_json
from guidelines.models import Guideline, Version
from tests.factories_guidelines import ITCHING_ELBOW, draft, itching_elbow, published
from tests.owner import as_owner
from tests.pace import within_seconds

PROJECT = Path(__file__).resolve().parents[2]
SLUG = "itching-elbow"
FACTS = {
    "as_of": "2026-01-05",
    "facts": {"weight_kg": {"value": "62"}, "itch": {"value": "mild"}, "medications": {"value": ["soother"]}},
}


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(FACTS))
    return path


def run(*arguments: Any) -> str:
    out = StringIO()
    call_command(*(str(argument) for argument in arguments), stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_rows_and_file_decide_the_same(facts: Path) -> None:
    version = published()

    from_rows = run("decide", SLUG, facts)
    from_file = run("decide", SLUG, facts, "--file", ITCHING_ELBOW, "--version", version.number)

    assert from_rows == from_file == run("decide", SLUG, facts, "--version", version.number)
    assert json.loads(from_rows)["content_hash"] == version.content_hash
    assert run("decide", SLUG, facts, "--file", ITCHING_ELBOW) == from_rows


def test_deciding_by_a_file_needs_no_database(facts: Path, tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "manage.py", "decide", SLUG, facts, "--file", ITCHING_ELBOW],
        cwd=PROJECT,
        env={
            "PATH": os.defpath,
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
            "SECRET_KEY": "x" * 60,
            "DATA_FOLDER": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert answer.stderr == ""
    assert json.loads(answer.stdout)["guideline"] == SLUG


@pytest.mark.django_db
def test_without_a_current_version_the_drafts_are_listed(facts: Path) -> None:
    version = draft()

    with pytest.raises(CommandError, match=f"no current version.*\n  version 1, draft, {version.short_hash}"):
        run("decide", SLUG, facts)
    with pytest.raises(CommandError, match="no version 7"):
        run("decide", SLUG, facts, "--version", 7)
    with pytest.raises(CommandError, match=r"There is no guideline elbow\. Guidelines here: itching-elbow"):
        run("decide", "elbow", facts)
    assert json.loads(run("decide", SLUG, facts, "--version", 1))["version"] == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param('{"as_of": "2026-01-05", "as_of": "2026-01-05"}', "the key 'as_of' stands twice", id="same key"),
        pytest.param('{"as_of": 1.5}', "1.5: write numbers as texts", id="float"),
        pytest.param(
            '{"facts": {"weight_kg": {"value": 70}}}', "facts.weight_kg.value: 70: write numbers as texts", id="integer"
        ),
        pytest.param(
            '{"history": {"alt": [{"value": "5"}, {"value": 6}]}}', "history.alt[1].value: 6: write", id="in a list"
        ),
        pytest.param(
            '{"facts": {"nose": {"value": "1", "value": "2"}}}', "facts.nose: the key 'value'", id="same key, inside"
        ),
        pytest.param('{"as_of": NaN}', "NaN: write numbers as texts", id="NaN"),
        pytest.param('{"as_of": 1' + "0" * 9000 + "}", "write numbers as texts", id="nine thousand digits"),
        pytest.param("{", "line 1, column 2: this is not JSON", id="broken"),
        pytest.param(" \n", "the file is empty", id="empty"),
        pytest.param("[" * 100_000, "nested too deeply", id="deep"),
        pytest.param("[" * 30 + "]" * 30, "nested too deeply", id="deep, and closed"),
        pytest.param('{"facts": {"a\\u0000": {}}}', "remove the control character U+0000", id="NUL"),
        pytest.param('{"as_of": "\\ud800"}', "remove the control character U+D800", id="half a character"),
        pytest.param('{"as_of": "' + "a" * 1_000_001 + '"}', "more than 1000000 bytes", id="1 MB"),
        pytest.param("[]", "cannot be used", id="a list"),
        pytest.param('{"as_of": "2026-01-05", "facts": {"nose": {"value": "1"}}}', "nose", id="unknown fact"),
        pytest.param(
            '{"as_of": "2026-01-05", "facts": {"weight_kg": {"value": "62,5"}}}', "weight_kg", id="decimal comma"
        ),
        pytest.param(
            '{"as_of": "2026-01-05", "facts": {"itch": {"value": "unknown"}}}', "itch", id="unknown is not a value"
        ),
        pytest.param('{"as_of": "2026-01-05", "colour": "red"}', "colour", id="unknown field"),
        pytest.param(
            '{"as_of": "2026-01-05", "facts": {"weight_kg": {"value": "70", "unit": "' + "u" * 9000 + '"}}}',
            "is not a unit of",
            id="a very long unit",
        ),
    ],
)
def test_facts_that_cannot_be_read_are_refused_with_a_sentence(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "facts.json"
    path.write_text(text)

    with pytest.raises(CommandError) as caught:
        run("decide", SLUG, path, "--file", ITCHING_ELBOW)

    assert message in str(caught.value)
    assert len(str(caught.value)) < 2000


@pytest.mark.django_db
@pytest.mark.parametrize(
    "lacks", ["TABLE guidelines_version RENAME TO", "TABLE guidelines_version RENAME review_by TO"]
)
def test_a_database_without_our_tables_is_told_in_a_sentence(facts: Path, lacks: str) -> None:
    commands = (
        ("decide", SLUG, facts),
        ("lint_guideline", SLUG),
        ("export_guideline", SLUG),
        ("load_guideline", ITCHING_ELBOW),
    )
    for command in commands:
        with transaction.atomic():
            with as_owner(), connection.cursor() as cursor:
                cursor.execute(f"ALTER {lacks} elsewhere")
            with pytest.raises(CommandError, match=r"Run manage\.py migrate"):
                run(*command)
            transaction.set_rollback(True)


def test_a_key_that_stands_twice_among_very_many_is_found_at_once() -> None:
    keys = [f'"k{number}": "x"' for number in range(40_000)]
    raw = f"{{{', '.join([*keys, keys[-1]])}}}".encode()

    def read() -> None:
        with pytest.raises(JsonRefused, match="the key 'k39999' stands twice"):
            read_json(raw)

    within_seconds(1, read)


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["\udcff", "a" * 5000, "Elbow", ""], ids=["no UTF-8", "long", "capital", "empty"])
def test_what_is_no_name_of_a_guideline_is_refused_with_a_sentence(facts: Path, slug: str) -> None:
    for command in (("decide", slug, facts), ("lint_guideline", slug), ("export_guideline", slug)):
        with pytest.raises(CommandError, match="is not the name of a guideline") as caught:
            run(*command)
        assert len(str(caught.value).encode()) < 200


@pytest.mark.django_db
def test_a_file_is_not_said_to_be_a_version_it_is_not(facts: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(ITCHING_ELBOW.read_text().replace("title: Itching elbow", "title: Another"))
    draft()

    with pytest.raises(CommandError, match="is not version 7: its content is that of version 1"):
        run("decide", SLUG, facts, "--file", ITCHING_ELBOW, "--version", 7)
    with pytest.raises(CommandError, match="is not version 1: no version here has exactly its content"):
        run("decide", SLUG, facts, "--file", other, "--version", 1)
    assert json.loads(run("decide", SLUG, facts, "--file", other))["version"] is None


def test_facts_that_are_not_there_are_named() -> None:
    with pytest.raises(CommandError, match=r"nowhere\.json: cannot be read"):
        run("decide", SLUG, "nowhere.json", "--file", ITCHING_ELBOW)


def test_a_file_of_another_guideline_is_refused(facts: Path) -> None:
    with pytest.raises(CommandError, match="is the guideline itching-elbow, not knee"):
        run("decide", "knee", facts, "--file", ITCHING_ELBOW)


@pytest.mark.django_db
def test_lint_finds_the_same_in_rows_and_in_a_file() -> None:
    published()

    assert run("lint_guideline", ITCHING_ELBOW) == run("lint_guideline", SLUG)
    assert run("lint_guideline", SLUG).endswith("0 blocking, 14 warnings\n")


def test_lint_prints_its_findings_and_ends_with_one_when_any_blocks(tmp_path: Path) -> None:
    out = StringIO()
    path = tmp_path / "elbow.yaml"
    path.write_text(ITCHING_ELBOW.read_text().replace("      - reference: R2\n", "      - reference: R9\n"))

    with pytest.raises(SystemExit) as ended:
        call_command("lint_guideline", str(path), "--json", stdout=out)

    findings = json.loads(out.getvalue())
    assert ended.value.code == 1
    assert any("R9" in finding["message"] for finding in findings)
    assert all(set(finding) == {"code", "severity", "place", "message"} for finding in findings)


def test_lint_says_of_a_file_that_cannot_be_read_why_and_ends_with_one(tmp_path: Path) -> None:
    out, path = StringIO(), tmp_path / "elbow.yaml"
    path.write_text("a: *b")

    with pytest.raises(SystemExit) as ended:
        call_command("lint_guideline", str(path), stdout=out)

    assert ended.value.code == 1
    assert out.getvalue().startswith("blocking not_yaml a, line 1, column 4: an alias")


@pytest.mark.django_db
def test_loading_says_number_and_hash_and_is_repeatable() -> None:
    first = run("load_guideline", ITCHING_ELBOW)

    assert first == f"itching-elbow version 1 (draft)\n{itching_elbow().content_hash()}\n"
    assert run("load_guideline", ITCHING_ELBOW) == first
    assert Version.objects.count() == 1


@pytest.mark.django_db
def test_a_broken_file_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(ITCHING_ELBOW.read_text().replace("entry_step: E1", "entry_step: E9"))

    with pytest.raises(CommandError, match=r"nothing was written:\nentry_step, line \d+: there is no step 'E9'"):
        run("load_guideline", path)

    assert not Guideline.objects.exists()


@pytest.mark.django_db
def test_an_exported_version_loads_to_the_same_hash(tmp_path: Path) -> None:
    version = published()
    path = tmp_path / "exported.yaml"

    path.write_text(run("export_guideline", SLUG, "--format", "yaml"))

    assert run("load_guideline", path) == f"itching-elbow version 1 (approved)\n{version.content_hash}\n"
    assert Version.objects.count() == 1
