"""One result as somebody wrote it, as an answer: which fact, value, unit, upper limit and day; what was converted.

Refuses what could mean two things, and says why in a sentence. Nothing is guessed, also not a unit.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from guidelines.engine.facts import in_own_unit, is_implausible, read_number, read_value
from guidelines.engine.operators import unit_text
from guidelines.engine.reading import why_not_past
from guidelines.engine.values import plain
from guidelines.result_names import choices_by_name
from patients.facts import Answer
from patients.results.catalogue import Catalogue, Kind

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
TIME = r"\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:[AaPp][Mm]|Z|UTC|[+-]\d{2}:?\d{2})?"
YES_OR_NO = {"yes": True, "true": True, "no": False, "false": False}
SHOWN = 60  # characters of what is told back


class NotRead(ValueError):
    """The sentence says what is wrong and what to do."""


@dataclass(frozen=True)
class Told:
    """What a report says of one result, nothing of it read yet. `why_not` is what its format already refuses."""

    place: str
    name: str = ""
    value: str | bool = ""
    unit: str = ""
    upper_limit: str = ""
    day: str = ""
    why_not: str = ""
    limit_unit: str = ""
    patient: str = ""  # the number of the patient, where the report names one
    codes: tuple[str, ...] = ()  # of a value that is coded


@dataclass(frozen=True)
class Read:
    """What was understood; with `why_not` it is refused. `unusual` is for the eyes of whoever agrees."""

    told: Told
    kind: Kind | None = None
    answer: Answer = field(default_factory=dict)
    converted: str = ""
    unusual: str = ""
    why_not: str = ""


def read_result(
    told: Told, catalogue: Catalogue, today: date, *, default_day: date | None = None, born_on: date | None = None
) -> Read:
    """`default_day`: of a result that names none. `born_on`: the patient, where it is known who that is."""
    if told.why_not:
        return Read(told, catalogue.named(told.name), why_not=told.why_not)
    try:
        kind = kind_meant(told.name, catalogue)
    except NotRead as problem:
        return Read(told, why_not=str(problem))
    return read_of_kind(told, kind, today, default_day=default_day, born_on=born_on)


def read_of_kind(
    told: Told, kind: Kind, today: date, *, default_day: date | None = None, born_on: date | None = None
) -> Read:
    """The same where it is known which result it is."""
    try:
        answer = answer_meant(told, kind, default_day)
        check_day(answer.get("taken_on"), today, born_on)
        number = read_value(kind.fact, answer["value"], answer.get("unit"))
        check_limit(kind, answer)
    except ValueError as problem:
        return Read(told, kind, why_not=sentence(problem))
    unusual = unusual_sentence(kind, answer) if is_implausible(kind.fact, number) else ""
    return Read(told, kind, answer, converted(kind, answer, number), unusual)


def kind_meant(name: str, catalogue: Catalogue) -> Kind:
    if not name.strip():
        raise NotRead("The name of the test is missing.")
    kind = catalogue.named(name)
    if kind is not None:
        return kind
    if catalogue.is_ambiguous(name):
        raise NotRead(f"“{name[:SHOWN]}” can mean more than one result. Write its key.")
    raise NotRead(f"“{name[:SHOWN]}” is no result that a guideline here asks for.")


def answer_meant(told: Told, kind: Kind, default_day: date | None) -> Answer:
    if told.value == "" and not told.codes:
        raise NotRead("The value is missing.")
    answer: Answer = {"value": value_meant(told.value, kind, told.codes)}
    if kind.fact.type == "number" and kind.fact.unit:
        answer["unit"] = unit_meant(told.unit, kind)
    if told.upper_limit and kind.fact.upper_limit:
        if told.limit_unit and kind.unit_named(told.limit_unit) != answer.get("unit"):
            raise NotRead("The upper limit is in another unit than the value. Write both in the same.")
        answer["upper_limit"] = told.upper_limit
    if not told.day and default_day is None:
        raise NotRead("The day is missing.")
    day = read_day(told.day) if told.day else default_day
    if day is not None:
        answer["taken_on"] = day.isoformat()
    return answer


def value_meant(raw: str | bool, kind: Kind, codes: tuple[str, ...] = ()) -> str | bool:
    if kind.fact.type == "boolean":
        value = YES_OR_NO.get(str(raw).strip().casefold())
        if value is None:
            raise NotRead(f"{kind.fact.label} is yes or no, not “{str(raw)[:SHOWN]}”.")
        return value
    text = str(raw).strip()
    if kind.fact.type == "choice":
        wanted = text.casefold()
        named = choices_by_name().get(kind.key, {}).get(wanted)
        for choice in kind.fact.choices:
            if wanted in (choice.key.casefold(), choice.label.casefold()) or named == choice.key:
                return choice.key
            if choice.code is not None and choice.code.rpartition(" ")[2] in codes:
                return choice.key
        labels = ", ".join(choice.label for choice in kind.fact.choices)
        raise NotRead(f"“{text[:SHOWN]}” is none of: {labels}.")
    if text[:1] in "<>≤≥~":
        raise NotRead(f"“{text[:SHOWN]}” is no exact number. Leave it out, or type in what it stands for.")
    return text


def unit_meant(text: str, kind: Kind) -> str:
    accepted = ", ".join(unit_text(unit) for unit in kind.units)
    if not text.strip():
        if not kind.needs_unit:
            return kind.units[0]
        raise NotRead(f"The unit is missing. Write one of: {accepted}.")
    unit = kind.unit_named(text.strip())
    if unit is None:
        raise NotRead(f"“{text[:SHOWN]}” is not a unit of {kind.fact.label} here. Use one of: {accepted}.")
    return unit


def check_limit(kind: Kind, answer: Answer) -> None:
    limit = kind.limit_fact
    if "upper_limit" not in answer or limit is None:
        return
    try:
        own = in_own_unit(kind.fact, read_number(answer["upper_limit"]), answer.get("unit"))
        read_value(limit, plain(own))
    except ValueError as problem:
        raise NotRead(f"Upper limit: {sentence(problem)}") from None


def read_day(text: str) -> date:
    """Year-month-day, day.month.year, or a month in letters. With slashes nobody knows which is the month."""
    wanted = text.strip()
    if found := re.fullmatch(rf"(\d{{4}})-(\d{{2}})-(\d{{2}})(?:[T ]{TIME})?", wanted):
        year, month, day = found.groups()
    elif found := re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", wanted):
        day, month, year = found.groups()
    elif found := re.fullmatch(r"(\d{1,2})[ -]([A-Za-z]{3})[a-z]*\.?[ -](\d{4})", wanted):
        day, year = found[1], found[3]
        month = str(MONTHS.index(found[2].lower()) + 1) if found[2].lower() in MONTHS else "0"
    else:
        raise NotRead(
            f"“{wanted[:SHOWN]}” is no day that can be read one way. Write year-month-day, such as 2026-03-09."
        )
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise NotRead(f"There is no day {wanted[:SHOWN]}.") from None


def check_day(written: str | None, today: date, born_on: date | None) -> None:
    if written is None:
        return
    day = date.fromisoformat(written)
    if day > today:
        raise NotRead(f"{day} is in the future.")
    if problem := why_not_past(day, born_on):
        raise NotRead(sentence(problem))


def converted(kind: Kind, answer: Answer, number: object) -> str:
    """What the rules read, where it was written in another unit; empty where it was not, or only in other letters."""
    fact, unit = kind.fact, answer.get("unit")
    factor = next((other.factor for other in fact.other_units if other.unit == unit), None)
    if factor is None or factor == 1 or not isinstance(number, Decimal):
        return ""
    return f"{answer['value']} {unit_text(unit)} × {plain(factor)} = {plain(round(number, 4))} {unit_text(fact.unit)}"


def unusual_sentence(kind: Kind, answer: Answer) -> str:
    low, high = (kind.fact.plausible.min, kind.fact.plausible.max) if kind.fact.plausible else (None, None)
    unit = unit_text(kind.fact.unit)
    if low is not None and high is not None:
        usual = f"between {plain(low)} and {plain(high)} {unit}"
    elif low is not None:
        usual = f"at least {plain(low)} {unit}"
    else:
        usual = f"at most {plain(high)} {unit}" if high is not None else "another"
    return f"Unusual: {kind.fact.label} is mostly {usual}."


def sentence(problem: object) -> str:
    text = str(problem).strip()
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "?", "!")) else ".")
