"""A file of results as it was understood: counts, and its rows a page at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from guidelines.engine.operators import unit_text
from guidelines.jobs import has_worker, is_queued
from guidelines.models.job import UNFINISHED
from patients.actions.importing import WRITE_IMPORT
from patients.models import Clinic, JobState, ResultImport, ResultImportRow, ResultSource, RowState
from patients.presentation import words
from patients.presentation.banner import Banner, banner_of
from patients.results.catalogue import Catalogue, catalogue_of_clinic
from patients.results.fhir_bundle import NUMBERS_OF

MOST_ROWS = 100
CHECK = Q(state=RowState.READY) & ~Q(why="")
# What can be shown alone: (name in the address, what it is called, which rows).
FILTERS: tuple[tuple[str, str, Q], ...] = (
    ("all", "All", Q()),
    ("refused", "Refused", Q(state=RowState.REFUSED)),
    ("check", "To look at", CHECK),
    ("converted", "Converted", ~Q(converted="")),
    ("known", "On record already", Q(state=RowState.KNOWN)),
    ("ready", "Will be written", Q(state=RowState.READY)),
    ("written", "Written", Q(state=RowState.WRITTEN)),
)


@dataclass(frozen=True)
class Row:
    row: ResultImportRow
    patient: Banner | None
    label: str
    value: str
    upper_limit: str
    taken_on: date | None
    is_taken_back: bool


def import_page(run: ResultImport, shown: str, page: int) -> dict[str, Any]:
    rows = ResultImportRow.objects.filter(run=run)
    counts = rows.aggregate(
        **{name: Count("pk", filter=which) for name, _, which in FILTERS if which},
        all=Count("pk"), any_number=Count("pk", filter=Q(patient__isnull=False) & ~Q(told__has_key=NUMBERS_OF)),
    )  # fmt: skip
    chosen = next((entry for entry in FILTERS if entry[0] == shown), FILTERS[0])
    count = counts[chosen[0]]
    pages = max(1, -(-count // MOST_ROWS))
    page = min(max(page, 1), pages)
    found = rows.filter(chosen[2]).select_related("patient__clinic").order_by("position")
    listed = found[(page - 1) * MOST_ROWS : page * MOST_ROWS]
    return {
        "counts": counts,
        "filters": [(name, label, counts[name]) for name, label, _ in FILTERS if counts[name]],
        "shown": chosen[0],
        "any_number": run.source == ResultSource.FHIR and counts["any_number"],
        "rows": row_lines(listed, catalogue_of_clinic(run.clinic)),
        "page": page,
        "pages": pages,
        "newer": page - 1,
        "older": page + 1,
        **progress_of(run, counts),
    }


def progress_of(run: ResultImport, counts: dict[str, int]) -> dict[str, Any]:
    done = counts["written"] + counts["known"] + counts["refused"]
    return {
        "is_unfinished": run.is_unfinished,
        "is_waiting": run.is_unfinished and not has_worker(),
        "is_halted": run.is_unfinished and not is_queued(WRITE_IMPORT, str(run.pk)),
        "percent": done * 100 // counts["all"] if counts["all"] else 0,
    }


def broken_off(clinics: Iterable[Clinic]) -> int:
    """How many files of these clinics were agreed to and are not whole on record, with nobody at work on them."""
    runs = ResultImport.objects.filter(clinic__in=clinics, state__in=(JobState.FAILED, *UNFINISHED))
    return sum(
        state == JobState.FAILED or not is_queued(WRITE_IMPORT, str(key))
        for key, state in runs.values_list("pk", "state")
    )


def row_lines(rows: Iterable[ResultImportRow], catalogue: Catalogue) -> list[Row]:
    return [row_line(row, catalogue) for row in rows]


def row_line(row: ResultImportRow, catalogue: Catalogue) -> Row:
    """As it was understood; what was not, as the file says it."""
    patient = banner_of(row.patient) if row.patient else None
    kind = catalogue.kinds.get(row.fact_key)
    is_taken_back = row.told.get("status") == "entered-in-error"
    if kind is None or not row.answer:
        value = f"{row.told.get('value', '')} {row.told.get('unit', '')}".strip()
        label = kind.fact.label if kind else row.told.get("test", "")
        return Row(row, patient, label, value, row.told.get("upper_limit", ""), None, is_taken_back)
    limit = row.answer.get("upper_limit", "")
    unit = row.answer.get("unit", "")
    return Row(
        row, patient, kind.fact.label, words.typed_value(kind.fact, row.answer["value"], unit),
        f"{limit}{words.NBSP}{unit_text(unit)}" if limit else "",
        date.fromisoformat(row.answer["taken_on"]), is_taken_back,
    )  # fmt: skip
