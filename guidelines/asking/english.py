"""General English around a question, read from english.yaml: words without a subject, and cues for what is wanted."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from guidelines.engine.values import Content, Key, Line, Text
from guidelines.lexicon import stems, stopped, tokens
from guidelines.strict_yaml import read_yaml

FILE = Path(__file__).parent / "english.yaml"


class Intent(Content):
    """A kind of answer: how it is asked for, and the kinds of statement that give it. `without` is what is then not
    asked, though its words stand there: a missed dose is no question of how much."""

    cues: tuple[Line, ...]
    kinds: tuple[Key, ...] = ()
    without: tuple[Key, ...] = ()


class File(Content):
    filler: tuple[Text, ...]
    intents: dict[Key, Intent]
    beyond: tuple[Line, ...] = ()
    oftener: tuple[Line, ...] = ()


@dataclass(frozen=True)
class English:
    filler_words: frozenset[str]
    filler_stems: frozenset[str]
    cues: dict[tuple[str, ...], frozenset[str]]
    longest: int
    grammar: frozenset[str]  # stems of words that only join others
    kinds: dict[str, frozenset[str]]
    without: dict[str, frozenset[str]]
    beyond: tuple[re.Pattern[str], ...]
    oftener: tuple[re.Pattern[str], ...]

    def is_beyond(self, question: str) -> bool:
        """Whether it asks what no guideline of this kind says: how a drug works, what a thing is."""
        return any(pattern.search(question) for pattern in self.beyond)

    def is_oftener(self, question: str) -> bool:
        """Whether it speaks of taking something on more than one day of a week, or of several at a time."""
        return any(pattern.search(question) for pattern in self.oftener)

    def is_filler(self, word: str, stem: str) -> bool:
        return word in self.filler_words or stem in self.filler_stems

    def intents_in(self, found: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """Where each kind of answer is asked for: start, end and the kind."""
        start = 0
        while start < len(found):
            lengths = range(min(self.longest, len(found) - start), 0, -1)
            length = next((one for one in lengths if tuple(found[start : start + one]) in self.cues), 0)
            for intent in self.cues.get(tuple(found[start : start + length]), ()):
                yield start, start + length, intent
            start += length or 1


@cache
def english() -> English:
    file = File.model_validate(read_yaml(FILE.read_bytes(), file=FILE.name).plain())
    words = frozenset(token for line in file.filler for token in tokens(line))
    cues: dict[tuple[str, ...], frozenset[str]] = {}
    for name, intent in file.intents.items():
        for cue in intent.cues:
            split = tokens(cue)
            known = stems(split)
            phrase = tuple(known[token] for token in split)
            cues[phrase] = cues.get(phrase, frozenset()) | {name}
    return English(
        filler_words=words,
        filler_stems=frozenset(stems(words).values()),
        cues=cues,
        grammar=stopped(words),
        longest=max(len(phrase) for phrase in cues),
        beyond=tuple(re.compile(pattern, re.IGNORECASE) for pattern in file.beyond),
        oftener=tuple(re.compile(pattern, re.IGNORECASE) for pattern in file.oftener),
        without={name: frozenset(intent.without) for name, intent in file.intents.items()},
        kinds={name: frozenset(intent.kinds) for name, intent in file.intents.items()},
    )
