"""The clinic's own numbers, as they stand in the guideline's lines on the patient's paper.

They are the clinic's words and not the guideline's: the print rules about wording leave them out. So they are checked
here, when the clinic is opened: what could be read as a dose or as a placeholder is refused.
"""

import re
from collections.abc import Iterator
from typing import Any

from guidelines.engine.facts import Problem

WITH_NUMBER = ("phone", "after_hours_phone", "emergency_number", "poison_line")
LINES = (*WITH_NUMBER, "fever_limit")
LEAST_DIGITS = 3
NEVER = re.compile(r"[{}<>]|[\x00-\x1f]|\s\s|^\s|\s$")
DOSE = re.compile(r"\b(milligrams?|micrograms?|mg|mcg|tablets?|capsules?|pills?|dos(e|es|age))\b", re.IGNORECASE)
OUR_NUMBER = "our number"


def problems_of(clinic: Any) -> Iterator[Problem]:
    """What keeps these lines off paper; `clinic` has them as attributes."""
    for name in LINES:
        line = getattr(clinic, name)
        if name in WITH_NUMBER and sum(character.isdigit() for character in line) < LEAST_DIGITS:
            yield Problem(name, f"is no number to call: write at least {LEAST_DIGITS} digits, such as 030/450-0")
        elif not any(character.isdigit() for character in line):
            yield Problem(name, "names no temperature, such as 38 °C")
        if NEVER.search(line):
            yield Problem(name, "must be one line without braces, angle brackets and spaces too many")
        if DOSE.search(line):
            yield Problem(name, "must not speak of a dose: it stands among the lines on medicines")


def left_out(text: str, clinic: Any) -> str:
    """The text without the clinic's own lines. The longest first: one may hold another."""
    lines = sorted({getattr(clinic, name).strip() for name in LINES} - {""}, key=len, reverse=True)
    if not lines:
        return text
    either = "|".join(re.escape(line) for line in lines)
    return re.sub(rf"(?<!\w)(?:{either})(?!\w)", OUR_NUMBER, text)
