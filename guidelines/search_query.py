"""From what somebody typed to a query: phrases, words that must not be there, synonyms, a last word that is unfinished."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.contrib.postgres.search import SearchQuery
from django.db.models import TextField
from django.db.models.functions import Cast

from guidelines.asking.english import english
from guidelines.lexicon import Lexicon, forms, stems, tokens
from guidelines.models import SearchEntry
from guidelines.models.finding import CONFIG

MOST_TERMS = 20
SHORTEST_PREFIX = 3
MOST_BEGUN = 12
KEPT = 256  # queries in memory: some hundred characters each
TERM = re.compile(r'(-?)"([^"]*)"?|(-?)([^\s"]+)')


@dataclass(frozen=True)
class Term:
    """One part of what was typed: a word or a phrase."""

    text: str
    is_phrase: bool = False
    is_without: bool = False


def alternatives_of(text: str) -> list[list[Term]]:
    """What was typed, as terms that must all be there; each `or` begins another list."""
    found: list[list[Term]] = [[]]
    for minus, phrase, other_minus, word in TERM.findall(text)[:MOST_TERMS]:
        if word.lower() == "or":
            found.append([])
        elif (phrase or word).strip("-"):
            found[-1].append(Term(phrase or word.lstrip("-"), bool(phrase), bool(minus or other_minus)))
    return [terms for terms in found if terms]


def query_of(
    text: str, lexicon: Lexicon, known_words: tuple[str, ...], *, is_for_marks: bool = False
) -> SearchQuery | None:
    """Every list of terms as a query that also takes the synonyms of each; the last word may be unfinished.

    `is_for_marks` leaves out synonyms of several words: each of them would be marked alone.
    """
    is_unfinished = text[-1:].isalnum()
    whole: SearchQuery | None = None
    lists = alternatives_of(text)
    for index, terms in enumerate(lists):
        together: SearchQuery | None = None
        is_begun = is_unfinished and index == len(lists) - 1
        for one in queries_of(terms, lexicon, known_words, is_begun=is_begun, is_for_marks=is_for_marks):
            together = one if together is None else together & one
        if together is not None:
            whole = together if whole is None else whole | together
    return whole


class Query(SearchQuery):
    """A query as the database has written it down: one value, where the whole tree would stand in a statement ten times."""

    template = "%(expressions)s::tsquery"


@lru_cache(maxsize=KEPT)
def written_query(
    text: str, lexicon: Lexicon, known_words: tuple[str, ...], *, is_for_marks: bool = False
) -> Query | None:
    """`query_of`, asked of the database once. Without entries there is none to ask with, and no known word either: once
    there are some, it is another question."""
    query = query_of(text, lexicon, known_words, is_for_marks=is_for_marks)
    written = SearchEntry.objects.order_by().values_list(Cast(query, TextField()), flat=True).first() if query else None
    return None if written is None else Query(written)


def begun_words(typed: str, known_words: Sequence[str]) -> list[str]:
    """Words that begin so. A search by the beginnings of stems would lose what is typed beyond the stem."""
    if len(typed) < SHORTEST_PREFIX:
        return []
    first = bisect_left(known_words, typed)
    return [word for word in known_words[first : first + MOST_BEGUN] if word.startswith(typed) and word != typed]


def other_ways(typed: str, group: str, lexicon: Lexicon, known_words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Every other way to write the group whose words stand in the versions; two with the same stems are one.

    A word of general English is none: whoever looks for an improvement does not look for every "work" and "better".
    Nor is a phrase of which the database would keep one word that does not mean the group by itself.
    """
    known, general = stems_of(known_words), english()
    ways = {tuple(forms(other)): tuple(tokens(other)) for other in lexicon.alternatives(group)}
    found: dict[tuple[str, ...], tuple[str, ...]] = {tuple(forms(typed)): ()}
    for stemmed, words in ways.items():
        kept = tuple(stem for stem in stemmed if stem not in general.grammar)
        if len(kept) < 2 and (kept not in ways or all(map(general.is_filler, words, stemmed))):
            continue
        if all(len(stem) < 2 or stem in known or stem.isdigit() for stem in stemmed):
            found.setdefault(stemmed, words)
    return [words for words in found.values() if words]


@lru_cache(maxsize=8)
def stems_of(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(stems(words).values())


def queries_of(
    terms: Sequence[Term], lexicon: Lexicon, known_words: tuple[str, ...], *, is_begun: bool, is_for_marks: bool
) -> Iterator[SearchQuery]:
    words = [(term, token) for term in terms if not (term.is_phrase or term.is_without) for token in tokens(term.text)]
    known = stems(token for _, token in words)
    spans = {span.start: span for span in lexicon.spans([known[token] for _, token in words])}
    place = 0
    while place < len(words):
        span = spans.get(place)
        end = span.end if span else place + 1
        typed = " ".join(token for _, token in words[place:end])
        query = SearchQuery(typed, config=CONFIG, search_type="phrase" if end > place + 1 else "plain")
        for words_of_other in other_ways(typed, span.group, lexicon, known_words) if span else ():
            if not is_for_marks or len(words_of_other) == 1:
                query |= SearchQuery(" ".join(words_of_other), config=CONFIG, search_type="phrase")
        if is_begun and end == len(words) and end == place + 1:
            for other in begun_words(typed, known_words):
                query |= SearchQuery(other, config=CONFIG, search_type="plain")
        yield query
        place = end
    for term in terms:
        if term.is_phrase and not term.is_without:
            yield SearchQuery(term.text, config=CONFIG, search_type="phrase")


def left_out(text: str) -> list[SearchQuery]:
    """What must stand in neither wording."""
    without = [term.text for terms in alternatives_of(text) for term in terms if term.is_without]
    return [SearchQuery(one, config=CONFIG, search_type="phrase") for one in without]
