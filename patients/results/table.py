"""Lines copied from a laboratory's page or a spreadsheet: which part of each is name, value, unit, limit and day.

By a header where there is one, else by what the parts look like. A part nobody understands refuses its line, and so does
a second number that no heading names: it may be a limit of normal, its lower end, or an earlier result.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from patients.results.catalogue import Catalogue, Kind, simplified
from patients.results.reading import NotRead, Told, read_day

MOST_LINES, LONGEST_LINE = 300, 500
HEADINGS = {
    "name": ("test", "name", "result name", "parameter", "analyte", "investigation", "examination", "loinc", "code"),
    "value": ("value", "result", "results", "finding"),
    "unit": ("unit", "units"),
    "upper_limit": ("upper limit", "limit", "reference", "reference range", "range", "normal", "normal range", "ref"),
    "day": ("date", "day", "taken on", "collected", "collected on", "sampled", "sampled on", "time"),
    "patient": ("patient", "patient number", "number", "patient id", "mrn", "id"),
    "flag": ("flag", "flags", "h l", "comment"),
}
HEADING_OF = {word: field for field, words in HEADINGS.items() for word in words}
FLAGS = {"h", "l", "hh", "ll", "n", "high", "low", "normal", "*", "**", "!", "↑", "↓", "+", "++", "-"}
NUMBER = r"[<>≤≥~]?\s?\d[\d.,]*"
RANGE = re.compile(
    rf"[\[(]?\s*(?:({NUMBER})\s*(?:-|–|to)|<=?|≤|up to|max\.?)\s*(\d[\d.,]*)\s*([^\d\s\])][^\])]*)?[\])]?",
    re.IGNORECASE,
)
SECOND_NUMBER = "What {0} is was not understood. If it is the upper limit, write < {0} or the whole range, or paste the line of headings too."
WITH_UNIT = re.compile(rf"({NUMBER})\s+(\D.*)|({NUMBER})([^\d\s.,\-–:/].*)")


class TableRefused(ValueError):
    """The whole text cannot be read; the sentence says why."""


def read_table(text: str, catalogue: Catalogue) -> list[Told]:
    lines = [(number, line.rstrip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines:
        raise TableRefused("Paste at least one line: a name, a value and its unit.")
    if len(lines) > MOST_LINES:
        raise TableRefused(f"These are {len(lines)} lines. Paste at most {MOST_LINES}, or import a file.")
    for number, line in lines:
        if len(line) > LONGEST_LINE or re.search("[\x00-\x08\x0b-\x1f\x7f]", line):
            raise TableRefused(f"Line {number} is no line of a table: it is too long or holds signs that no text has.")
    cells = [(number, cells_of(line)) for number, line in lines]
    headings = heading_row(cells[0][1])
    if headings is not None:
        return [by_headings(number, parts, headings) for number, parts in cells[1:]]
    return [by_looks(number, parts, catalogue) for number, parts in cells]


def cells_of(line: str) -> list[str]:
    """Between tabs, semicolons or bars; else between wide gaps; else every word."""
    for separator in ("\t", ";", "|"):
        if separator in line:
            return [part.strip().strip('"') for part in line.split(separator)]
    return [part.strip() for part in re.split(r"\s{2,}", line.strip())]


def heading_row(parts: Sequence[str]) -> list[str] | None:
    """What each column holds, where the first line says so. Columns with another heading are passed over."""
    found = [HEADING_OF.get(simplified(part), "") for part in parts]
    return found if "name" in found and "value" in found else None


def by_headings(number: int, parts: Sequence[str], headings: Sequence[str]) -> Told:
    place = f"Line {number}"
    if len(parts) > len(headings):
        return Told(place, parts[0], why_not="The line has more columns than the heading. Check what stands where.")
    told = dict(zip(headings, parts, strict=False))
    value, unit = told.get("value", ""), told.get("unit", "")
    if not unit and (found := WITH_UNIT.fullmatch(value)):
        value, unit = found[1] or found[3], found[2] or found[4]
    read = Told(
        place, told.get("name", ""), value, unit.strip(), day=told.get("day", ""), patient=told.get("patient", "")
    )
    return with_limit(read, told.get("upper_limit", ""), is_named=True)


def with_limit(told: Told, text: str, *, is_named: bool = False) -> Told:
    """The upper end of a range such as 10 – 40, < 40 or (7-56 of some unit)."""
    text = text.strip()
    if not text:
        return told
    if is_named and re.fullmatch(NUMBER, text):
        return replace(told, upper_limit=text)
    found = RANGE.fullmatch(text)
    if found is None:
        return replace(told, why_not=f"“{text}” is no upper limit and no range.")
    return replace(told, upper_limit=found[2], limit_unit=(found[3] or "").strip())


def by_looks(number: int, parts: Sequence[str], catalogue: Catalogue) -> Told:
    """The name comes first; a number is the value; a range, a day and a unit are known as such."""
    place = f"Line {number}"
    name, kind, rest = name_first(parts, catalogue)
    told = Told(place, name)
    for part in rest:
        told = with_part(told, part, kind)
        if told.why_not:
            return told
    return told


def name_first(parts: Sequence[str], catalogue: Catalogue) -> tuple[str, Kind | None, list[str]]:
    """Where cells run together, the longest beginning that names a result."""
    kind = catalogue.named(parts[0])
    if kind is not None or len(parts) > 1:
        return parts[0], kind, [part for part in parts[1:] if part]
    words = parts[0].split()
    for length in range(min(len(words), 8), 0, -1):
        name = " ".join(words[:length])
        if kind := catalogue.named(name):
            return name, kind, joined_units(words[length:], kind)
    return parts[0], None, []


def joined_units(words: list[str], kind: Kind | None) -> list[str]:
    """Units, ranges and days of several words are put together again."""
    found: list[str] = []
    while words:
        length = next(
            (
                length for length in range(min(4, len(words)), 1, -1)
                if (kind is not None and kind.unit_named(" ".join(words[:length])))
                or RANGE.fullmatch(" ".join(words[:length]))
                or is_day(" ".join(words[:length]))
            ),
            1,
        )  # fmt: skip
        found.append(" ".join(words[:length]))
        words = words[length:]
    return found


def with_part(told: Told, part: str, kind: Kind | None) -> Told:
    if is_day(part):
        return replace(told, day=part) if not told.day else replace(told, why_not="The line has two days.")
    if kind is not None and kind.fact.type != "number":
        return replace(told, value=part) if told.value == "" else replace(told, why_not=f"“{part}” was not understood.")
    if told.value == "" and (found := WITH_UNIT.fullmatch(part)) and not RANGE.fullmatch(part):
        return replace(told, value=found[1] or found[3], unit=(found[2] or found[4]).strip())
    if told.value != "" and not told.upper_limit and RANGE.fullmatch(part):
        return with_limit(told, part)
    if re.fullmatch(NUMBER, part):
        if told.value == "":
            return replace(told, value=part)
        return replace(told, why_not=SECOND_NUMBER.format(part))
    if part.casefold() in FLAGS:
        return told
    if told.value != "" and not told.unit:
        return replace(told, unit=part)
    return replace(told, why_not=f"“{part}” was not understood.")


def is_day(text: str) -> bool:
    try:
        read_day(text)
    except NotRead:
        return bool(re.fullmatch(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}", text))  # a day, but not one that can be read
    return True
