"""Holds every record of a look or a change against the chain that was made when it was written."""

import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from patients.audit import Head, faults, heads

LINE = re.compile(r"^chain (\d+), link (\d+): ([0-9a-f]*)$")


class Command(BaseCommand):
    help = "Says whether every record of a look or a change is as it was written, and names the first that is not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--against", metavar="FILE", type=Path, help="What this command printed earlier, kept elsewhere."
        )

    def handle(self, against: Path | None, **options: Any) -> None:
        known = read(against) if against else {}
        found = faults(known)
        if found:
            raise CommandError("\n".join(str(fault) for fault in found))
        for head in heads():
            self.stdout.write(str(head))


def read(path: Path) -> dict[int, Head]:
    try:
        lines = path.read_text().split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}.") from None
    known = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        parts = LINE.match(line.strip())
        if parts is None:
            raise CommandError(f"{path}, line {number}: this is no line that verify_audit prints.")
        known[int(parts[1])] = Head(int(parts[1]), int(parts[2]), parts[3])
    if not known:
        raise CommandError(f"{path} names no chain.")
    return known
