"""The page on which several results are typed: by the tests that are due, then by the rest of what the guidelines ask."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from config.kept import Kept
from guidelines.engine.operators import unit_text
from patients import rows_of_patient
from patients.forms.results import ResultsForm, TypedRow
from patients.models import MonitoringTask, Observation, Patient
from patients.presentation import words
from patients.results.catalogue import Catalogue, Kind

MOST_KEPT = 1024  # of about a kilobyte each
YES_OR_NO = (("true", "Yes"), ("false", "No"))

empty: Kept[Hashable, SafeString] = Kept(MOST_KEPT)


@dataclass(frozen=True)
class EntryRow:
    kind: Kind
    typed: TypedRow
    units: list[tuple[str, str, bool]]
    choices: list[tuple[str, str, bool]]
    last: str
    error: str
    doubt: str
    confirms: str
    is_typed_in: bool  # the page comes back as somebody sent it

    @property
    def is_open(self) -> bool:
        return bool(self.typed.value or self.error or self.doubt)

    @property
    def cells(self) -> SafeString:
        """Its boxes, printed: those of a new page once for all patients, by the unit and the limit that stand in them."""
        key = (self.kind.compiled.content_hash, self.kind.key, self.typed.limit, *self.units)
        found = None if self.is_typed_in else empty.get(key)
        if found is None:
            found = render_to_string("patients/_result_cells.html", {"row": self})
        return found if self.is_typed_in else empty.keep(key, found)


@dataclass(frozen=True)
class EntryGroup:
    """`due`: Overdue, Due, or the day from which the test is due; empty when nobody asks for it."""

    key: str
    label: str
    rows: list[EntryRow]
    due: str = ""
    is_overdue: bool = False
    is_now: bool = False

    @property
    def alone(self) -> list["EntryGroup"]:
        return [self]

    @property
    def is_open(self) -> bool:
        return self.is_now or any(row.is_open for row in self.rows)


def entry_groups(
    patient: Patient, catalogue: Catalogue, typed: Mapping[str, TypedRow], form: ResultsForm | None, today: date
) -> tuple[list[EntryGroup], list[EntryGroup]]:
    """What is due now, and the rest: tests to come first."""
    latest = {row.fact_key: row for row in rows_of_patient.latest.rows(patient.pk)}
    tasks: dict[str, MonitoringTask] = {}
    for task in rows_of_patient.due.rows(patient.pk):
        for key in task.test_keys:
            tasks.setdefault(key, task)
    groups = []
    for key, label, kinds in catalogue.groups():
        rows = [entry_row(kind, typed.get(kind.key, TypedRow()), latest.get(kind.key), form) for kind in kinds]
        groups.append(dated_group(key, label, rows, tasks.get(key), today))
    now = [group for group in groups if group.is_now]
    rest = [group for group in groups if not group.is_now]
    return (
        sorted(now, key=lambda group: not group.is_overdue),
        sorted(rest, key=lambda group: (not group.due, not group.key)),
    )


def dated_group(key: str, label: str, rows: list[EntryRow], task: MonitoringTask | None, today: date) -> EntryGroup:
    if task is None:
        return EntryGroup(key, label, rows)
    if task.overdue_after_on < today:
        return EntryGroup(key, label, rows, f"Overdue since {words.day(task.overdue_after_on)}", True, True)
    if task.opens_on <= today:
        return EntryGroup(key, label, rows, f"Due by {words.day(task.overdue_after_on)}", is_now=True)
    return EntryGroup(key, label, rows, f"From {words.day(task.opens_on)}")


def entry_row(kind: Kind, typed: TypedRow, last: Observation | None, form: ResultsForm | None) -> EntryRow:
    fact = kind.fact
    chosen = typed.unit or (last.unit if last is not None and last.unit in kind.units else "") or (fact.unit or "")
    choices = YES_OR_NO if fact.type == "boolean" else [(choice.key, choice.label) for choice in fact.choices]
    doubt, confirms = (form.to_confirm.get(kind.key) if form else None) or ("", "")
    return EntryRow(
        kind,
        typed,
        [(unit, unit_text(unit), unit == chosen) for unit in kind.units],
        [(key, label, key == typed.value) for key, label in choices],
        last_words(kind, last),
        form.errors.get(kind.key, "") if form else "",
        doubt,
        confirms,
        is_typed_in=form is not None,
    )


def last_words(kind: Kind, last: Observation | None) -> str:
    if last is None:
        return ""
    return f"{words.typed_value(kind.fact, last.value_typed, last.unit)}, {words.day(last.taken_on)}"
