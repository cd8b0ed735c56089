"""What was recorded before an upgrade is as it was written after it: a new column leaves the chain of records alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from guidelines.migrations._together import Together
from patients.audit import faults
from patients.models import AuditLink
from tests.databases import Databases
from tests.patients.audit_tampering import chained, run

RELEASED = {"guidelines": "0013", "patients": "0019"}
VALUES = {
    "boolean": "true", "integer": "1", "bigint": "1", "smallint": "1", "numeric": "1", "date": "date '2026-01-02'",
    "timestamp with time zone": "timestamptz '2026-01-02 08:00+00'", "uuid": "gen_random_uuid()", "jsonb": "'{}'::jsonb",
    "text": "'told'", "character varying": "'told'", "ARRAY": "'{}'",
}  # fmt: skip


def added_later() -> Iterator[tuple[str, str, Any]]:
    """The table, the name and the field of every column that was added by a migration since the release."""
    loader = MigrationLoader(None)
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if name[:4] <= RELEASED.get(app, "9999"):
            continue
        for operation in flat(migration.operations):
            if isinstance(operation, migrations.AddField):
                yield f"{app}_{operation.model_name}", operation.name, operation.field


def flat(operations: list[Operation]) -> Iterator[Operation]:
    for operation in operations:
        yield from flat(operation.operations) if isinstance(operation, Together) else (operation,)


@pytest.mark.django_db
def test_a_column_that_is_added_to_a_record_is_empty_in_what_was_written_before() -> None:
    records = chained()

    filled = [
        f"{table}.{name}"
        for table, name, field in added_later()
        if table in records and (not field.null or field.has_default() or field.has_db_default())
    ]

    assert ("guidelines_productevent", "halves") in {(table, name) for table, name, _ in added_later()}
    assert filled == []


def fill(table: str) -> None:
    """One row with a value in each column that needs one; histories refer to other rows without holding them."""
    columns = run(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public'"
        " AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO' ORDER BY 1",
        table,
    )
    names, values = ", ".join(f'"{name}"' for name, _ in columns), ", ".join(VALUES[kind] for _, kind in columns)
    run(f'INSERT INTO "{table}" ({names}) VALUES ({values})')


@pytest.mark.soak  # migrates back and forth: a minute
def test_an_upgrade_leaves_every_record_as_it_was_written(databases: Databases, django_db_blocker: Any) -> None:
    histories: set[str] = set()
    with django_db_blocker.unblock(), databases.a_copy(), connection.as_owner():
        for app, number in RELEASED.items():
            call_command("migrate", app, number, verbosity=0)
        histories = {table for table, key in chained().items() if key == "pgh_id"}
        for table in sorted(histories):
            fill(table)
        call_command("migrate", verbosity=0)
        told, found = set(AuditLink.objects.values_list("of_table", flat=True)), faults()

    assert {"guidelines_productevent", "guidelines_doseadjustmentevent", "patients_observationevent"} <= told
    assert told >= histories
    assert found == []
