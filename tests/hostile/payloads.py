"""The corpus of scripts, each with a word of its own, and how they are put into texts of any length."""

import re
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple
from unicodedata import category

FILE = Path(__file__).with_name("payloads.txt")
WORD = re.compile(r"zq(\d{3})x", re.IGNORECASE)
ESCAPED = re.compile(r"\\(r|n|t|\\|u[0-9a-f]{4})")
SIGNS = {"r": "\r", "n": "\n", "t": "\t", "\\": "\\"}


class Payload(NamedTuple):
    number: int
    text: str

    @property
    def is_plain(self) -> bool:
        """Whether it holds no sign that a text of a guideline may not hold."""
        return not {"Cc", "Cf", "Zl", "Zp"} & set(map(category, self.text)) and not {"{", "}"} & set(self.text)


def unescaped(found: re.Match[str]) -> str:
    sign = found[1]
    return chr(int(sign[1:], 16)) if sign.startswith("u") else SIGNS[sign]


def payloads() -> list[Payload]:
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [
        Payload(number, ESCAPED.sub(unescaped, line).replace("@@", f"zq{number:03}x").replace("\x00", ""))
        for number, line in enumerate(lines)
    ]  # fmt: skip


class Words:
    """Gives them out in turn. A short text gets one that fits, a long one as many as fit."""

    def __init__(self, chosen: list[Payload], begin: int = 0) -> None:
        self.turn: Iterator[Payload] = islice(cycle(chosen), begin, None)
        self.chosen, self.count, self.waiting = chosen, len(chosen), list[Payload]()

    def one(self, most: int) -> str:
        """The next that fits; what is too long waits for a longer text."""
        for _ in range(2 * self.count):
            found = next(self.turn)
            if len(found.text) <= most:
                return found.text
            self.waiting.append(found)
        raise ValueError(f"no payload has {most} characters or less")

    def many(self, most: int, before: str = "") -> str:
        text = before
        while True:
            found = self.waiting.pop() if self.waiting else next(self.turn)
            if len(text) + len(found.text) + 1 > most:
                self.waiting.append(found)
                return text or self.one(most)
            text = f"{text} {found.text}" if text else found.text
            if len(text) > most - 30:
                return text
