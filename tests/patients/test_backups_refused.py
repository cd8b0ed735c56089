"""What is no backup, or would lose patients, is not restored, and changes nothing."""

import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.postgresql.backup_file import DUMP, MANIFEST, NoBackup
from config.postgresql.backups import back_up, restore
from config.postgresql.client_programs import connect
from patients.models import Patient
from tests.patients.backup_samples import TABLES, clinic_of_the_drill, contents, empty_beside, known, manage, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def source() -> dict[str, Any]:
    return clinic_of_the_drill()


@pytest.fixture
def target(source: dict[str, Any]) -> Iterator[dict[str, Any]]:
    with empty_beside(source) as found:
        yield found


@pytest.fixture
def file(source: dict[str, Any], tmp_path: Path) -> Path:
    back_up(source, tmp_path / "stepwise.backup")
    return tmp_path / "stepwise.backup"


def test_patients_are_not_lost_unless_somebody_asks_for_it(
    source: dict[str, Any], target: dict[str, Any], file: Path, tmp_path: Path
) -> None:
    restore(target, file, known())
    with connect(source) as connected:
        connected.execute("UPDATE patients_clinic SET name = 'Another Clinic'")
    later = tmp_path / "later.backup"
    back_up(source, later)

    refused = manage(target, "manage.py", "restore", str(later))

    assert refused.returncode == 1
    assert "holds 1 patients, who would be lost. Nothing was changed." in refused.stderr
    assert told(target, "SELECT name FROM patients_clinic") == [("Elbow Clinic",)]

    replaced = manage(target, "manage.py", "restore", str(later), "--replace")

    assert replaced.returncode == 0, replaced.stderr
    assert "1 patients that were here before are gone" in replaced.stdout
    assert told(target, "SELECT name FROM patients_clinic") == [("Another Clinic",)]


def test_what_is_no_backup_is_refused_within_a_second_and_changes_nothing(
    target: dict[str, Any], file: Path, tmp_path: Path
) -> None:
    restore(target, file, known())
    before = contents(target)
    whole = file.read_bytes()
    zipped = tmp_path / "zipped"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr(MANIFEST, "{}")
        archive.writestr(DUMP, b"PGDMP")
    no_dump = tmp_path / "no-dump"
    with zipfile.ZipFile(file) as original, zipfile.ZipFile(no_dump, "w") as archive:
        archive.writestr(MANIFEST, original.read(MANIFEST))
        archive.writestr(DUMP, b"SELECT 1;")
    texts = {
        "empty": b"",
        "text": b"not a backup\n" * 99,
        "half": whole[: len(whole) // 2],
        "cut": whole[:-1],
        "dump": b"PGDMP" * 100,
    }
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text)
    files = [tmp_path / name for name in texts]

    for path in [*files, zipped, no_dump, tmp_path, tmp_path / "nothing"]:
        begun = time.monotonic()
        with pytest.raises(NoBackup):
            restore(target, path, known())
        assert time.monotonic() - begun < 1, path

    assert contents(target) == before


def changed(file: Path, **fields: Any) -> Path:
    """The same backup with another manifest."""
    path = file.with_name("changed.backup")
    with zipfile.ZipFile(file) as original, zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MANIFEST, json.dumps({**json.loads(original.read(MANIFEST)), **fields}))
        archive.writestr(DUMP, original.read(DUMP))
    return path


def test_a_backup_that_is_damaged_inside_or_lacks_rows_changes_nothing(target: dict[str, Any], file: Path) -> None:
    restore(target, file, known())
    before = contents(target)
    whole = bytearray(file.read_bytes())
    for at in (0.3, 0.6, 0.9):
        damaged = file.with_name(f"damaged-{at}")
        damaged.write_bytes(whole[: int(len(whole) * at)] + b"\xff\x00\xff\x00" + whole[int(len(whole) * at) + 4 :])

        with pytest.raises(NoBackup, match="Nothing was changed"):
            restore(target, damaged, known())

    rows = json.loads(zipfile.ZipFile(file).read(MANIFEST))["rows"]
    with pytest.raises(NoBackup, match="the rows of patients_patient are not all there"):
        restore(target, changed(file, rows={**rows, "patients_patient": 2}), known())
    assert contents(target) == before


def test_a_backup_that_does_not_fit_is_refused(target: dict[str, Any], file: Path) -> None:
    for fields, sentence in [
        ({"migrations": ["patients.9999_of_the_next_release"]}, "made by a newer release"),
        ({"server": 99}, "this server is"),
        ({"kind": "another"}, "of another kind"),
        ({"rows": {"x": "many"}}, "is not a backup"),
    ]:
        with pytest.raises(NoBackup, match=sentence):
            restore(target, changed(file, **fields), known())
    assert told(target, TABLES) == []


def test_the_commands_say_their_refusals_in_a_sentence(file: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a backup")

    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(file))
    with pytest.raises(CommandError, match="holds 1 patients"):
        call_command("restore", str(file))
    with pytest.raises(CommandError, match="is not a backup"):
        call_command("restore", str(tmp_path / "text"), "--replace")
    assert Patient.objects.count() == 1
