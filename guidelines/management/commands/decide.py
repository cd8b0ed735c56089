"""What a guideline proposes for one patient, as JSON. Writes nothing; with --file it needs no database.

The version shown is the one that holds exactly the content that decided, if there is one.
"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError

from config.postgresql.server_user import EmbeddedDatabaseError
from guidelines import weekly_only
from guidelines.chosen_version import NoVersion, chosen_version, number_of
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.decision import decide
from guidelines.engine.facts import FactsRefused
from guidelines.engine.reading import read_facts
from guidelines.facts_file import JsonRefused, read_facts_file
from guidelines.guideline_file import ContentRefused, read_guideline_file
from guidelines.management.version_command import VersionCommand
from guidelines.package import compiled_version


class Command(VersionCommand):
    help = "Prints what a guideline proposes for one patient, as JSON."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the guideline")
        parser.add_argument("facts", type=Path, metavar="FACTS.json", help="what is known about the patient")
        super().add_arguments(parser)
        parser.add_argument(
            "--file", type=Path, metavar="GUIDELINE.yaml", help="decide by this file, not by the database"
        )

    def handle(self, *, slug: str, facts: Path, number: int | None, file: Path | None, **options: Any) -> None:
        compiled, shown_number = (self.from_file(slug, file), None) if file else self.from_rows(slug, number)
        try:
            known = read_facts(read_facts_file(facts), compiled)
        except JsonRefused as problem:
            raise CommandError(f"{facts.name}: {problem}") from None
        except FactsRefused as refusal:
            lines = "\n".join(f"  {problem.place}: {problem.message}" for problem in refusal.problems)
            raise CommandError(f"{facts.name} cannot be used:\n{lines}") from None
        if file:
            shown_number = self.stored_number(compiled)
            if number not in (None, shown_number):
                raise CommandError(self.not_this_version(file, number, shown_number))
        decision = decide(compiled, known)
        self.stdout.write(json.dumps(decision.as_json(version=shown_number), ensure_ascii=False, indent=2))

    def not_this_version(self, file: Path, number: int | None, stored: int | None) -> str:
        other = (
            "no version here has exactly its content" if stored is None else f"its content is that of version {stored}"
        )
        return f"{file.name} is not version {number}: {other}. Leave out --version, or --file."

    def from_file(self, slug: str, file: Path) -> CompiledPackage:
        try:
            compiled = read_guideline_file(file)
            weekly_only.refuse_forgotten(compiled.package, weekly_only.in_libraries())
        except ContentRefused as refusal:
            raise CommandError(f"{file.name} cannot be used:\n{refusal}") from None
        if compiled.package.slug != slug:
            raise CommandError(f"{file.name} is the guideline {compiled.package.slug}, not {slug[:40]}.")
        return compiled

    def stored_number(self, compiled: CompiledPackage) -> int | None:
        # No database is made only to look for a number in it.
        if not settings.HAS_OWN_DATABASE_SERVER and not (settings.DATA_FOLDER / "postgres" / "PG_VERSION").exists():
            return None
        try:
            return number_of(compiled.package.slug, compiled.content_hash)
        except (DatabaseError, EmbeddedDatabaseError):
            return None

    def from_rows(self, slug: str, number: int | None) -> tuple[CompiledPackage, int | None]:
        try:
            version = chosen_version(slug, number)
        except NoVersion as refusal:
            raise CommandError(str(refusal)) from None
        return compiled_version(version), version.number
