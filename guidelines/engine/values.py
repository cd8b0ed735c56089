"""Small exact values every part of a guideline is made of: keys, texts, decimals, intervals, frequencies.

Refuses floats, exponents, and anything that would have to be guessed.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints

DECIMAL = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,8})?")
# What the rows keep; more would be lost between a file and its rows.
STORED_DECIMALS = 6
TOO_LARGE = 10**9
SMALLEST = Decimal("0.001")
INTERVAL = re.compile(r"([0-9]{1,5}) (d|wk|mo|a)")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MAXIMUM_YEARS = 100
PER_YEAR = {"d": 365, "wk": 52, "mo": 12, "a": 1}
# Control characters, those that a line of a file does not keep, and those that make a text read otherwise than stored.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
SHOWN_CHARACTERS = 40


def canonical_text(content: Any) -> str:
    """As JSON in the one way it is written: what a database or a dictionary does to the order of keys is no difference."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256_of(content: Any) -> str:
    """SHA-256 over the canonical JSON, hexadecimal."""
    return hashlib.sha256(canonical_text(content).encode()).hexdigest()


def plain(number: Decimal) -> str:
    """The number without exponent and trailing zeros, as every output prints it."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def in_short(raw: object) -> str:
    """What somebody wrote, as a message repeats it: never more than a few words of it."""
    text = repr(raw[: SHOWN_CHARACTERS + 1]) if isinstance(raw, str | bytes) else repr(raw)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def exact_decimal(raw: object) -> Decimal:
    """A decimal written out in digits; refuses floats, exponents, NaN and thousands marks."""
    if isinstance(raw, Decimal) and raw.is_finite():
        return Decimal(plain(raw))
    if isinstance(raw, int) and not isinstance(raw, bool):
        return Decimal(raw)
    if isinstance(raw, str) and DECIMAL.fullmatch(raw):
        return Decimal(plain(Decimal(raw)))
    raise ValueError(f"write a number in digits, such as 12.5; {in_short(raw)} is not one")


def exact_whole(raw: object) -> int:
    number = exact_decimal(raw)
    if number != number.to_integral_value():
        raise ValueError(f"write a whole number; {in_short(raw)} is not one")
    return int(number)


def exact_bool(raw: object) -> bool:
    if raw in (True, "true"):
        return True
    if raw in (False, "false"):
        return False
    raise ValueError(f"write true or false; {in_short(raw)} is neither")


def exact_date(raw: object) -> date:
    if type(raw) is date:
        return raw
    if isinstance(raw, str) and DATE.fullmatch(raw):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            pass  # a day that is in no calendar, told like any other mistake
    raise ValueError(f"write a date as 2026-01-31; {in_short(raw)} is not one")


@dataclass(frozen=True, slots=True)
class Interval:
    """A length of time for schedules: days, weeks of 7 days, or calendar months and years."""

    count: int
    unit: Literal["d", "wk", "mo", "a"]

    @classmethod
    def parse(cls, raw: object) -> Self:
        if isinstance(raw, cls):
            return raw
        found = INTERVAL.fullmatch(raw) if isinstance(raw, str) else None
        if not found:
            raise ValueError(f"write an interval as '30 d', '12 wk', '6 mo' or '1 a'; {in_short(raw)} is not one")
        interval = cls(int(found[1]), found[2])  # type: ignore[arg-type]  # the pattern admits only the four units
        if interval.years > MAXIMUM_YEARS:
            raise ValueError(f"an interval has at most {MAXIMUM_YEARS} years; {in_short(raw)} is longer")
        return interval

    def __str__(self) -> str:
        return f"{self.count} {self.unit}"

    @property
    def years(self) -> Decimal:
        """Roughly, to hold it against a limit."""
        return Decimal(self.count) / PER_YEAR[self.unit]

    def after(self, day: date) -> date:
        """The day this interval after `day`; a month end that does not exist becomes the last day of that month."""
        if self.unit in ("d", "wk"):
            return day + timedelta(days=self.count * (7 if self.unit == "wk" else 1))
        months = day.month - 1 + self.count * (12 if self.unit == "a" else 1)
        year, month = day.year + months // 12, months % 12 + 1
        first_of_next = date(year + month // 12, month % 12 + 1, 1)
        return date(year, month, min(day.day, (first_of_next - timedelta(days=1)).day))

    def in_words(self) -> str:
        words = {"d": "day", "wk": "week", "mo": "month", "a": "year"}[self.unit]
        return f"{self.count} {words}" + ("" if self.count == 1 else "s")


def without_control(raw: object) -> object:
    if isinstance(raw, str) and (found := FORBIDDEN.search(raw)):
        named = "NUL byte" if found[0] == "\x00" else f"control character U+{ord(found[0]):04X}"
        raise ValueError(f"remove the {named}")
    return raw


def between(lowest: Any, highest: Any = None) -> AfterValidator:
    """Bounds, both included."""

    def bounded(value: Any) -> Any:
        if value < lowest:
            raise ValueError(f"write at least {lowest}; {value} is less")
        if highest is not None and value > highest:
            raise ValueError(f"write at most {highest}; {value} is more")
        return value

    return AfterValidator(bounded)


def not_empty(entries: tuple[Any, ...]) -> tuple[Any, ...]:
    if not entries:
        raise ValueError("this must not be empty")
    return entries


def within_columns(number: Decimal) -> Decimal:
    if abs(number) >= TOO_LARGE:
        raise ValueError(f"write a number below {TOO_LARGE}; {in_short(plain(number))} is larger")
    if number != round(number, STORED_DECIMALS):
        raise ValueError(f"write at most {STORED_DECIMALS} decimals; {in_short(plain(number))} has more")
    return number


_shown = PlainSerializer(plain, return_type=str)
Amount = Annotated[Decimal, BeforeValidator(exact_decimal), AfterValidator(within_columns), _shown]
NotNegative = Annotated[Amount, between(0)]
# What is counted by, divided by or multiplied with: small enough for any drug, and never so small that it counts for ever.
Positive = Annotated[Amount, between(SMALLEST)]
Factor = Annotated[Decimal, BeforeValidator(exact_decimal), between(SMALLEST), _shown]  # kept with all its decimals
Whole = Annotated[int, BeforeValidator(exact_whole), between(0, 36_500)]  # of days: a hundred years
People = Annotated[int, BeforeValidator(exact_whole), between(0, 1_000_000_000)]
Flag = Annotated[bool, BeforeValidator(exact_bool)]
Day = Annotated[date, BeforeValidator(exact_date), between(date(1900, 1, 1), date(2199, 12, 31))]
Span = Annotated[Interval, BeforeValidator(Interval.parse), PlainSerializer(str, return_type=str)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,79}$")]
Line = Annotated[
    str, BeforeValidator(without_control), StringConstraints(min_length=1, max_length=500, strip_whitespace=True)
]
Text = Annotated[
    str, BeforeValidator(without_control), StringConstraints(min_length=1, max_length=6000, strip_whitespace=True)
]
Expression = Annotated[
    str, BeforeValidator(without_control), StringConstraints(min_length=1, max_length=1000, strip_whitespace=True)
]

# V: verified in a named source. GK: general medical knowledge. CD: a content decision. GK and CD need a clinician.
Mark = Literal["V", "GK", "CD"]


class Content(BaseModel):
    """A frozen part of a guideline. Unknown fields are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=False)

    def canonical(self) -> dict[str, Any]:
        """JSON-ready content without defaults, so that a new optional field leaves old hashes alone."""
        return self.model_dump(mode="json", exclude_defaults=True)


class Weekly(Content):
    """Once in a week, on one weekday that a person names when the drug is planned."""

    type: Literal["weekly"]


class Daily(Content):
    """Every day, so many times."""

    type: Literal["daily"]
    times: Annotated[Whole, between(1, 24)]
