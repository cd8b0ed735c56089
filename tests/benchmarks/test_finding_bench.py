"""Finding and asking: the frozen questions as figures, and a ranked search beside a look-up by primary key."""

import statistics
import time
from collections.abc import Callable

import pytest
from django.db import connection

from guidelines.models import EntryKind, SearchEntry, SearchWord, Version
from guidelines.search import search
from guidelines.search_rows import WORD
from tests.engine.patients import read_shipped
from tests.factories_guidelines import published
from tests.guidelines.asked import figures_of, share

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db]

GOAL_RECALL, GOAL_ABSTENTION = 0.95, 0.95
GOAL_P50, GOAL_P99 = 120, 20
STATEMENTS, ROUNDS = 10_000, 400
SEARCHES = (
    "methotrexate", "liver tests", "folic acid", '"once a week"', "steroids weekly", "tablet twice a day", "prednisone",
    "mycophenolate -methotrexate", "kidney function", "sun protection", "hepatitis", "blood count", "remission or flare",
)  # fmt: skip


def test_the_frozen_questions() -> None:
    figures = figures_of(read_shipped())

    print(f"\nasking, frozen questions: {figures.shown()} (goals {GOAL_RECALL} and {GOAL_ABSTENTION}, none, none)")
    assert figures.not_verbatim == figures.bare == 0
    assert share(figures.recall) >= GOAL_RECALL
    assert share(figures.abstained) >= GOAL_ABSTENTION


def filled() -> Version:
    """A version of ten thousand statements: those that are shipped, each many times with a word of its own."""
    version = published()
    shipped = read_shipped().package.statements
    SearchEntry.objects.filter(version=version).delete()
    SearchEntry.objects.bulk_create(
        SearchEntry(
            version=version,
            position=number,
            kind=EntryKind.STATEMENT,
            key=f"N{number}",
            anchor=f"statement-N{number}",
            title=f"Section {number % 97}",
            clinician=f"{shipped[number % len(shipped)].clinician} Note{number}.",
            plain_title=f"Part {number % 97}",
            plain=f"{shipped[number % len(shipped)].plain} Remark{number}.",
        )
        for number in range(STATEMENTS)
    )
    words = {word for one in shipped for word in WORD.findall(f"{one.clinician} {one.plain}".lower())}
    known = set(SearchWord.objects.filter(version=version).values_list("word", flat=True))
    SearchWord.objects.bulk_create(SearchWord(version=version, word=word) for word in sorted(words - known))
    with connection.as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE guidelines_searchentry")
    return version


def milliseconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def test_a_ranked_search_with_marks_beside_a_look_up() -> None:
    version = filled()
    keys = list(SearchEntry.objects.filter(version=version).values_list("pk", flat=True))
    assert [text for text in SEARCHES if not search([version], text).groups] == []

    looked_up, searched = [], []
    for number in range(ROUNDS):
        key, text = keys[number * 7919 % len(keys)], SEARCHES[number % len(SEARCHES)]
        looked_up.append(milliseconds(lambda key=key: SearchEntry.objects.only("key").get(pk=key)))
        searched.append(milliseconds(lambda text=text: search([version], text)))

    p50, p99 = statistics.median(searched), statistics.quantiles(searched, n=100)[98]
    floor = statistics.median(looked_up)
    print(
        f"\nsearch in {STATEMENTS} statements: p50 {p50:.1f} ms, p99 {p99:.1f} ms; a look-up by primary key {floor:.3f} ms;"
        f" p50 ÷ look-up {p50 / floor:.0f} (goal {GOAL_P50}), p99 ÷ p50 {p99 / p50:.1f} (goal {GOAL_P99})"
    )
    assert p50 / floor <= GOAL_P50
    assert p99 / p50 <= GOAL_P99
