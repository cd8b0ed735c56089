"""What a guideline answers to a question, as a page shows it or as JSON. Writes nothing."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from guidelines.asking.answering import Answer, QuestionRefused, answer
from guidelines.chosen_version import NoVersion, chosen_version
from guidelines.management.version_command import VersionCommand
from guidelines.package import compiled_version


class Command(VersionCommand):
    help = "Answers a question from the approved text and the data of a guideline, or says that they do not cover it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the guideline")
        parser.add_argument("question", metavar="QUESTION")
        parser.add_argument("--plain", action="store_true", help="in the patient's wording")
        super().add_arguments(parser)
        parser.add_argument("--json", action="store_true", dest="as_json", help="as JSON")

    def handle(
        self, *, slug: str, question: str, number: int | None, plain: bool, as_json: bool, **options: Any
    ) -> None:
        try:
            compiled = compiled_version(chosen_version(slug, number))
            found = answer(compiled, question, is_plain=plain)
        except (NoVersion, QuestionRefused) as refusal:
            raise CommandError(str(refusal)) from None
        if as_json:
            self.stdout.write(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(lines(found)))


def lines(found: Answer) -> list[str]:
    if not found.is_answered:
        return ["This guideline does not cover that. The nearest topics:", *(f"  {title}" for title in found.nearest)]
    computed = [f"{one.kind}: {one.text} {references(one.statements, one.rules)}".rstrip() for one in found.computed]
    quoted = [
        f"{one.key}: {one.text} {references(one.cites, one.conflicts, one.rules)}".rstrip() for one in found.statements
    ]
    return [*computed, *quoted]


def references(*keys: tuple[str, ...]) -> str:
    named = [key for some in keys for key in some]
    return f"[{', '.join(named)}]" if named else ""
