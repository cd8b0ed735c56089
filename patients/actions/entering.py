"""Results entered by a person, in one transaction: of one patient, with their laboratory and what it printed beside them.

What a laboratory's unit and upper limit were is remembered, to be offered again; no rule ever reads it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pghistory
from django.contrib.auth.models import User
from django.db import transaction

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.facts import Problem
from guidelines.engine.safety import ORDER
from patients import permissions
from patients.actions.refusals import Refused, ValuesRefused, allow
from patients.actions.results import Entry, record_observations
from patients.models import Clinic, Laboratory, LaboratoryLimit, Observation, Patient, ResultAlert, ResultSource

LONGEST_NAME = 120


@dataclass(frozen=True)
class Entered:
    """What was written, without what was on record already, and what it asks for, gravest first."""

    rows: list[Observation]
    alerts: list[ResultAlert]


@transaction.atomic
def enter_results(
    *,
    patient: Patient,
    results: Sequence[tuple[CompiledPackage, Entry]],
    by: User,
    source: ResultSource = ResultSource.FORM,
    laboratory: Laboratory | None = None,
    laboratory_name: str = "",
    today: date | None = None,
) -> Entered:
    """All or none. `laboratory_name`: of one that may be new. Places of problems begin with the number of the result."""
    allow(permissions.why_not_look_after(by, patient))
    if laboratory is not None and laboratory.clinic_id != patient.clinic_id:
        raise Refused("This laboratory belongs to another clinic. Choose one of the list.")
    with pghistory.context(action="enter_results", user=by.pk):
        if laboratory is None and laboratory_name.strip():
            laboratory = laboratory_named(patient.clinic, laboratory_name)
        rows: list[Observation] = []
        for compiled, numbered in by_content(results):
            try:
                rows += record_observations(
                    patient=patient, compiled=compiled, entries=[entry for _, entry in numbered], by=by, today=today,
                    source=source, laboratory=laboratory,
                )  # fmt: skip
            except ValuesRefused as refusal:
                raise ValuesRefused([renumbered(problem, numbered) for problem in refusal.problems]) from None
        if laboratory is not None:
            remember(laboratory, [entry for _, entry in results])
    return Entered(rows, asked_for(patient, rows))


def by_content(
    results: Sequence[tuple[CompiledPackage, Entry]],
) -> Iterable[tuple[CompiledPackage, list[tuple[int, Entry]]]]:
    """The results of each guideline, with their number among all."""
    found: dict[str, tuple[CompiledPackage, list[tuple[int, Entry]]]] = {}
    for number, (compiled, entry) in enumerate(results):
        found.setdefault(compiled.content_hash, (compiled, []))[1].append((number, entry))
    return found.values()


def renumbered(problem: Problem, numbered: Sequence[tuple[int, Entry]]) -> Problem:
    number, dot, rest = problem.place.partition(".")
    return Problem(f"{numbered[int(number)][0]}{dot}{rest}", problem.message)


def laboratory_named(clinic: Clinic, name: str) -> Laboratory:
    """The clinic's laboratory of this name, however it is capitalised, or a new one."""
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME:
        raise Refused(f"Write a name of at most {LONGEST_NAME} characters for the laboratory.")
    known = Laboratory.objects.filter(clinic=clinic, name__iexact=name).first()
    return known or Laboratory.objects.get_or_create(clinic=clinic, name=name)[0]


def remember(laboratory: Laboratory, entries: Iterable[Entry]) -> None:
    """The last unit and upper limit of each result; a result without a limit leaves the one that is known."""
    known = {row.fact_key: row for row in LaboratoryLimit.objects.filter(laboratory=laboratory)}
    for entry in entries:
        unit, limit = entry.answer.get("unit") or "", entry.answer.get("upper_limit") or ""
        row = known.setdefault(entry.fact_key, LaboratoryLimit(laboratory=laboratory, fact_key=entry.fact_key))
        if not unit or (row.pk and row.unit == unit and limit in ("", row.upper_limit)):
            continue
        row.upper_limit = limit if limit or row.unit != unit else row.upper_limit
        row.unit = unit
        row.save()


def asked_for(patient: Patient, rows: Iterable[Observation]) -> list[ResultAlert]:
    """What is open because of these results, raised by them or renewed; also that results contradict each other, which
    is said of all of them."""
    wanted = {(row.fact_key, row.taken_on.isoformat()) for row in rows}
    if not wanted:
        return []
    alerts = ResultAlert.objects.open().filter(patient=patient)
    found = [
        row for row in alerts
        if not row.rule_key or wanted & {(told.get("fact"), told.get("taken_on")) for told in row.results}
    ]  # fmt: skip
    return sorted(found, key=lambda row: ORDER.get(row.severity, len(ORDER)))
