"""From words to what they mean: stems by the database's own English dictionary, phrases to groups of synonyms.

Knows no guideline by itself; whoever builds a Lexicon gives it the groups.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection

from guidelines.synonyms import Group

# Letters and digits; a decimal number stays one. What joins words (hyphen, slash) parts them here.
TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:\d+)?")
DIGIT = re.compile(r"\d")
POSSESSIVE = re.compile(r"['’]s?\b")
KEPT_STEMS = 20_000
UNSTEMMED = ("ly", "ness")
_stems: dict[str, str] = {}


# Signs that are read as words; a limit that includes its number is told like one that does not.
SIGNS = str.maketrans({"%": " percent ", "<": " below ", "≤": " below ", ">": " above ", "≥": " above "})


def tokens(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold().translate(SIGNS)
    # The digits of every script are read as ours: a dose is a dose in whatever digits it is written.
    folded = DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), folded)
    return TOKEN.findall(POSSESSIVE.sub("", folded))


def stems(words: Iterable[str]) -> dict[str, str]:
    """The stem of each word; a word that the dictionary stops (the, once) is its own. So is one in -ly or -ness:
    its stem would make a week of weekly, and weak of weakness."""
    wanted = set(words)
    if missing := [word for word in wanted if word not in _stems]:
        if len(_stems) > KEPT_STEMS:
            _stems.clear()
            missing = list(wanted)
        with connection.cursor() as cursor:
            cursor.execute("SELECT word, ts_lexize('english_stem', word) FROM unnest(%s::text[]) AS word", [missing])
            rows = cursor.fetchall()
        _stems.update({word: found[0] if found and not word.endswith(UNSTEMMED) else word for word, found in rows})
    return {word: _stems[word] for word in wanted}


def stopped(words: Iterable[str]) -> frozenset[str]:
    """Those of the words that the dictionary stops."""
    with connection.cursor() as cursor:
        asked = "SELECT word FROM unnest(%s::text[]) AS word WHERE ts_lexize('english_stem', word) = '{}'"
        cursor.execute(asked, [list(words)])
        return frozenset(word for (word,) in cursor.fetchall())


def forms(text: str) -> list[str]:
    """The text as stems, in order."""
    words = tokens(text)
    found = stems(words)
    return [found[word] for word in words]


@dataclass(frozen=True)
class Span:
    """A run of words that means a group; `end` is the place behind it."""

    start: int
    end: int
    group: str


@dataclass(frozen=True, eq=False)  # one for each set of groups: see lexicon_of
class Lexicon:
    phrases: dict[tuple[str, ...], str]
    words: dict[str, tuple[str, ...]]
    broader: dict[str, tuple[str, ...]]
    longest: int

    def spans(self, found: Sequence[str]) -> Iterator[Span]:
        """The longest phrases, from left to right, none inside another."""
        start = 0
        while start < len(found):
            for length in range(min(self.longest, len(found) - start), 0, -1):
                group = self.phrases.get(tuple(found[start : start + length]))
                if group is not None:
                    yield Span(start, start + length, group)
                    start += length
                    break
            else:
                start += 1

    def alternatives(self, group: str) -> list[str]:
        """Every way to write the group, and what is narrower than it."""
        narrower = [key for key, above in self.broader.items() if group in above]
        return [word for key in (group, *narrower) for word in self.words[key]]


@lru_cache(maxsize=16)
def lexicon_of(groups: tuple[Group, ...]) -> Lexicon:
    split = {word: tokens(word) for group in groups for word in group.words}
    known = stems(token for found in split.values() for token in found)
    phrases: dict[tuple[str, ...], str] = {}
    for group in groups:
        for word in group.words:
            phrases.setdefault(tuple(known[token] for token in split[word]), group.key)
    direct = {group.key: group.broader for group in groups}
    above = {key: tuple(sorted(all_above(direct, key))) for key in direct}
    words = {group.key: group.words for group in groups}
    return Lexicon(phrases, words, above, max((len(phrase) for phrase in phrases), default=0))


def all_above(direct: dict[str, tuple[str, ...]], key: str) -> set[str]:
    found: set[str] = set()
    waiting = list(direct[key])
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += direct.get(one, ())
    return found
