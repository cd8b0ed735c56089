"""How well a part of the guideline covers a question. What covers too little of it is no answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from guidelines.asking.knowledge import Knowledge, Part
from guidelines.asking.meaning import Meaning

ENOUGH = 0.5  # of the question covered, for an answer
BESIDE_BEST = 0.8  # of the best one's score, for another one
MEASURED = {"dose", "monitoring", "duration", "next", "evidence", "effects"}
FEW_WORDS = 6
UNKNOWN_OF_FEW = 5.0  # in a question of few words, or about no drug, each of them matters
UNKNOWN = 4.0  # as telling as a subject; what else is covered must outweigh it
PLAIN_WORD = 0.5  # a word that happens to stand in the guideline, beside a group of synonyms
BESIDE = 0.5  # said beside the statement, not in it
BROADER = 0.7  # only what it is a kind of is said
UNNAMED = 0.6  # the drug is not named, and no other either
INTENT = 2.5
PASSING = 0.02
ASKED = 0.12


@dataclass(frozen=True)
class Match:
    part: Part
    coverage: float  # 0 to 1: how much of what was asked it speaks of
    score: float


def match(part: Part, meaning: Meaning, knowledge: Knowledge, *, is_any_kind: bool = False) -> Match:
    """Coverage is of the subjects, the drugs, the unknown words and the kind of answer, each by how telling it is.

    Of a part that answers whatever is asked about its subject (`is_any_kind`) the kind of answer is not held against it.
    """
    total = covered = 0.0
    for subject in meaning.subjects:
        weight = knowledge.weight(subject) * (1.0 if subject.startswith("@") else PLAIN_WORD)
        total += weight
        covered += weight * held(part, subject, knowledge)
    for drug in meaning.drugs:
        feature = next(name for name, key in knowledge.drug_of.items() if key == drug)
        weight = knowledge.weight(feature)
        total += weight
        covered += weight * (1.0 if drug in part.drugs or feature in part.own else UNNAMED if not part.drugs else 0.0)
    total += (UNKNOWN_OF_FEW if len(meaning.words) <= FEW_WORDS or not meaning.drugs else UNKNOWN) * len(
        meaning.unknown
    )
    wanted = meaning.intents & MEASURED
    if wanted and not is_any_kind:
        total += INTENT
        covered += INTENT * bool(wanted & part.intents)
    asked = meaning.intents - MEASURED
    told = asked & part.intents
    coverage = covered / total if total else 0.0
    passing = sum(knowledge.weight(stem) for stem in meaning.passing & part.said)
    return Match(part, coverage, coverage + PASSING * passing + ASKED * bool(told))


def held(part: Part, subject: str, knowledge: Knowledge) -> float:
    if subject in part.own:
        return 1.0
    if subject in part.beside:
        return BESIDE
    above = knowledge.lexicon.broader.get(subject.removeprefix("@"), ()) if subject.startswith("@") else ()
    return BROADER if any(f"@{group}" in part.own for group in above) else 0.0


def fits(part: Part, meaning: Meaning) -> bool:
    """A part about other drugs than the ones that are asked about is no answer."""
    return not meaning.drugs or not part.drugs or bool(part.drugs & set(meaning.drugs))


def ranked(parts: Iterable[Part], meaning: Meaning, knowledge: Knowledge, *, is_any_kind: bool = False) -> list[Match]:
    fitting = (part for part in parts if fits(part, meaning))
    found = [match(part, meaning, knowledge, is_any_kind=is_any_kind) for part in fitting]
    return sorted(found, key=lambda one: -one.score)


def reranked(question: str, matches: Sequence[Match]) -> Sequence[Match]:
    """The seam for a model: it may put candidates in another order, and can neither add to them nor change a word."""
    return matches
