"""Lines copied from a laboratory's page or a spreadsheet: which part of each is name, value, unit, limit and day.

By a header where there is one, else by what the parts look like. A part nobody understands refuses its line, and so does
a second number that no heading names: it may be a limit of normal, its lower end, or an earlier result. Nothing that may
be a day is passed over: its line would get the day of the form.
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
PASSED_OVER = ("", "flag")
HEADING_OF = {word: field for field, words in HEADINGS.items() for word in words}
FLAGS = {"h", "l", "hh", "ll", "n", "high", "low", "normal", "*", "**", "!", "↑", "↓", "+", "++", "-"}
SIGNS = {"+", "++", "-"}  # before a value they may belong to it
NUMBER = r"[<>≤≥~]?\s?\d[\d.,]*"
END = r"(?!0\d)\d(?:,?\d)*(?:\.\d+)?(?![\d.,])"  # of a range, to its last digit; 03 is of a day
RANGE = re.compile(
    rf"[\[(]?\s*(?:{END}\s*(?:-|–|to)|<=?|≤|up to|max\.?)\s*({END})\s*([^\s\])][^\])]*)?[\])]?", re.IGNORECASE
)
MOST_WORDS = 5  # of what belongs together, such as 4 - 10 x 10^9/L
SECOND_NUMBER = "What {0} is was not understood. If it is the upper limit, write < {0} or the whole range, or paste the line of headings too."
DAY_PASSED_OVER = (
    "“{}” stands in a column that is passed over. If the sample was taken then, write Date above it; else take it out."
)
OTHER_UNIT = (
    "“{}” after the range is no unit, or another unit than the value’s. Write both in the same, or take it out."
)
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
        told = [by_headings(number, parts, headings) for number, parts in cells[1:]]
    else:
        told = [by_looks(number, parts, catalogue) for number, parts in cells]
    return [with_one_unit(line, catalogue.named(line.name)) for line in told]


def cells_of(line: str) -> list[str]:
    """Between tabs, semicolons or bars; else between wide gaps; else every word."""
    for separator in ("\t", ";", "|"):
        if separator in line:
            return [part.strip().strip('"') for part in line.split(separator)]
    return [part.strip() for part in re.split(r"\s{2,}", line.strip())]


def heading_row(parts: Sequence[str]) -> list[str] | None:
    """What each column holds, where the first line says so. Columns with another heading are passed over."""
    found = [HEADING_OF.get(simplified(part), "") for part in parts]
    if "name" not in found or "value" not in found:
        return None
    for place, field in enumerate(found):
        if field in found[:place] and field not in PASSED_OVER:
            first, second = parts[found.index(field)], parts[place]
            raise TableRefused(
                f"The headings “{first}” and “{second}” mean the same here. Keep one of the two columns."
            )
    return found


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
    if not read.day and (day := day_passed_over(parts, headings)):
        return replace(read, why_not=DAY_PASSED_OVER.format(day))
    return with_limit(read, told.get("upper_limit", ""), is_named=True)


def day_passed_over(parts: Sequence[str], headings: Sequence[str]) -> str:
    passed_over = (part for part, field in zip(parts, headings, strict=False) if field in PASSED_OVER)
    return next((part for part in passed_over if is_day(part)), "")


def with_limit(told: Told, text: str, *, is_named: bool = False) -> Told:
    """The upper end of a range such as 10 – 40, < 40 or (7-56 of some unit)."""
    text = text.strip()
    if not text:
        return told
    if found := RANGE.fullmatch(text):
        return replace(told, upper_limit=found[1], limit_unit=(found[2] or "").strip())
    if is_named and re.fullmatch(NUMBER, text):
        return replace(told, upper_limit=text)
    return replace(told, why_not=f"“{text}” is no upper limit and no range.")


def with_one_unit(told: Told, kind: Kind | None) -> Told:
    """What stands after a range is the unit of the value, also where the limit is not used: else it may be a day."""
    if kind is None or told.why_not or not told.limit_unit:
        return told
    unit = kind.unit_named(told.limit_unit)
    if unit is not None and unit == kind.unit_named(told.unit or told.limit_unit):
        return told
    return replace(told, why_not=OTHER_UNIT.format(told.limit_unit))


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
        return parts[0], kind, [piece for part in parts[1:] if part for piece in pieces(part, kind)]
    words = parts[0].split()
    for length in range(min(len(words), 8), 0, -1):
        name = " ".join(words[:length])
        if kind := catalogue.named(name):
            return name, kind, joined_units(words[length:], kind)
    return parts[0], None, []


def pieces(cell: str, kind: Kind | None) -> list[str]:
    """A cell in which a range and a day, or the like, run together is taken apart where each of them is known."""
    if kind is None or kind.fact.type != "number":
        return [cell]
    found = joined_units(cell.split(), kind)
    return found if all(is_known(piece, kind) for piece in found) else [cell]


def is_known(piece: str, kind: Kind) -> bool:
    return is_joined(piece, kind) or bool(re.fullmatch(NUMBER, piece)) or piece.casefold() in FLAGS


def is_joined(text: str, kind: Kind) -> bool:
    """Whether it is one unit, range or day."""
    if kind.unit_named(text) or is_day(text):
        return True
    found = RANGE.fullmatch(text)
    return found is not None and (not found[2] or kind.unit_named(found[2].strip()) is not None)


def joined_units(words: list[str], kind: Kind) -> list[str]:
    """Units, ranges and days of several words are put together again."""
    found: list[str] = []
    while words:
        most = min(MOST_WORDS, len(words))
        length = next((n for n in range(most, 1, -1) if is_joined(" ".join(words[:n]), kind)), 1)
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
    if part.casefold() in FLAGS and not (told.value == "" and part in SIGNS):
        return told
    if told.value != "" and not told.unit:
        return replace(told, unit=part)
    return replace(told, why_not=f"“{part}” was not understood.")


def is_day(text: str) -> bool:
    try:
        read_day(text)
    except NotRead:
        return bool(re.fullmatch(r"\d{1,4}([/.-])\d{1,2}\1\d{1,4}", text))  # a day, but not one that can be read
    return True
