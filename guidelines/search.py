"""Full-text search over the entries of versions: both wordings, synonyms, misspelt words, matches marked.

Searches only the versions it is given: which ones a reader may see is the caller's to say. The syntax is that of
PostgreSQL's websearch: "a phrase", -without, or.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.contrib.postgres.search import SearchRank
from django.db.models import BooleanField, Case, ExpressionWrapper, F, FloatField, Q, Value, When
from django.db.models.functions import Greatest

from guidelines import synonyms
from guidelines.lexicon import Lexicon, lexicon_of, stems, tokens
from guidelines.models import Drug, EntryKind, SearchEntry, SearchWord, Version
from guidelines.search_marks import Parts, marked, parts, with_ends
from guidelines.search_query import left_out, written_query
from guidelines.spelling import nearest, nearest_word

MOST_RESULTS = 40
LONGEST_QUERY = 200
# Where two entries match equally well, what is recommended comes before what is only a source.
WEIGHTS = {EntryKind.REFERENCE: 0.4, EntryKind.CONFLICT: 0.7}
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


def lexicon_for(versions: Sequence[Version]) -> Lexicon:
    rows = Drug.objects.filter(version__in=versions).order_by("version", "position").values_list("name", "names")
    return lexicon_of(tuple(synonyms.with_drugs(synonyms.shipped(), ((name, *names) for name, names in rows))))


# --- a query → results -----------------------------------------------------------------------------------------------


def rows_for(versions: Sequence[Version], text: str, lexicon: Lexicon) -> list[SearchEntry]:
    """The best entries, one more than is shown."""
    query = written_query(text, lexicon, vocabulary(versions))
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
    query = written_query(text, lexicon, vocabulary(versions), is_for_marks=True)
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
