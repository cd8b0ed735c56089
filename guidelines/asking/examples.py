"""Questions that people ask, with what answers them or that nothing does: the nearest of them vote on a new question.

A finding aid beside the content, like the synonyms: no word of it is ever shown. A guideline without such a file has no
votes, and is asked by its texts alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from heapq import nlargest
from itertools import pairwise
from math import log, sqrt
from typing import Literal

from guidelines.asking.knowledge import MOST_KEPT, Knowledge
from guidelines.asking.meaning import corrected
from guidelines.engine.values import Content, Key, Line
from guidelines.lexicon import stems, tokens
from guidelines.library import CONTENT_FOLDER
from guidelines.strict_yaml import read_yaml

NEIGHBOURS = 10
LOOKED_AT = 60
NEARER = 3  # the power of its likeness with which a neighbour votes
OTHER_DRUG, NO_DRUG = 0.6, 0.85  # what is left of a likeness where the drugs are not the same
BROADER, GENERAL, NUMBER, PAIR = 0.5, 0.15, 0.3, 0.3  # how much a feature counts against a word
# What the votes may decide, tuned on questions by several hands.
LIKE = 0.33  # so like that what does not cover the one does not cover the other
LIKE_ENOUGH = 0.25  # so like that what answers the one may answer the other
SOME_SAY, MOST_SAY, NEARLY_ALL_SAY = 0.3, 0.5, 0.8

Kind = Literal["dose", "monitoring", "suitability", "next", "duration"]


class Example(Content):
    """One question. Without statements, kind and rules it is not covered."""

    question: Line
    statements: tuple[Key, ...] = ()
    kind: Kind | None = None
    drug: Key | None = None
    rules: tuple[Key, ...] = ()

    @property
    def is_covered(self) -> bool:
        return bool(self.statements or self.kind)


class Examples(Content):
    questions: tuple[Example, ...]


@dataclass(frozen=True)
class Votes:
    """Shares are of 1. `nearest` is how like the nearest example is, from 0 to 1."""

    nearest: float = 0.0
    against: float = 1.0  # that it is not covered
    statements: dict[str, float] = field(default_factory=dict)
    kinds: dict[str, float] = field(default_factory=dict)
    drugs: dict[str, float] = field(default_factory=dict)
    rules: dict[str, float] = field(default_factory=dict)


@cache
def examples_of(slug: str) -> tuple[Example, ...]:
    """The examples shipped for a guideline; none where there is no file."""
    path = CONTENT_FOLDER / "questions" / f"{slug}.yaml"
    if not path.exists():
        return ()
    return Examples.model_validate({"questions": read_yaml(path.read_bytes(), file=path.name).plain()}).questions


class Neighbourhood:
    """The examples of a guideline, ready to be compared with a question: cosine of weighted features."""

    def __init__(self, examples: Sequence[Example], knowledge: Knowledge) -> None:
        self.examples, self.knowledge = examples, knowledge
        words = [corrected(tokens(example.question), knowledge) for example in examples]
        known = stems(word for one in words for word in one)
        counted = [self.features(one, known) for one in words]
        self.drugs = [self.drugs_in(features) for features in counted]
        times = Counter(feature for features in counted for feature in features)
        self.rarity = {feature: log((len(examples) + 1) / (count + 0.5)) for feature, count in times.items()}
        self.unheard = log(2 * (len(examples) + 1))
        self.holding: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, features in enumerate(counted):
            for feature, value in self.unit(features).items():
                self.holding[feature].append((place, value))

    def features(self, words: Sequence[str], known: dict[str, str]) -> dict[str, float]:
        """Groups of synonyms with those broader, words outside them, and pairs of words; each number is alike."""
        found = [known[word] for word in words]
        counted: defaultdict[str, float] = defaultdict(float)
        inside: set[int] = set()
        lexicon = self.knowledge.lexicon
        for span in lexicon.spans(found):
            inside.update(range(span.start, span.end))
            add(counted, [f"@{span.group}"], 1)
            add(counted, (f"@{group}" for group in lexicon.broader[span.group]), BROADER)
        for place, (word, stem) in enumerate(zip(words, found, strict=True)):
            if word[:1].isdigit():
                add(counted, ["#"], NUMBER)
            elif place not in inside:
                add(counted, [stem], GENERAL if stem in self.knowledge.english.grammar else 1)
        add(counted, (f"{one} {other}" for one, other in pairwise(found)), PAIR)
        return counted

    def drugs_in(self, features: Iterable[str]) -> frozenset[str]:
        return frozenset(self.knowledge.drug_of[one] for one in features if one in self.knowledge.drug_of)

    def unit(self, features: Mapping[str, float]) -> dict[str, float]:
        weighted = {one: count * self.rarity.get(one, self.unheard) for one, count in features.items()}
        length = sqrt(sum(value * value for value in weighted.values())) or 1.0
        return {one: value / length for one, value in weighted.items()}

    def nearest(self, words: Sequence[str]) -> list[tuple[float, Example]]:
        features = self.features(words, stems(words))
        drugs, likeness = self.drugs_in(features), defaultdict[int, float](float)
        for feature, value in self.unit(features).items():
            for place, other in self.holding.get(feature, ()):
                likeness[place] += value * other
        likest = nlargest(LOOKED_AT, likeness.items(), key=lambda one: one[1])
        found = [(near * self.same(drugs, self.drugs[place]), place) for place, near in likest]
        return [(near, self.examples[place]) for near, place in sorted(found, reverse=True)[:NEIGHBOURS]]

    def same(self, asked: frozenset[str], other: frozenset[str]) -> float:
        if asked == other:
            return 1.0
        return OTHER_DRUG if asked and other and not asked & other else NO_DRUG

    def votes(self, words: Sequence[str]) -> Votes:
        near = self.nearest(words)
        total = sum(likeness**NEARER for likeness, _ in near)
        if not total:
            return Votes()
        against = 0.0
        kept: dict[str, dict[str, float]] = {"statements": {}, "kinds": {}, "drugs": {}, "rules": {}}
        for likeness, example in near:
            share = likeness**NEARER / total
            if not example.is_covered:
                against += share
            named: list[Sequence[str | None]] = [example.statements, [example.kind], [example.drug], example.rules]
            for votes, keys in zip(kept.values(), named, strict=True):
                for key in keys:
                    if key is not None:
                        votes[key] = votes.get(key, 0.0) + share
        return Votes(near[0][0], against, **kept)


def add(counted: defaultdict[str, float], features: Iterable[str], value: float) -> None:
    for feature in features:
        counted[feature] += value


_kept: dict[str, Neighbourhood] = {}  # by the hash of the content: putting one together takes a second


def neighbourhood_of(knowledge: Knowledge) -> Neighbourhood:
    content_hash = knowledge.compiled.content_hash
    found = _kept.get(content_hash)
    if found is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        found = _kept[content_hash] = Neighbourhood(examples_of(knowledge.compiled.package.slug), knowledge)
    return found
