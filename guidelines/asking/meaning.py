"""What a question asks: its subjects, the drugs it names, the kind of answer it wants, and what nothing here knows.

Misspelt words are corrected to words that are known; a word that is something else on purpose is not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from guidelines.asking.knowledge import Knowledge
from guidelines.lexicon import Span, stems, tokens
from guidelines.spelling import nearest_word

YEAR = re.compile("(?:19|20)[0-9]{2}")


@dataclass(frozen=True)
class Meaning:
    words: tuple[str, ...]
    spans: tuple[Span, ...]
    subjects: tuple[str, ...]  # features, the drugs of the guideline left out
    drugs: tuple[str, ...]
    intents: frozenset[str]
    unknown: tuple[str, ...]  # words that nothing here knows
    foreign: tuple[str, ...]  # words known to be about something else
    passing: frozenset[str]  # stems that carry no subject: they decide nothing, and break a tie

    @property
    def is_empty(self) -> bool:
        return not (self.subjects or self.drugs)


def meaning_of(question: str, knowledge: Knowledge) -> Meaning:
    words = corrected(tokens(question), knowledge)
    known = stems(words)
    found = [known[word] for word in words]
    spans = tuple(knowledge.lexicon.spans(found))
    foreign = foreign_places(words, spans, knowledge)
    inside = {place for span in spans for place in range(span.start, span.end)}
    groups = [f"@{span.group}" for span in spans if not foreign.issuperset(range(span.start, span.end))]
    subjects = [feature for feature in groups if feature not in knowledge.drug_of]
    drugs = [knowledge.drug_of[feature] for feature in groups if feature in knowledge.drug_of]
    cues = list(knowledge.english.intents_in(found))
    intents = {intent for _, _, intent in cues}
    cued = {place for start, end, _ in cues for place in range(start, end)}
    unknown, strange, passing = [], [], set()
    for place, (word, stem) in enumerate(zip(words, found, strict=True)):
        if place in foreign:
            strange.append(word)
        elif place in inside or (word[:1].isdigit() and not YEAR.fullmatch(word)):
            continue
        elif (
            knowledge.english.is_filler(word, stem) or len(word) < 2 or (place in cued and stem not in knowledge.known)
        ):
            passing.add(stem)
        elif stem in knowledge.known:
            subjects.append(stem)
        elif not YEAR.fullmatch(word):
            unknown.append(word)
    intents -= {other for intent in intents for other in knowledge.english.without[intent]}
    if drugs and knowledge.english.is_oftener(question):
        intents.add("taken")
    if drugs and any(is_amount(words, place, knowledge) for place in range(len(words))):
        intents.add("dose")
    return Meaning(
        words=tuple(words),
        spans=spans,
        subjects=tuple(dict.fromkeys(subjects)),
        drugs=tuple(dict.fromkeys(drugs)),
        intents=frozenset(intents),
        unknown=tuple(dict.fromkeys(unknown)),
        foreign=tuple(dict.fromkeys(strange)),
        passing=frozenset(passing),
    )


def is_amount(words: Sequence[str], place: int, knowledge: Knowledge) -> bool:
    """Whether a number with the unit of a dose stands here."""
    units = {regimen.regimen.unit for regimen in knowledge.compiled.regimens.values()}
    return words[place][:1].isdigit() and place + 1 < len(words) and words[place + 1] in units


def foreign_places(words: Sequence[str], spans: Sequence[Span], knowledge: Knowledge) -> set[int]:
    """The places of words that are something this guideline is not about. By the word as it is written: its stem may
    be that of something else. Inside a longer phrase that is known, such a word is part of it."""
    longest = max((len(phrase) for phrase in knowledge.others), default=0)
    return {
        place
        for start in range(len(words))
        for length in range(1, longest + 1)
        if tuple(words[start : start + length]) in knowledge.others
        and not any(one.start <= start and start + length <= one.end and length < one.end - one.start for one in spans)
        for place in range(start, min(start + length, len(words)))
    }


def corrected(words: Sequence[str], knowledge: Knowledge) -> list[str]:
    """The words, each unknown one replaced by the known one it is most like, if there is one."""
    found = stems(words)
    # Each word is looked up once, however often it stands there: the search is the costly part of a question.
    meant = {}
    for word, stem in found.items():
        is_known = word in knowledge.words or stem in knowledge.word_stems or word[:1].isdigit()
        is_right = is_known or (word,) in knowledge.others
        meant[word] = word if is_right else nearest_word(word, knowledge.words) or word
    return [meant[word] for word in words]
