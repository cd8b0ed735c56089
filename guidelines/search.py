"""Full-text search over the entries of versions: both wordings, synonyms, misspelt words, matches marked.

Searches only the versions it is given: which ones a reader may see is the caller's to say. The syntax is that of
PostgreSQL's websearch: "a phrase", -without, or.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import BooleanField, Case, ExpressionWrapper, F, FloatField, Q, Value, When
from django.db.models.functions import Greatest

from guidelines import synonyms
from guidelines.asking.english import english
from guidelines.lexicon import Lexicon, forms, lexicon_of, stems, tokens
from guidelines.models import Drug, EntryKind, SearchEntry, SearchWord, Version
from guidelines.models.finding import CONFIG
from guidelines.search_marks import Parts, marked, parts, with_ends
from guidelines.spelling import nearest, nearest_word

MOST_RESULTS = 40
LONGEST_QUERY = 200
MOST_TERMS = 20
SHORTEST_PREFIX = 3
MOST_BEGUN = 12
# Where two entries match equally well, what is recommended comes before what is only a source.
WEIGHTS = {EntryKind.REFERENCE: 0.4, EntryKind.CONFLICT: 0.7}
TERM = re.compile(r'(-?)"([^"]*)"?|(-?)([^\s"]+)')
NAMED_BY_KEY = (EntryKind.STATEMENT, EntryKind.RULE, EntryKind.MONITORING)


@dataclass(frozen=True)
class Result:
    """An entry with the matches in its title and text; `is_plain` where only the plain wording has them."""

    entry: SearchEntry
    title: Parts
    text: Parts
    is_plain: bool

    @property
    def label(self) -> str:
        """Which wording matched, or the key that a clinician reads beside the entry on its page."""
        if self.is_plain:
            return "Plain words"
        return self.entry.key if self.entry.kind in NAMED_BY_KEY else ""

    @property
    def audience(self) -> str:
        """Whose page shows the matches."""
        return "patient" if self.is_plain else "clinician"


@dataclass(frozen=True)
class Group:
    version: Version
    label: str
    results: list[Result]


@dataclass(frozen=True)
class Found:
    text: str
    groups: list[Group]
    has_more: bool = False
    corrected_from: str = ""
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True)
class Term:
    """One part of what was typed: a word or a phrase."""

    text: str
    is_phrase: bool = False
    is_without: bool = False


def search(versions: Sequence[Version], text: str, *, is_exact: bool = False) -> Found:
    """What the versions say about the text. A word that nothing has is corrected, unless `is_exact`."""
    lexicon = lexicon_for(versions)
    rows = rows_for(versions, text, lexicon)
    if rows:
        return found_in(versions, text, rows, lexicon)
    corrected = text if is_exact else corrected_text(versions, text, lexicon)
    if corrected != text and (rows := rows_for(versions, corrected, lexicon)):
        return found_in(versions, corrected, rows, lexicon, corrected_from=text.strip())
    return Found(text.strip(), [], nearest=near_words(versions, text))


# --- what was typed → a query ----------------------------------------------------------------------------------------


def lexicon_for(versions: Sequence[Version]) -> Lexicon:
    rows = Drug.objects.filter(version__in=versions).order_by("version", "position").values_list("name", "names")
    return lexicon_of(tuple(synonyms.with_drugs(synonyms.shipped(), ((name, *names) for name, names in rows))))


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


# --- a query → results -----------------------------------------------------------------------------------------------


def rows_for(versions: Sequence[Version], text: str, lexicon: Lexicon) -> list[SearchEntry]:
    """The best entries, one more than is shown."""
    query = query_of(text, lexicon, vocabulary(versions))
    if query is None:
        return []
    weight = Case(
        *(When(kind=kind, then=Value(one)) for kind, one in WEIGHTS.items()),
        default=Value(1.0), output_field=FloatField(),
    )  # fmt: skip
    rank = Greatest(SearchRank(F("clinician_vector"), query), SearchRank(F("plain_vector"), query)) * weight
    matching = SearchEntry.objects.filter(
        Q(clinician_vector=query) | Q(plain_vector=query), version__in=[version.pk for version in versions]
    )
    for one in left_out(text):
        matching = matching.exclude(Q(clinician_vector=one) | Q(plain_vector=one))
    is_clinical = ExpressionWrapper(Q(clinician_vector=query), output_field=BooleanField())
    ranked = matching.annotate(rank=rank, is_clinical=is_clinical).order_by("-rank", "version_id", "position")
    return list(ranked.only("pk")[: MOST_RESULTS + 1])


def found_in(
    versions: Sequence[Version], text: str, rows: list[SearchEntry], lexicon: Lexicon, *, corrected_from: str = ""
) -> Found:
    """The results as a page groups them. Matches are marked on these alone: that is the costly part."""
    query = query_of(text, lexicon, vocabulary(versions), is_for_marks=True)
    shown = SearchEntry.objects.filter(pk__in=[row.pk for row in rows[:MOST_RESULTS]])
    for name in ("title", "plain_title"):
        shown = shown.annotate(**{f"{name}_marked": marked(name, query, highlight_all=True)})
    for name in ("clinician", "plain"):
        best = marked(name, query, max_words=40, min_words=20, max_fragments=2, fragment_delimiter=" … ")
        shown = shown.annotate(**{f"{name}_marked": best})
    by_pk = {entry.pk: entry for entry in shown.defer("clinician_vector", "plain_vector")}
    order = {kind: place for place, kind in enumerate(EntryKind.values)}
    places = {version.pk: place for place, version in enumerate(versions)}
    groups: dict[tuple[int, str], list[Result]] = {}
    for row in rows[:MOST_RESULTS]:
        entry = by_pk[row.pk]
        result = result_of(entry, is_plain=not row.is_clinical)  # type: ignore[attr-defined]  # annotated above
        groups.setdefault((entry.version_id, entry.kind), []).append(result)
    return Found(
        text.strip(),
        [
            Group(versions[places[pk]], EntryKind(kind).label, results)
            for (pk, kind), results in sorted(groups.items(), key=lambda one: (places[one[0][0]], order[one[0][1]]))
        ],
        len(rows) > MOST_RESULTS,
        corrected_from,
    )


def result_of(entry: SearchEntry, *, is_plain: bool) -> Result:
    names = ("plain_title_marked", "plain_marked") if is_plain else ("title_marked", "clinician_marked")
    title, text = (parts(getattr(entry, name)) for name in names)
    return Result(entry, title, with_ends(text, entry.plain if is_plain else entry.clinician), is_plain)


# --- misspelt words --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _vocabulary(versions: tuple[tuple[int, str], ...]) -> tuple[str, ...]:
    rows = SearchWord.objects.filter(version__in=[pk for pk, _ in versions])
    # Sorted here: the database may sort in another order than the one words are looked up by.
    return tuple(sorted(set(rows.values_list("word", flat=True))))


def vocabulary(versions: Sequence[Version]) -> tuple[str, ...]:
    """Every word of the versions; kept in memory by their content."""
    return _vocabulary(tuple((version.pk, version.content_hash) for version in versions))


def corrected_text(versions: Sequence[Version], text: str, lexicon: Lexicon) -> str:
    """The text with every word that is unknown replaced by the known one it is most like."""
    words = vocabulary(versions)
    named = (token for names in lexicon.words.values() for name in names for token in tokens(name))
    choices = tuple(dict.fromkeys([*words, *named]))
    known = set(stems(choices).values())

    def corrected(match: re.Match[str]) -> str:
        word = match[0].lower()
        if word in choices or stems([word])[word] in known:
            return match[0]
        return nearest_word(word, choices) or match[0]

    return re.sub(r"[^\W\d_]{3,}", corrected, text)


def near_words(versions: Sequence[Version], text: str) -> tuple[str, ...]:
    """Words that are there, for somebody who found nothing."""
    return nearest([token for token in tokens(text) if not token.isdigit()], vocabulary(versions))
