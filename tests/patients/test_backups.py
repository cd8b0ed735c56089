"""A backup that was never restored is none: everything comes back, with its locks; and no half of one is left."""

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from config.postgresql.backup_file import NoBackup
from config.postgresql.backups import LEFT_OUT, back_up
from config.postgresql.client_programs import NoProgram, connect, connection_arguments, libpq_parameters, programs_for
from config.postgresql.roles import APPLICATION
from tests.patients.backup_samples import PASSWORD, clinic_of_the_drill, contents, empty_beside, manage, told

pytestmark = pytest.mark.django_db(transaction=True)

CATALOGUE = {
    "triggers": "SELECT tgrelid::regclass, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgrelid::regclass::text, 2",
    "constraints": "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n' ORDER BY conrelid::regclass::text, 2",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "functions": "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1, 2",
    "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
    "policies": "SELECT tablename, policyname, qual FROM pg_policies ORDER BY 1, 2",
    "row security": "SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity OR relforcerowsecurity ORDER BY 1",
    "numbers given": "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND sequencename NOT LIKE 'patients_patientchange%' ORDER BY 1",
}  # fmt: skip
SIGN_IN = """
import django
from django.conf import settings
from django.test import Client
plain = "django.contrib.staticfiles.storage.StaticFilesStorage"  # nobody has collected static files here
settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}
django.setup()
client = Client(headers={"host": "localhost"})
answer = client.post("/accounts/login/", {"login": "drill-physician", "password": %r})
from config.acting import acting_as_system
from patients.models import Patient
with acting_as_system():
    patient = Patient.objects.get()
page = client.get(f"/patients/{patient.pk}/")
print(answer.status_code, page.status_code, "Ellen" in page.text, client.get("/readyz").text)
"""


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


def plainly(rows: list[tuple[Any, ...]]) -> list[str]:
    """PostgreSQL writes casts and brackets otherwise once it has read its own words again; nothing else."""
    return [re.sub(r"::[a-z ]+(\[\])?|[()]", "", " ".join(row)) for row in rows]


def test_the_drill_everything_comes_back_and_somebody_signs_in(
    source: dict[str, Any], target: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "stepwise.backup"
    before = contents(source)
    backed_up = manage(source, "manage.py", "backup", str(file))
    restored = manage(target, "manage.py", "restore", str(file))

    assert backed_up.returncode == 0, backed_up.stderr
    assert "1 patients" in backed_up.stdout
    assert restored.returncode == 0, restored.stderr
    assert "every row counted, 1 patients" in restored.stdout
    after = contents(target)
    assert {name: found for name, found in after.items() if name not in LEFT_OUT} == {
        name: found for name, found in before.items() if name not in LEFT_OUT
    }
    assert {after[name][0] for name in LEFT_OUT if name in after} == {0}
    assert after["patients_planevent"][0] and after["patients_patientevent"][0]
    for what, query in CATALOGUE.items():
        assert plainly(told(target, query)) == plainly(told(source, query)), what
    assert len(told(target, CATALOGUE["triggers"])) > 100
    assert len(told(target, CATALOGUE["constraints"])) > 100
    for statement in ("UPDATE patients_plan SET signed_on = signed_on - 1", "TRUNCATE patients_planevent CASCADE"):
        with (
            connect(target) as connected,
            pytest.raises(psycopg.DatabaseError, match="record"),
        ):
            connected.execute(statement)  # type: ignore[call-overload]

    with connect({**target, "user": APPLICATION}) as connected:
        assert connected.execute("SELECT count(*) FROM patients_plan").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connected.execute("ALTER TABLE patients_plan DISABLE ROW LEVEL SECURITY")
    with psycopg.connect(**libpq_parameters({**target, "user": APPLICATION})) as nobody:
        assert nobody.execute("SELECT count(*) FROM patients_plan").fetchone() == (0,)

    signed_in = manage(target, "-c", SIGN_IN % PASSWORD)

    assert signed_in.stdout.strip() == "302 200 True ready", signed_in.stderr


def test_the_file_is_its_owners_alone_and_is_not_written_over(file: Path, source: dict[str, Any]) -> None:
    whole = file.read_bytes()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(NoBackup, match="exists already"):
        back_up(source, file)
    assert file.read_bytes() == whole
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_backup_that_would_lack_rows_or_cannot_be_written_leaves_no_file(
    source: dict[str, Any], tmp_path: Path, monkeypatch: Any
) -> None:
    with connect(source) as connected:
        connected.execute("CREATE TABLE hidden AS SELECT 1 AS number")
        connected.execute("ALTER TABLE hidden ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        try:
            for policy in ("p ON hidden USING (number = 2)", "q ON hidden AS RESTRICTIVE USING (false)"):
                with pytest.raises(NoBackup, match="Row-level security hides rows of hidden"):
                    back_up(source, tmp_path / "x.backup")
                connected.execute(f"CREATE POLICY {policy}")  # type: ignore[call-overload]
            with pytest.raises(NoBackup, match="Row-level security hides rows of hidden"):
                back_up(source, tmp_path / "x.backup")
        finally:
            connected.execute("DROP TABLE hidden")
    with pytest.raises(NoBackup, match="cannot be written"):
        back_up(source, tmp_path / "no-such-folder" / "x.backup")
    monkeypatch.setattr("config.postgresql.client_programs.NAMES", ("pg_dump", "no-such-program"))
    with pytest.raises(NoProgram, match="Install the client programs"):
        back_up(source, tmp_path / "x.backup")

    assert list(tmp_path.iterdir()) == []


def test_the_password_is_in_no_argument(source: dict[str, Any]) -> None:
    arguments, environment = connection_arguments({**source, "password": "secret-of-the-database"})

    assert "secret-of-the-database" not in " ".join(arguments)
    assert environment["PGPASSWORD"] == "secret-of-the-database"


def test_the_programs_are_not_older_than_the_server() -> None:
    assert programs_for(connection.pg_version // 10_000).major >= connection.pg_version // 10_000
    with pytest.raises(NoProgram, match="PostgreSQL 99 or newer are needed"):
        programs_for(99)
