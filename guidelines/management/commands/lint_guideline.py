"""Prints what is poor about a guideline. Ends with 1 when a finding blocks approval, or the file cannot be read."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from guidelines.chosen_version import NoVersion, chosen_version
from guidelines.engine.lint.finding import Finding, found
from guidelines.file_findings import findings_of_file
from guidelines.findings import findings_of
from guidelines.management.version_command import VersionCommand


def is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # no name of a file: too long, say
        return False


class Command(VersionCommand):
    help = "Prints the findings on a guideline file or on a version."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("guideline", metavar="FILE|SLUG")
        super().add_arguments(parser)
        parser.add_argument("--json", action="store_true", dest="as_json", help="findings as JSON")

    def handle(self, *, guideline: str, number: int | None, as_json: bool, **options: Any) -> None:
        path = Path(guideline)
        if path.suffix in (".yaml", ".yml", ".json") or is_file(path):
            findings: Sequence[Finding] = findings_of_file(path)
        else:
            findings = self.of_version(guideline, number, as_json)
        blocking = sum(finding.severity == "blocking" for finding in findings)
        if as_json:
            self.stdout.write(json.dumps([finding._asdict() for finding in findings], ensure_ascii=False, indent=2))
        else:
            for finding in findings:
                self.stdout.write(f"{finding.severity} {finding.code} {finding.place}: {finding.message}")
            self.stdout.write(f"{blocking} blocking, {len(findings) - blocking} warnings")
        if blocking:
            sys.exit(1)

    def of_version(self, slug: str, number: int | None, as_json: bool) -> Sequence[Finding]:
        try:
            return findings_of(chosen_version(slug, number))
        except NoVersion as refusal:
            if as_json:
                return [found("unreadable", "version" if number else "slug", str(refusal))]
            raise CommandError(str(refusal)) from None
