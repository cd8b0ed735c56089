"""All findings on a package: the engine's lint, what every guideline is held against, plain wording too hard to read.

The grade is found here because the engine is pure: it may not ask a library how a word is divided.
"""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from django.utils.timezone import localdate

from guidelines.draft_content import exact_content
from guidelines.engine.content import Package
from guidelines.engine.lint import Finding, lint
from guidelines.engine.lint.finding import found
from guidelines.models import Version
from guidelines.package import ContentMoved, package_of
from guidelines.readability import HIGHEST_PLAIN_GRADE, plain_grades
from guidelines.safeguards import short_forms, unguarded
from guidelines.shared_results import shared
from guidelines.weekly_only import WeeklyDrug, forgotten, known

# A draft is looked at again and again while it is written; each of its states is judged once.
KEPT = 64


def all_findings(package: Package, weekly: tuple[WeeklyDrug, ...] = ()) -> list[Finding]:
    """Blocking ones first. `weekly` are the drugs that are known to be taken once a week only."""
    weekly_missing = [found("weekly_only_missing", *told) for told in forgotten(package, weekly)]
    told = [
        *weekly_missing,
        *review_past(package),
        *unguarded(package),
        *short_forms(package),
        *lint(package),
        *hard_to_read(package),
    ]
    return sorted(dict.fromkeys(told), key=lambda finding: finding.severity)


def findings_of(version: Version) -> tuple[Finding, ...]:
    """What is poor about a stored version, kept for as long as its content, the known drugs and the day are the same."""
    try:
        return _findings_of(version.pk, version.content_hash, known(), localdate())
    except ContentMoved:
        return tuple(all_findings(package_of(version), known()))


@lru_cache(maxsize=KEPT)
def _findings_of(version_id: int, content_hash: str, weekly: tuple[WeeklyDrug, ...], day: date) -> tuple[Finding, ...]:
    def found_in_content() -> tuple[Finding, ...]:
        return tuple(all_findings(exact_content(version_id, content_hash).package, weekly))

    drugs = [(sorted(drug.names), drug.said_by) for drug in weekly]  # a set is written in another order by each worker
    return shared("findings", (content_hash, drugs, day), found_in_content)


def review_past(package: Package) -> Iterator[Finding]:
    """Found here because the engine knows no clock."""
    if package.review_by is not None and package.review_by < localdate():
        message = f"It should have been reviewed by {package.review_by}. Review it, and set a new day."
        yield found("review_date_past", "review_by", message)


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
            yield found("plain_grade", place, message)
