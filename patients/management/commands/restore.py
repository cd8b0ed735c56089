from pathlib import Path
from time import monotonic
from typing import Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import Error

from config.postgresql.backup_file import NoBackup
from config.postgresql.backups import restore
from config.postgresql.base import DatabaseWrapper
from config.postgresql.client_programs import NoProgram
from patients.models import Patient


class Command(BaseCommand):
    help = "Puts a backup in the place of everything the database holds; all of it, or nothing. Stop the servers first."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what `backup` wrote")
        parser.add_argument(
            "--replace", action="store_true", help="also where the database holds patients: they are lost"
        )

    def handle(self, *, file: Path, replace: bool, **options: Any) -> None:
        begun, database = monotonic(), cast(DatabaseWrapper, connection)
        known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
        try:
            with database.as_owner():
                if (held := patients_held()) and not replace:
                    raise CommandError(
                        f"The database {connection.settings_dict['NAME']} holds {held} patients, who would be lost. Nothing"
                        " was changed. Back it up first; then add --replace if that is what you want."
                    )
                connection.close()
                manifest = restore(database.get_connection_params(), file, known, database.application)
        except (NoBackup, NoProgram) as refusal:
            raise CommandError(str(refusal)) from None
        except (Error, DatabaseError) as error:
            raise CommandError(f"The database does not answer: {error}") from None
        self.stdout.write(
            f"Restored {file}, made at {manifest.made_at}: {len(manifest.rows)} tables, every row counted,"
            f" {manifest.rows[Patient._meta.db_table]} patients, in {monotonic() - begun:.1f} s."
            + (f" {held} patients that were here before are gone." if held else "")
        )
        if behind := sorted(known - set(manifest.migrations)):
            self.stdout.write(f"Now run `manage.py migrate`: this release is newer ({behind[-1]}).")
        self.stdout.write("Start the servers. Everybody signs in again.")


def patients_held() -> int:
    if Patient._meta.db_table not in connection.introspection.table_names():
        return 0
    return Patient.objects.count()
