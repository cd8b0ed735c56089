"""All findings on a package: the engine's lint, plain wording that is too hard to read, and what the drug library demands.

The grade is found here because the engine is pure: it may not ask a library how a word is divided.
"""

from collections.abc import Iterator
from functools import lru_cache

from guidelines.engine.content import Package
from guidelines.engine.lint import Finding, lint
from guidelines.models import Version
from guidelines.package import package_of
from guidelines.readability import HIGHEST_PLAIN_GRADE, plain_grades
from guidelines.weekly_only import WeeklyDrug, forgotten, known

# A draft is looked at again and again while it is written; each of its states is judged once.
KEPT = 64


def all_findings(package: Package, weekly: tuple[WeeklyDrug, ...] = ()) -> list[Finding]:
    """Blocking ones first, as the lint gives them; the warnings about grades are the last."""
    weekly_missing = [Finding("weekly_only_missing", "blocking", *told) for told in forgotten(package, weekly)]
    return [*weekly_missing, *lint(package), *hard_to_read(package)]


def findings_of(version: Version) -> tuple[Finding, ...]:
    """What is poor about a stored version, kept in memory for as long as its content and the known drugs are the same."""
    return _findings_of(version.pk, version.content_hash, known())


@lru_cache(maxsize=KEPT)
def _findings_of(version_id: int, content_hash: str, weekly: tuple[WeeklyDrug, ...]) -> tuple[Finding, ...]:
    return tuple(all_findings(package_of(Version.objects.select_related("guideline").get(pk=version_id)), weekly))


def blocking(version: Version) -> tuple[Finding, ...]:
    """The findings that forbid submission."""
    return tuple(finding for finding in findings_of(version) if finding.severity == "blocking")


def hard_to_read(package: Package) -> Iterator[Finding]:
    for place, grade in plain_grades(package).items():
        if grade > HIGHEST_PLAIN_GRADE:
            message = (
                f"Its plain wording reads at school grade {grade}; at most {HIGHEST_PLAIN_GRADE} is wanted. "
                "Shorten its sentences, or use shorter words."
            )
            yield Finding("plain_grade", "warning", place, message)
