"""The table of the worklist as HTML, and what its filters offer: both follow from values alone."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from guidelines.models import Version
from guidelines.package import compiled_version
from patients.paper_words import capital
from patients.presentation.worklist_rows import Line, Section
from patients.worklist import ANY_TEST, PRESCRIBER

KEPT_LINES = 1000  # of two kilobytes each


class Filters(NamedTuple):
    """Keys and labels, from what the versions say; `facts_of` a test are those it brings."""

    drugs: tuple[tuple[str, str], ...]
    tests: tuple[tuple[str, str], ...]
    who: tuple[tuple[str, str], ...]
    facts_of: Mapping[str, tuple[str, ...]]


def filters_of(versions: Sequence[Version]) -> Filters:
    """Of locked versions, which do not change."""
    return _filters(tuple(sorted((version.pk, version.content_hash) for version in versions)))


@lru_cache(maxsize=4)
def _filters(keys: tuple[tuple[int, str], ...]) -> Filters:
    drugs, tests, who, facts_of = dict[str, str](), dict[str, str](), set[str](), dict[str, tuple[str, ...]]()
    for version in Version.objects.filter(pk__in=[key for key, _ in keys]).order_by("pk"):
        compiled = compiled_version(version)
        for regimen in compiled.regimens.values():
            drugs[regimen.drug.key] = capital(regimen.drug.name)
        for test in compiled.tests.values():
            tests[test.key] = test.label
            facts_of[test.key] = (*facts_of.get(test.key, ()), *test.facts)
        who |= {rule.rule.action.who for rule in compiled.rules.values() if rule.rule.action.who}
    named = sorted((key, key.capitalize()) for key in who)
    return Filters(
        tuple(sorted(drugs.items(), key=lambda found: found[1])),
        tuple(sorted(tests.items(), key=lambda found: found[1])),
        ((ANY_TEST, "Nurse or physician"), (PRESCRIBER, "Physician"), *named),
        facts_of,
    )


def table(sections: tuple[Section, ...], selected: frozenset[str] = frozenset(), query: str = "") -> str:
    """`selected` are the values of the boxes that are ticked; `query` the filters, which a line that is closed leads back to."""
    told = [
        {**section._asdict(), "lines": [printed(line, line.keys in selected, query) for line in section.lines]}
        for section in sections
    ]
    return render_to_string("patients/_worklist_table.html", {"sections": told})


# A list is made anew after every result in the clinic, and nearly all of its lines are what they were.
@lru_cache(maxsize=KEPT_LINES)
def printed(line: Line, is_selected: bool, query: str) -> SafeString:
    return render_to_string("patients/_worklist_line.html", {"line": line, "is_selected": is_selected, "query": query})
