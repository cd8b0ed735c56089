"""Comparisons of versions, kept for their contents: a draft is compared again and again, and a content never changes."""

from functools import lru_cache

from guidelines.comparing.outcomes import Outcomes, outcomes_between
from guidelines.comparing.whole import Comparison, compare
from guidelines.draft_content import exact_content
from guidelines.engine.compiled import CompiledPackage
from guidelines.models import Version
from guidelines.package import compiled_version
from guidelines.shared_results import shared

KEPT = 16


def compiled_of(version: Version) -> CompiledPackage:
    """The version ready to decide with: exactly the content of its hash, since what is made of it is kept by that."""
    return compiled_version(version) if version.is_locked else exact_content(version.pk, version.content_hash)


class Pair:
    """Two versions, the same as any two with the same contents."""

    def __init__(self, old: Version, new: Version) -> None:
        self.old, self.new = old, new
        self.hashes = (old.content_hash, new.content_hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pair) and self.hashes == other.hashes

    def __hash__(self) -> int:
        return hash(self.hashes)


def comparison_of(old: Version, new: Version) -> Comparison:
    return kept_comparison(Pair(old, new))


@lru_cache(maxsize=KEPT)
def kept_comparison(pair: Pair) -> Comparison:
    return compare(compiled_of(pair.old), compiled_of(pair.new))


def outcomes_of(old: Version, new: Version) -> Outcomes:
    """Deciding every test patient twice takes a second or two, so all workers share what came out."""
    return kept_outcomes(Pair(old, new))


@lru_cache(maxsize=KEPT)
def kept_outcomes(pair: Pair) -> Outcomes:
    return shared("outcomes", pair.hashes, lambda: outcomes_between(compiled_of(pair.old), compiled_of(pair.new)))
