"""Days as an iCalendar file (RFC 5545): the plan's appointments, a patient's open ones, a clinic's numbers by day.

A summary is one of two neutral words and says nothing clinical; nobody's name, medicine or test stands in a file. Whole
days only, so that no time zone can move one. The same state gives the same bytes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from icalendar import Calendar, Event

from patients.paper_words import noun
from patients.plan_parts import CarePlan

BOOK, MEET, COUNTED = "Book appointment", "Appointment", "Appointments"
NAMES = UUID("6f0c1e52-4a55-4c0f-9d3a-6d1d5d2c7b10")  # never changed: every calendar knows its events by it
VISIT = "visit"
REFRESH = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Entry:
    """One whole day. `key` is what it stands for: whatever is moved keeps its key, and so its place in a calendar.
    `sequence` rises with every change, `stamp` is when the state it tells of came about."""

    key: str
    on: date
    summary: str
    description: str
    sequence: int
    stamp: datetime
    is_cancelled: bool = False

    @property
    def uid(self) -> str:
        return str(uuid5(NAMES, self.key))


@dataclass(frozen=True, slots=True)
class Window:
    """A test of a plan: the how manieth of its kind, from when, until when. Not `is_told`: nobody is asked to come for it."""

    item: str
    turn: int
    opens: date
    until: date
    is_told: bool


@dataclass(frozen=True, slots=True)
class PlanDays:
    """What a calendar needs of a plan: its tests in order, the next visit, and how it is known."""

    patient: UUID
    guideline: str
    number: int
    phone: str
    stamp: datetime
    windows: tuple[Window, ...]
    review_on: date | None


def days_of(plan: CarePlan, *, patient: UUID, stamp: datetime) -> PlanDays:
    turns = turns_of(test.item for test in plan.tests)
    windows = tuple(
        Window(test.item, turn, test.opens, test.overdue_after, test.is_required and bool(test.missing))
        for test, turn in zip(plan.tests, turns, strict=True)
    )
    header = plan.header
    return PlanDays(
        patient, header.guideline.slug, header.plan_number, header.clinic.phone, stamp, windows, plan.review_on
    )


def plan_entries(days: PlanDays, *, earlier: Sequence[PlanDays] = (), is_over: bool = False) -> list[Entry]:
    """The plan's appointments. What an earlier plan asked for and this one does not, is cancelled; of a plan that is
    over, everything is: its file takes out of a calendar what it has put in."""
    found = {entry.key: entry for entry in _entries(days)}
    gone: dict[str, Entry] = {}
    for before in sorted(earlier, key=lambda plan: plan.number):
        gone |= {entry.key: entry for entry in _entries(before) if entry.key not in found}
    if is_over:
        gone, found = gone | found, {}
    sequence = _sequence(days.number, is_over=is_over)
    cancelled = (replace(entry, sequence=sequence, stamp=days.stamp, is_cancelled=True) for entry in gone.values())
    return [*found.values(), *cancelled]


def turns_of(items: Iterable[str]) -> list[int]:
    """For each test of a plan, how many of its kind come before it: by that, a later plan finds it again."""
    seen: Counter[str] = Counter()
    found = []
    for item in items:
        found.append(seen[item])
        seen[item] += 1
    return found


def open_entries(days: PlanDays, today: date) -> list[Entry]:
    """Of a plan that is followed, what `days` has of it, which is still open, and the visit to come: a feed replaces
    what it has told before."""
    is_to_come = days.review_on is not None and days.review_on >= today
    return list(_entries(replace(days, review_on=days.review_on if is_to_come else None)))


def _sequence(number: int, *, is_over: bool = False) -> int:
    """Higher for every later plan, and between them once a plan is over."""
    return 2 * number + is_over


def _entries(days: PlanDays) -> Iterator[Entry]:
    sequence, call = _sequence(days.number), f"Call us on {days.phone}"
    for window in (window for window in days.windows if window.is_told):
        says = f"From today, and at the latest on {_long(window.until)}. What it is for stands on your printed plan"
        key = _key(days, window.item, window.turn)
        yield Entry(key, window.opens, BOOK, f"{says}. {call} to agree on a day.", sequence, days.stamp)
    if days.review_on is not None:
        says = f"Bring your printed plan. {call} if you cannot come."
        yield Entry(_key(days, VISIT, 0), days.review_on, MEET, says, sequence, days.stamp)


def _key(days: PlanDays, item: str, turn: int) -> str:
    """The second test of a kind stays the second one under the next plan, on whatever day that asks for it."""
    return f"{days.patient}/{days.guideline}/{item}/{turn}"


def _long(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B} {day.year}"


@dataclass(frozen=True, slots=True)
class ClinicDay:
    """How many tests begin to be in time, are in time for the last time, and visits are agreed on. `changes` never falls."""

    on: date
    opening: int
    ending: int
    visits: int
    changes: int


def clinic_entries(clinic: int, days: Iterable[ClinicDay], *, address: str, stamp: datetime) -> list[Entry]:
    """Numbers alone: who they are is read behind the sign-in. A day with nothing left says so, for it may have said
    more before."""
    found = []
    for day in days:
        counts = (
            (day.visits, "visit", ""),
            (day.opening, "test", " to book"),
            (day.ending, "test", " on the last day"),
        )
        told = [f"{count} {noun(what, count)}{which}" for count, what, which in counts if count]
        says = f"{', '.join(told) or 'Nothing any more'}. Sign in to see whose: {address}"
        total = day.visits + day.opening + day.ending
        found.append(Entry(f"clinic/{clinic}/{day.on}", day.on, f"{COUNTED}: {total}", says, day.changes, stamp))
    return found


def calendar_file(entries: Iterable[Entry], *, is_feed: bool = False) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Stepwise//Appointments 1//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", COUNTED)
    if is_feed:
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT12H")
    for entry in sorted(entries, key=lambda entry: (entry.on, entry.uid)):
        calendar.add_component(_event(entry))
    written: bytes = calendar.to_ical()
    return written


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.stamp.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", entry.on)
    event.add("dtend", entry.on + timedelta(days=1))
    event.add("summary", entry.summary)
    event.add("description", entry.description)
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    return event
