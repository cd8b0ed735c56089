"""Who reads, and the small words around the content: grades, periods, severities. No clinical word is ours."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from guidelines.engine import content
from guidelines.engine.values import Interval

Audience = Literal["clinician", "patient"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)

STRENGTH = {"strong": "Strong recommendation", "conditional": "Conditional recommendation", "none": "No recommendation"}
CERTAINTY = {"high": 4, "moderate": 3, "low": 2, "very_low": 1}  # dots of four
SEVERITY = {"stop": "Stop", "caution": "Caution", "note": "Note"}
OVERRIDE = {
    "no_plan": "No plan is signed while it holds",
    "prohibited": "Cannot be overridden",
    "reason": "Overridden only with a reason",
    "acknowledge": "To be acknowledged",
}
IF_UNKNOWN = {
    "stop": "Not known counts as a stop",
    "caution": "Not known counts as a caution",
    "note": "Not known is noted",
}
ROLES = {"main": "", "companion": "given with it", "continued": "goes on"}
CHANGES = {
    "continue": "goes on", "raise": "is raised", "reduce": "is reduced", "hold": "is held", "taper": "is lowered",
    "stop": "is stopped", "choose": "is decided on there", "start": "is begun",
}  # fmt: skip
# What a phase such as 'before the first dose' says already.
AT_ONCE = "at once"
BASIS = {"fixed": "", "per_kg": "/kg", "per_m2": "/m²"}
PER = {"dose": "a dose", "day": "a day", "week": "a week"}
ONE_TIME = "One time only"
WEEKLY, SINGLE = "Weekly", "One time"  # beside the name of a weekly drug


def each(regimen: content.Regimen) -> str:
    """What follows an amount of it: a week; of a single dose, that it is one."""
    return ONE_TIME.lower() if regimen.one_time else PER[regimen.amount_per]


def often(drug: content.Drug, *, one_time: bool = False) -> str:
    """The word in the badge of a drug that is taken once a week, which a single dose of it is not; nothing for others."""
    return "" if not drug.weekly_only else SINGLE if one_time else WEEKLY


class Wording(NamedTuple):
    """A text as this reader gets it; `is_clinical` where a patient gets the clinician's for want of a plain one."""

    text: str
    is_clinical: bool = False

    def __str__(self) -> str:
        return self.text


def said(audience: Audience, clinician: str, plain: str | None) -> Wording:
    if audience == "clinician":
        return Wording(clinician)
    return Wording(plain) if plain else Wording(clinician, is_clinical=True)


@dataclass(frozen=True)
class Grade:
    """How firmly and how surely a statement is made; neither where its source does not say."""

    strength: str = ""
    is_for: bool = True
    certainty: str = ""
    dots: tuple[bool, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.strength or self.certainty)


def grade_of(statement: content.Statement) -> Grade:
    dots = CERTAINTY.get(statement.certainty or "", 0)
    return Grade(
        STRENGTH.get(statement.strength or "", ""),
        statement.strength != "none",
        f"{(statement.certainty or '').replace('_', ' ').capitalize()} certainty" if dots else "",
        tuple(n < dots for n in range(4)) if dots else (),
    )


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def listed(words: Iterable[str], joined_by: str = "and") -> str:
    """One, two and three."""
    *others, last = words
    return f"{', '.join(others)} {joined_by} {last}" if others else last


def times_a_day(frequency: content.Frequency) -> str:
    if frequency.type == "weekly":
        return "Once a week, on one named weekday"
    return {1: "Once a day", 2: "Twice a day"}.get(frequency.times, f"{frequency.times} times a day")


def days(count: int) -> str:
    return Interval(count, "d").in_words() if count % 7 or not count else Interval(count // 7, "wk").in_words()


def between_days(first: int, last: int | None) -> str:
    """14 days to 28 days, as weeks where both are whole ones."""
    if last is None or last == first:
        return days(first)
    unit: Literal["d", "wk"] = "d" if first % 7 or last % 7 else "wk"
    size = 1 if unit == "d" else 7
    return f"{first // size} to {Interval(last // size, unit).in_words()}"


def window_text(window: content.Window, drugs: str = "") -> str:
    """A window in words: 'after 2 weeks to 3 weeks, then every 4 weeks, 3 times'."""
    is_range = window.until is not None and window.until != window.after
    if not window.after.count:
        text = f"within {window.until.in_words()}" if window.until and is_range else AT_ONCE
    else:
        text = f"after {window.after.in_words()}"
        if window.until and is_range:
            text += f" to {window.until.in_words()}"
    if window.every is not None:
        text += f", then every {window.every.in_words().removeprefix('1 ')}"
    if window.times:
        text += f", {window.times} times"
    return f"{text} ({drugs} only)" if drugs else text
