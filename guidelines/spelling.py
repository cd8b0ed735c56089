"""The nearest known word for one that is not known, by edits. Short words are left alone: too much is near to them."""

from collections.abc import Collection, Sequence

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

SHORTEST = 5
MOST_NEAR = 5
NEAR_ENOUGH = 0.82


def edits_allowed(word: str) -> int:
    length = len(word)
    return 0 if length < SHORTEST else 1 if length < 10 else 2 if length < 13 else 3


def nearest_word(word: str, known: Collection[str]) -> str:
    """The known word that is fewest edits away, or nothing. The first letter must agree."""
    edits = edits_allowed(word)
    if not edits:
        return ""
    found = process.extract(
        word, known, scorer=DamerauLevenshtein.distance, score_cutoff=edits, limit=10, processor=None
    )
    likely = [
        (distance, -JaroWinkler.similarity(word, other), other)
        for other, distance, _ in found
        if len(other) >= SHORTEST and other[0] == word[0]
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
