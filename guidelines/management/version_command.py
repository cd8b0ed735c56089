"""Commands about guidelines that are stored: one sentence where the database has no tables for them yet, or older ones;
and about one version: `--version N` means the guideline's, not Django's."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError
from psycopg.errors import UndefinedColumn, UndefinedTable


class StoredGuidelineCommand(BaseCommand):
    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except ProgrammingError as problem:
            if not isinstance(problem.__cause__, UndefinedColumn | UndefinedTable):
                raise
            raise CommandError(
                "The database has no tables for this, or older ones. Run manage.py migrate, or manage.py quickstart for "
                "the demonstration."
            ) from None


class VersionCommand(StoredGuidelineCommand):
    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Django's own --version would clash; ours, added later, takes its place.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--version", dest="number", type=int, metavar="N", help="this version, not the current one")
