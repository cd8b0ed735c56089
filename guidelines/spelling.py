"""The nearest known word for one that is not known: few edits, and the same consonants by sound.

Two right words may differ by one letter (another consonant); a misspelt one mostly keeps its sound. Short words are
left alone: too much is near to them.
"""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein, Indel, JaroWinkler

SHORTEST, SHORT = 4, 5
MOST_NEAR = 5
NEAR_ENOUGH = 0.82
# How English writes one sound in several ways; in this order.
SOUNDS = (
    (re.compile(r"[ts]ion"), "sn"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"th"), "t"),
    (re.compile(r"ck|qu?|ch|c(?=[^eiyh]|$)"), "k"),
    (re.compile(r"[cz]"), "s"),
    (re.compile(r"x"), "ks"),
    (re.compile(r"[aeiouyhw]"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)


@lru_cache(maxsize=50_000)
def consonants(word: str) -> str:
    """The word's consonants as they sound."""
    for pattern, sound in SOUNDS:
        word = pattern.sub(sound, word)
    return word


def edits_allowed(word: str) -> int:
    length = len(word)
    return 0 if length < SHORTEST else 1 if length < 8 else 2 if length < 12 else 3


def sounds_like(word: str, other: str) -> bool:
    """Whether at most one consonant is missing, added or moved."""
    one, two = consonants(word), consonants(other)
    if len(word) < SHORT:
        return one == two
    return Indel.distance(one, two) <= 1 or (len(one) == len(two) and sorted(one) == sorted(two))


def begins_alike(word: str, other: str) -> bool:
    """The same first letter, or another way to write its sound."""
    return word[0] == other[0] or any(word[0] in letters and other[0] in letters for letters in ("ckqsz", "fp", "iy"))


def nearest_word(word: str, known: Collection[str]) -> str:
    """The known word that is fewest edits away and sounds like it, or nothing. The first sound must agree."""
    edits = edits_allowed(word)
    if not edits:
        return ""
    found = process.extract(word, known, scorer=DamerauLevenshtein.distance, score_cutoff=edits, limit=20)
    likely = [
        (distance, -JaroWinkler.similarity(word, other), other)
        for other, distance, _ in found
        if len(other) >= SHORTEST and begins_alike(word, other) and sounds_like(word, other)
    ]
    return min(likely)[2] if likely else ""


def nearest(words: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Known words that look a little like these, best first."""
    scored: dict[str, float] = {}
    for word in words:
        if len(word) < 3:
            continue
        for other, score, _ in process.extract(
            word, known, scorer=JaroWinkler.similarity, score_cutoff=NEAR_ENOUGH, limit=MOST_NEAR
        ):
            if len(other) > 3:
                scored[other] = max(score, scored.get(other, 0))
    return tuple(sorted(scored, key=lambda other: -scored[other])[:MOST_NEAR])
