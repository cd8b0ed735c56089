"""Makes versions findable that were loaded before there was a search, or all of them after the search has changed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from guidelines.actions import index_version
from guidelines.models import SearchEntry, Version


class Command(BaseCommand):
    help = "Writes what searching and asking find of every version; the content itself stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--missing", action="store_true", help="only versions that cannot be found yet")

    def handle(self, *, missing: bool, **options: Any) -> None:
        versions = Version.objects.select_related("guideline").order_by("guideline", "number")
        if missing:
            versions = versions.exclude(pk__in=SearchEntry.objects.values("version"))
        for version in versions:
            index_version(version=version)
            if options["verbosity"]:
                self.stdout.write(f"{version.guideline}, {version}: indexed.")
