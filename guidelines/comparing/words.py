"""Words that stayed, went and came between two texts."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

# Of longer texts the old and the new are shown whole: comparing them word by word can take minutes, and strangers may ask.
MOST_PAIRS = 500_000
WORDS = re.compile(r"\s+|[^\s]+")


class Segment(NamedTuple):
    """A run of words that stayed, went or came."""

    state: Literal["same", "gone", "new"]
    text: str


class Sides(NamedTuple):
    """The same for two texts that stand side by side: the old one with what went, the new one with what came."""

    before: tuple[Segment, ...]
    after: tuple[Segment, ...]


def compared(old: str, new: str) -> Iterator[Segment]:
    before, after = WORDS.findall(old), WORDS.findall(new)
    if len(before) * len(after) > MOST_PAIRS:
        yield Segment("gone", old)
        yield Segment("new", new)
        return
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for operation, a, b, c, d in matcher.get_opcodes():
        if operation == "equal":
            yield Segment("same", "".join(before[a:b]))
            continue
        if a < b:
            yield Segment("gone", "".join(before[a:b]))
        if c < d:
            yield Segment("new", "".join(after[c:d]))


def side_by_side(old: str, new: str) -> Sides:
    segments = tuple(compared(old, new))
    return Sides(
        tuple(segment for segment in segments if segment.state != "new"),
        tuple(segment for segment in segments if segment.state != "gone"),
    )
