"""Reminder letters as PDF: which tests are still to be done, by when, and whom to call. In plain words, without a medicine
or an illness. Tagged (PDF/UA-1); each letter begins on a page of its own, its address in the window of an envelope.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from guidelines.printing import as_pdf, paged, sheet, style
from patients.frozen_json import from_json, to_json
from patients.outputs.pdf import PAPERS
from patients.paper_words import patient_day


@dataclass(frozen=True, slots=True)
class LetterTest:
    """A test in the patient's words; in time from `opens` to `until`."""

    label: str
    opens: date
    until: date


@dataclass(frozen=True, slots=True)
class LetterText:
    """Everything a letter says. `tasks` are the keys of what it reminds of, for the record."""

    clinic: str
    phone: str
    after_hours_phone: str
    emergency_number: str
    is_demonstration: bool
    name: str
    number: str
    written_on: date
    tests: tuple[LetterTest, ...]
    tasks: tuple[str, ...]

    def as_json(self) -> Any:
        return to_json(self)

    @classmethod
    def from_json(cls, raw: Any) -> Self:
        return from_json(cls, raw)


def letters_pdf(letters: Sequence[LetterText], *, paper: str) -> bytes:
    if paper not in PAPERS:
        raise ValueError(f"{paper} is not a paper we print on; use one of {', '.join(PAPERS)}")
    context = {"pages": [page_of(letter) for letter in letters], "clinic": letters[0].clinic}
    size = style(f"@page {{ size: {PAPERS[paper]} }}")
    return as_pdf(paged("patients/paper/letters_pdf.html", context, sheet("letter.css"), size))


def page_of(letter: LetterText) -> dict[str, Any]:
    """What `patients/paper/_letter.html` prints. Of tests with the same words, the one that is late first."""
    by_label: dict[str, LetterTest] = {}
    for test in sorted(letter.tests, key=lambda test: (test.until, test.label)):
        by_label.setdefault(test.label, test)
    rows = [(test.label, when(test, letter.written_on)) for test in by_label.values()]
    return {"letter": letter, "written_on": patient_day(letter.written_on), "rows": rows}


def when(test: LetterTest, written_on: date) -> tuple[str, str]:
    """The day, and what it means on the day of the letter."""
    until = patient_day(test.until)
    if test.until < written_on:
        return (until, "This day has passed. Please come soon.")
    if test.opens > written_on:
        return (until, f"Not before {patient_day(test.opens)}.")
    return (until, "")
