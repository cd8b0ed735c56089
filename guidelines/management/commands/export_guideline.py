"""Prints a version as a guideline file that is complete in itself; loading it gives the same hash."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from guidelines.chosen_version import NoVersion, chosen_version
from guidelines.management.version_command import VersionCommand
from guidelines.package import package_of
from guidelines.yaml_writing import to_yaml


class Command(VersionCommand):
    help = "Prints a version of a guideline as YAML."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        super().add_arguments(parser)
        parser.add_argument("--format", choices=["yaml"], default="yaml")

    def handle(self, *, slug: str, number: int | None, **options: Any) -> None:
        try:
            version = chosen_version(slug, number)
        except NoVersion as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(to_yaml(package_of(version)), ending="")
