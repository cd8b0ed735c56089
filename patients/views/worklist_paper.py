"""The worklist of one clinic on paper and as a table for a spreadsheet: the same lines, with the same filters."""

from collections.abc import Iterator
from itertools import chain

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guidelines.reading.wording import ONE_TIME, SINGLE
from patients.actions import record_accesses
from patients.outputs.spreadsheet import csv_file
from patients.presentation.words import plural
from patients.presentation.worklist_rows import Line, Medicine, Section
from patients.views.scope import page_name, person, sentence_page
from patients.views.worklist import Asked, asked_for, read
from patients.worklist import counts

MOST_PRINTED, MOST_IN_A_FILE = 500, 10_000  # more are not read within the time in which a page waits for the database
COLUMNS = (
    "Group", "Status", "Family and given names", "Born on", "Number", "Clinic", "Medicine", "Dose", "Weekly on", "What",
    "More", "Due", "Due on", "Last result", "Last result on", "Who acts", "Set aside",
)  # fmt: skip
ONE_CLINIC = "Choose one clinic in the worklist, then print its list."


def whole(request: HttpRequest, asked: Asked, most: int) -> tuple[tuple[Section, ...], int]:
    """The lines and how many there are in all; each patient who is named leaves a trace."""
    told = counts(asked.work)
    found = read(asked, told, 0, most)
    record_accesses(
        patients=[line.patient for section in found for line in section.lines], by=person(request),
        what=page_name(request),
    )  # fmt: skip
    return found, sum(told[group] for group in asked.groups)


@require_safe
def worklist_print(request: HttpRequest) -> HttpResponse:
    asked = asked_for(request)
    if len(asked.days) != 1:
        return sentence_page(request, ONE_CLINIC)
    found, total = whole(request, asked, MOST_PRINTED)
    clinic = next(clinic for clinic in asked.clinics if clinic.pk in asked.days)
    context = {
        "sections": found, "total": total, "most": MOST_PRINTED, "clinic": clinic, "today": asked.days[clinic.pk],
        "printed_by": person(request), "back": asked.address(),
    }  # fmt: skip
    return render(request, "patients/worklist_print.html", context)


@require_safe
def worklist_csv(request: HttpRequest) -> HttpResponse:
    asked = asked_for(request)
    found, total = whole(request, asked, MOST_IN_A_FILE)
    rows = (cells(section, line) for section in found for line in section.lines)
    day = min(asked.days.values()).isoformat() if asked.days else "none"
    if total <= MOST_IN_A_FILE:
        return csv_file(COLUMNS, rows, f"worklist-{day}.csv")
    # At the end, and in the name, which is read before the end.
    rest = left_out(total - MOST_IN_A_FILE)
    return csv_file(COLUMNS, chain(rows, [rest]), f"worklist-{day}-first-{MOST_IN_A_FILE}.csv")


def left_out(count: int) -> list[str]:
    sentence = (
        f"Not in this table: {plural(count, 'more line')}. Narrow the worklist with its filters and save it again."
    )
    return [sentence] + [""] * (len(COLUMNS) - 1)


def dose_cells(medicine: Medicine) -> tuple[str, str, str]:
    """What is taken one time only has no day in the column of weekly ones."""
    if medicine.often == SINGLE:
        return medicine.name, f"{medicine.dose} {ONE_TIME.lower()}, on {medicine.weekday}", ""
    return medicine.name, medicine.dose, medicine.weekday


def cells(section: Section, line: Line) -> Iterator[str]:
    medicine = line.medicine
    yield from (section.title, line.status, line.name, line.born_on.isoformat(), line.number, line.clinic)
    yield from dose_cells(medicine) if medicine else ("", "", "")
    yield from (line.what, line.more, line.due, line.due_on.isoformat() if line.due_on else "")
    yield from (line.last, line.last_on.isoformat() if line.last_on else "", line.who, line.aside)
