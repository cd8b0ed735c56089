"""Several results as they were typed for one patient: what can be recorded, and what is wrong with the rest.

An empty box is no result. What is unusual is asked about once; what was typed comes back, right or wrong.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from config.day_field import DayField
from guidelines.engine.facts import Problem
from patients.actions import Entry
from patients.forms.answers import UnknownField
from patients.models import Clinic, Laboratory, LaboratoryLimit, Patient
from patients.results.catalogue import Catalogue, Kind
from patients.results.on_record import OnRecord
from patients.results.reading import Read, Told, read_of_kind

PARTS = ("value", "unit", "limit", "on", "sure")
LONGEST = 60


class LaboratoryForm(forms.Form):
    """The laboratory of what is entered: one of the clinic's, or a new name, or none."""

    laboratory = forms.ModelChoiceField(
        Laboratory.objects.none(), required=False, label="Laboratory", empty_label="Not said",
        error_messages={"invalid_choice": "Choose a laboratory of the list."},
    )  # fmt: skip
    new_laboratory = forms.CharField(
        required=False, max_length=120, label="Or a new laboratory", widget=forms.TextInput({"autocomplete": "off"})
    )
    hides_optional = True

    def __init__(self, *args: Any, clinic: Clinic, **options: Any) -> None:
        super().__init__(*args, **options)
        known = Laboratory.objects.filter(clinic=clinic)
        self.fields["laboratory"].queryset = known  # type: ignore[attr-defined]  # a ModelChoiceField, as declared above

    def clean(self) -> dict[str, Any]:
        """A new name takes the place of the choice, which may be only what the page offered."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("new_laboratory", "").strip():
            cleaned["laboratory"] = None
        return cleaned


class DayAndLaboratoryForm(LaboratoryForm):
    taken_on = DayField(label="Taken on", missing="Say on which day the samples were taken.")
    field_order: tuple[str, ...] = ("taken_on", "laboratory", "new_laboratory")


@dataclass(frozen=True)
class TypedRow:
    """One result as somebody typed it. `sure` is the very text that was asked about and confirmed."""

    value: str = ""
    unit: str = ""
    limit: str = ""
    on: str = ""
    sure: str = ""

    def confirmed_as(self, day: str) -> str:
        return f"{self.value}|{self.unit}|{day}"


@dataclass
class ResultsForm:
    """`header` is the form of day and laboratory; `entries` are the results in the order of the page."""

    header: DayAndLaboratoryForm
    typed: dict[str, TypedRow] = field(default_factory=dict)
    entries: list[tuple[Kind, Entry]] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    to_confirm: dict[str, tuple[str, str]] = field(default_factory=dict)  # the sentence, and what a tick confirms

    @property
    def is_valid(self) -> bool:
        return not self.header.errors and not self.errors and not self.to_confirm and bool(self.entries)

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """What the action could not record, beside the result it is about."""
        for place, message in problems:
            number = place.partition(".")[0]
            if number.isdecimal() and int(number) < len(self.entries):
                kind = self.entries[int(number)][0]
                self.errors.setdefault(kind.key, f"{message[:1].upper()}{message[1:]}.")


def read_results(sent: QueryDict, catalogue: Catalogue, patient: Patient, today: date) -> ResultsForm:
    """The page as it was sent. Refuses fields that no page of ours has."""
    form = ResultsForm(DayAndLaboratoryForm(sent, clinic=patient.clinic))
    form.header.is_valid()
    day = form.header.cleaned_data.get("taken_on")
    if day is not None and day > today:
        form.header.add_error("taken_on", "This day is in the future.")
    for name in sent:
        part, dash, key = name.partition("-")
        if dash and part in PARTS:
            if key not in catalogue.kinds:
                raise UnknownField(f"{key[:LONGEST]} is not on this page any more. Reload the page.")
            form.typed.setdefault(key, typed_row(sent, key))
    reads = [
        (kind, read_row(kind, form.typed[kind.key], day or today, patient, today))
        for _, _, kinds in catalogue.groups()
        for kind in kinds
        if kind.key in form.typed and is_filled(form.typed[kind.key])
    ]
    record = OnRecord(
        [patient.pk],
        facts=[kind.key for kind, _ in reads],
        days=[date.fromisoformat(read.answer["taken_on"]) for _, read in reads if "taken_on" in read.answer],
    )
    for kind, read in reads:
        settle(form, kind, read, patient, record)
    return form


def typed_row(sent: QueryDict, key: str) -> TypedRow:
    return TypedRow(*(sent.get(f"{part}-{key}", "").strip()[: LONGEST * len(PARTS)] for part in PARTS))


def is_filled(row: TypedRow) -> bool:
    """A unit and a limit alone are what the page offered; another day alone is a result that was forgotten."""
    return bool(row.value or row.on)


def read_row(kind: Kind, row: TypedRow, day: date, patient: Patient, today: date) -> Read:
    told = Told(kind.key, kind.key, row.value, row.unit, row.limit, row.on)
    return read_of_kind(told, kind, today, default_day=day, born_on=patient.born_on)


def settle(form: ResultsForm, kind: Kind, read: Read, patient: Patient, record: OnRecord) -> None:
    """Puts a row where it belongs: wrong, to be asked about, or to be recorded."""
    row = form.typed[kind.key]
    if read.why_not:
        form.errors[kind.key] = read.why_not
        return
    day = read.answer.get("taken_on", "")
    doubts = [read.unusual] if read.unusual else []
    if day:
        verdict = record.verdict(patient.pk, kind.key, read.answer)
        if verdict.why:
            doubts.append(verdict.why)
    confirms = row.confirmed_as(day)
    if doubts and row.sure != confirms:
        form.to_confirm[kind.key] = (" ".join(doubts), confirms)
    form.entries.append((kind, Entry(kind.key, read.answer)))


def with_limits_of(
    typed: Mapping[str, TypedRow], catalogue: Catalogue, chosen: Laboratory | None, before: Laboratory | None
) -> dict[str, TypedRow]:
    """The rows with what the chosen laboratory printed last. What somebody typed instead of the offer stays."""
    offered, offered_before = limits_of(chosen), limits_of(before)
    found = {}
    for key, kind in catalogue.kinds.items():
        row = typed.get(key, TypedRow())
        last = offered_before.get(key)
        unit, limit = row.unit, row.limit
        if not limit or (last is not None and limit == last.upper_limit):
            limit = offered[key].upper_limit if key in offered else ""
        if not row.value or not unit or (last is not None and unit == last.unit):
            unit = offered[key].unit if key in offered and offered[key].unit in kind.units else unit
        found[key] = TypedRow(row.value, unit, limit, row.on, row.sure)
    return found


def limits_of(laboratory: Laboratory | None) -> dict[str, LaboratoryLimit]:
    if laboratory is None:
        return {}
    return {row.fact_key: row for row in LaboratoryLimit.objects.filter(laboratory=laboratory)}
