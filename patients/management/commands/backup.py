from pathlib import Path
from time import monotonic
from typing import Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from psycopg import Error

from config.postgresql.backup_file import NoBackup
from config.postgresql.backups import back_up
from config.postgresql.base import DatabaseWrapper
from config.postgresql.client_programs import NoProgram
from patients.models import Patient


class Command(BaseCommand):
    help = "Writes the whole database into one new file, while it is in use. The secret key is not in it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="where to write it; must not exist")

    def handle(self, *, file: Path, **options: Any) -> None:
        begun, database = monotonic(), cast(DatabaseWrapper, connection)
        try:
            with database.as_owner():
                manifest = back_up(database.get_connection_params(), file)
        except (NoBackup, NoProgram) as refusal:
            raise CommandError(str(refusal)) from None
        except Error as error:
            raise CommandError(f"The database does not answer: {error}") from None
        self.stdout.write(
            f"Wrote {file}: {file.stat().st_size / 1e6:.1f} MB, {len(manifest.rows)} tables,"
            f" {sum(manifest.rows.values())} rows, {manifest.rows[Patient._meta.db_table]} patients,"
            f" PostgreSQL {manifest.server}, in {monotonic() - begun:.1f} s."
        )
        self.stdout.write(
            "It holds everything about these patients and is not encrypted: only its owner can read it; keep it so.\n"
            "Not in it: sessions (everybody signs in again), and the secret key, which is to be kept apart from it."
        )
