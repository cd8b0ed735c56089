"""Loads a guideline file as a draft. The same content again changes nothing; a broken file writes nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError

from guidelines.actions import Refused, load_package
from guidelines.guideline_file import ContentRefused, read_guideline_file
from guidelines.management.version_command import StoredGuidelineCommand
from guidelines.models import Level, StatusMove
from guidelines.workflow import Status


class Command(StoredGuidelineCommand):
    help = "Loads a guideline file as a draft and prints its version number and content hash."

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
            package = read_guideline_file(file).package
            version = load_package(package=package, by=author, reason=reason, level=level)
        except ContentRefused as refusal:
            raise CommandError(f"{file.name} cannot be loaded; nothing was written:\n{refusal}") from None
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        status = Status(StatusMove.objects.status_of(version)).label.lower()
        self.stdout.write(f"{package.slug} version {version.number} ({status})\n{version.content_hash}")
