"""Prints what is poor about a guideline. Ends with 1 when a finding blocks approval, or the file cannot be read."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Literal

from django.core.management.base import CommandError

from guidelines import weekly_only
from guidelines.chosen_version import NoVersion, chosen_version
from guidelines.engine.content import Package
from guidelines.findings import all_findings
from guidelines.guideline_file import ContentRefused, read_guideline_file
from guidelines.management.version_command import VersionCommand
from guidelines.package import package_of

BLOCKING: Literal["blocking"] = "blocking"


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
            package, weekly = self.from_file(path), weekly_only.in_libraries()
        else:
            package, weekly = self.from_rows(guideline, number), weekly_only.known()
        findings = all_findings(package, weekly)
        blocking = sum(finding.severity == BLOCKING for finding in findings)
        if as_json:
            rows = [{"code": f.code, "severity": f.severity, "place": f.place, "message": f.message} for f in findings]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
        else:
            for finding in findings:
                self.stdout.write(f"{finding.severity} {finding.code} {finding.place}: {finding.message}")
            self.stdout.write(f"{blocking} blocking, {len(findings) - blocking} warnings")
        if blocking:
            sys.exit(1)

    def from_file(self, path: Path) -> Package:
        try:
            return read_guideline_file(path).package
        except ContentRefused as refusal:
            raise CommandError(f"{path.name} cannot be read:\n{refusal}") from None

    def from_rows(self, slug: str, number: int | None) -> Package:
        try:
            return package_of(chosen_version(slug, number))
        except NoVersion as refusal:
            raise CommandError(str(refusal)) from None
