"""Loads a guideline file as a draft, or what library files say about drugs as shared knowledge.

The same content again changes nothing; a broken file writes nothing.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError
from django.db import transaction

from guidelines.actions import Refused, load_package, record_knowledge
from guidelines.guideline_file import ContentRefused, Problem, bytes_of, read_guideline
from guidelines.knowledge_files import knowledge_in
from guidelines.library import USES_LIBRARIES, is_library
from guidelines.management.version_command import StoredGuidelineCommand
from guidelines.models import DrugKnowledge, Level, StatusMove
from guidelines.workflow import Status


class Command(StoredGuidelineCommand):
    help = (
        "Loads a guideline file as a draft and prints its version number and content hash. A library file, and those beside"
        " it: what they say about drugs, each with its number and hash."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--by", metavar="USERNAME", help="the editor who answers for the text")
        parser.add_argument("--reason", default="Loaded from a file.", help="why this version is made")
        parser.add_argument(
            "--level", choices=Level.values, default=Level.SAFETY, help="how much it changes for patients"
        )

    def handle(self, *, file: Path, by: str | None, reason: str, level: str, **options: Any) -> None:
        author = None
        if by is not None:
            author = User.objects.filter(username=by).first()
            if author is None:
                raise CommandError(f"There is nobody with the user name {by}.")
        try:
            raw = bytes_of(file)
            if is_library(raw):
                self.load_library(file, author)
                return
            package = read_guideline(raw).package
            with transaction.atomic():
                if USES_LIBRARIES.search(raw):
                    record_knowledge(content=knowledge_in(), by=author)
                version = load_package(package=package, by=author, reason=reason, level=level)
        except ContentRefused as refusal:
            raise CommandError(f"{file.name} cannot be loaded; nothing was written:\n{refusal}") from None
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        status = Status(StatusMove.objects.status_of(version)).label.lower()
        self.stdout.write(f"{package.slug} version {version.number} ({status})\n{version.content_hash}")

    def load_library(self, file: Path, author: User | None) -> None:
        content = knowledge_in(file.parent)
        if not content:
            raise ContentRefused(
                [Problem("drugs", None, "no library here has a drug; write what is shared with its drug")]
            )
        record_knowledge(content=content, by=author)
        for row in DrugKnowledge.objects.newest().filter(drug_key__in=content):
            self.stdout.write(f"{row.drug_key} knowledge {row.number}\n{row.content_hash}")
