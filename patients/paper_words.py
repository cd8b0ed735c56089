"""Words, numbers and dates as paper prints them: units in full, commas in thousands, numbers held to their units."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from guidelines.engine.values import plain

NO_BREAK = "\N{NO-BREAK SPACE}"
UNITS = {
    "mg": "milligram",
    "ug": "microgram",
    "mcg": "microgram",
    "µg": "microgram",
    "g": "gram",
    "mL": "milliliter",
    "U": "unit",
}
SMALL = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]  # fmt: skip
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
COUNTED = (
    "tablets?|capsules?|vials?|pens?|sachets?|milligrams?|micrograms?|grams?|milliliters?|units?|doses?|degrees|pounds?|"
    "hours?|days?|weeks?|months?|years?|times"
)
NUMBER_AND_UNIT = re.compile(rf"(\d[\d,.]*(?: \([a-z-]+\))?) ({COUNTED})\b")
MONTH_AND_DAY = re.compile(
    r"\b(January|February|March|April|May|June|July|August|September|October|November|December) (\d{1,2})\b"
)
CLINICAL_UNIT = re.compile(r"(\d) (mg|µg|g|kg|mL|cm|m²|U)(?![\w/])")
ONE_OF_MANY = re.compile(
    r"(?<![\d.,])(1(?: \(one\))?) (tablet|capsule|milligram|microgram|gram|dose|day|week|month|year)s\b"
)


def in_one_line(labels: Sequence[str]) -> str:
    """Labels in one line: only the first keeps its capital, unless it is an abbreviation's."""
    others = (label[0].lower() + label[1:] if label[1:2].islower() else label for label in labels[1:])
    return ", ".join((capital(labels[0]), *others))


def number(amount: Decimal | int) -> str:
    """As patients read it: 1,500 and 12.5, never 1500 or 12.50."""
    whole, point, rest = plain(Decimal(amount)).partition(".")
    return f"{int(whole):,}{point}{rest}"


def in_letters(count: int) -> str:
    """A count in words, as a second way to read it."""
    if count < 20:
        return SMALL[count]
    if count >= 100:
        raise ValueError("a count above 99 is not printed in words")
    tens, ones = divmod(count, 10)
    return TENS[tens - 2] + (f"-{SMALL[ones]}" if ones else "")


def noun(word: str, count: Decimal | int) -> str:
    return word if count == 1 else f"{word}s"


def so_many(count: Decimal | int, word: str) -> str:
    """How many of something that is counted, halves in words: a decimal point is overlooked, and 1.5 then reads as 15."""
    whole, rest = divmod(Decimal(count), 1)
    if not rest:
        return f"{number(count)} {noun(word, count)}"
    if rest != Decimal("0.5"):
        raise ValueError(f"{count} {word}s are no whole and no half ones")
    return f"{number(whole)} and a half {word}s" if whole else f"half a {word}"


def in_words(count: Decimal | int) -> str:
    """A count in letters, a half included; nothing from 100 on."""
    whole, rest = divmod(Decimal(count), 1)
    if whole >= 100:
        return ""
    if not rest:
        return in_letters(int(whole))
    return f"{in_letters(int(whole))} and a half" if whole else "half"


def measured(amount: Decimal, unit: str) -> str:
    """The amount with its unit in full; ValueError for a unit that has no plain word."""
    if unit not in UNITS:
        raise ValueError(f"the unit {unit} has no plain word for the patient")
    return f"{number(amount)} {noun(UNITS[unit], amount)}"


def joined(words: Sequence[str]) -> str:
    """A, B and C."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def patient_day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def clinician_day(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"


def set_line(line: str) -> str:
    """One line as it is printed: 1 takes the singular, and nothing comes between a number and its unit."""
    line = ONE_OF_MANY.sub(r"\1 \2", line)
    line = NUMBER_AND_UNIT.sub(lambda found: found[0].replace(" ", NO_BREAK), line)
    return MONTH_AND_DAY.sub(rf"\1{NO_BREAK}\2", line)


def set_clinical(line: str) -> str:
    """A clinician's line, its amounts held together."""
    return CLINICAL_UNIT.sub(rf"\1{NO_BREAK}\2", line)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
