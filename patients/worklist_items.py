"""What a version says of its tests, for the worklist: which items are reviews, and which tests bring results.

Told from its facts and never by a name. Kept for good, for an approved version does not change.
"""

from typing import NamedTuple

from django.db import DEFAULT_DB_ALIAS

from config.written_once import WrittenOnce
from guidelines.engine.compiled import CompiledPackage
from guidelines.models import Version
from guidelines.package import compiled_version


class Items(NamedTuple):
    """Of one version: which items are reviews, and the fact whose last result is shown for each item."""

    reviews: frozenset[str]
    facts: tuple[tuple[str, str], ...]


_kept: dict[tuple[int, str], Items] = {}


COLUMNS = ("id", "guideline_id", "number", "content_hash", "effective_on", "withdrawn_at", "title")
followed = WrittenOnce(
    lambda: (
        Version.objects.filter(effective_on__isnull=False).order_by("-pk").values_list(*COLUMNS).query.sql_with_params()
    )
)


def versions_followed() -> list[Version]:
    """Every version a plan may follow; few, and each was approved, so that it never changes."""
    return [Version.from_db(DEFAULT_DB_ALIAS, COLUMNS, row) for row in followed.rows()]


def items_of(version: Version) -> Items:
    if not version.is_locked:
        return items_in(compiled_version(version))
    key = (version.pk, version.content_hash)
    if key not in _kept:
        _kept[key] = items_in(compiled_version(version))
    return _kept[key]


def items_in(compiled: CompiledPackage) -> Items:
    items = [item for item, _ in compiled.monitoring]
    reviews = frozenset(item.key for item in items if is_asked_in_a_visit(compiled, item.tests[0]))
    first = [(item.key, next((f for test in item.tests for f in compiled.tests[test].facts), "")) for item in items]
    return Items(reviews, tuple((key, fact) for key, fact in first if fact))


def is_asked_in_a_visit(compiled: CompiledPackage, test: str) -> bool:
    """A test whose facts are answers and not results: none of them is a number or has a laboratory's code.

    An item is a review when the test it names first is one.
    """
    facts = [compiled.facts[key] for key in compiled.tests[test].facts]
    return bool(facts) and all(fact.type != "number" and fact.loinc is None for fact in facts)


def brings_results(compiled: CompiledPackage, test: str) -> bool:
    """Such a test is done once its results are recorded; an examination is done when somebody says so."""
    return bool(compiled.tests[test].facts) if test in compiled.tests else False
