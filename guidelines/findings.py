"""All findings on a package: those of the engine's lint, and plain wording that is too hard to read.

The grade is found here because the engine is pure: it may not ask a library how a word is divided.
"""

from collections.abc import Iterator

from guidelines.engine.content import Package
from guidelines.engine.lint import Finding, lint
from guidelines.readability import HIGHEST_PLAIN_GRADE, plain_grades


def all_findings(package: Package) -> list[Finding]:
    """Blocking ones first, as the lint gives them; the warnings about grades are the last."""
    return [*lint(package), *hard_to_read(package)]


def hard_to_read(package: Package) -> Iterator[Finding]:
    for place, grade in plain_grades(package).items():
        if grade > HIGHEST_PLAIN_GRADE:
            message = (
                f"Its plain wording reads at school grade {grade}; at most {HIGHEST_PLAIN_GRADE} is wanted. "
                "Shorten its sentences, or use shorter words."
            )
            yield Finding("plain_grade", "warning", place, message)
