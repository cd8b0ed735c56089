"""What was observed: recorded as typed, corrected by new rows, never changed."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

import pghistory
from django.contrib.auth.models import User
from django.db import transaction

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.facts import FactsRefused, Problem
from guidelines.engine.reading import read_facts
from patients import permissions
from patients.actions.assessing import follow_results
from patients.actions.refusals import Refused, ValuesRefused, allow, day_at
from patients.facts import FROM_PATIENT, Answer
from patients.models import Laboratory, Observation, Patient, ResultSource


class Entry(NamedTuple):
    """One result as it was typed. `answer` is as in a facts file: value, unit, taken_on, upper_limit."""

    fact_key: str
    answer: Answer
    external_id: str = ""  # the sender's own identifier


@transaction.atomic
def record_observations(
    *,
    patient: Patient,
    compiled: CompiledPackage,
    entries: Iterable[Entry],
    by: User,
    today: date | None = None,
    source: ResultSource = ResultSource.FORM,
    laboratory: Laboratory | None = None,
) -> list[Observation]:
    """All or none. What is recorded already, word for word, is not recorded twice. Then the plans are looked at anew."""
    locked = Patient.objects.locked().select_related("clinic").get(pk=patient.pk)
    allow(permissions.why_not_look_after(by, locked))
    day = day_at(locked.clinic, today)
    entries = list(entries)
    problems = [problem for index, entry in enumerate(entries) for problem in wrong(compiled, entry, day, index)]
    problems += twice(entries, day)
    if problems:
        raise ValuesRefused(problems)
    with pghistory.context(action="record_observations", user=by.pk):
        rows = write_new(patient=locked, entries=entries, by=by, day=day, source=source, laboratory=laboratory)
        if rows:
            follow_results(patient=locked, by=by, today=day, new=rows)
    return rows


def wrong(compiled: CompiledPackage, entry: Entry, day: date, index: int) -> list[Problem]:
    """What is wrong with one entry on its own; places begin with its number."""
    if entry.fact_key in FROM_PATIENT:
        return [Problem(f"{index}", "stands on the patient's page; correct it there")]
    if "value" not in entry.answer:
        return [Problem(f"{index}.value", "write what was found")]
    try:
        read_facts({"as_of": day.isoformat(), "facts": {entry.fact_key: entry.answer}}, compiled)
    except FactsRefused as refusal:
        named = f"facts.{entry.fact_key}"
        return [Problem(f"{index}{place.removeprefix(named)}", message) for place, message in refusal.problems]
    return []


def twice(entries: Sequence[Entry], day: date) -> list[Problem]:
    """Two different results of one day sent together: nobody could say later which was the last."""
    seen: dict[tuple[str, str], Answer] = {}
    found = []
    for index, entry in enumerate(entries):
        first = seen.setdefault((entry.fact_key, entry.answer.get("taken_on") or day.isoformat()), entry.answer)
        if first.get("value") != entry.answer.get("value"):
            found.append(Problem(f"{index}.value", "is a second result of the same day; give the one that counts"))
    return found


def write_new(
    *,
    patient: Patient,
    entries: Iterable[Entry],
    by: User,
    day: date,
    source: ResultSource,
    laboratory: Laboratory | None = None,
) -> list[Observation]:
    """Writes those that are not recorded already. The caller has checked them and holds the transaction.

    What a person types again stands last on its day, also when it was typed before and another result came between; a
    file that is sent again puts nothing back.
    """
    known = list(Observation.objects.filter(patient=patient).effective().order_by("number"))
    if source in TYPED:
        known = list({(row.fact_key, row.taken_on): row for row in known}.values())
    recorded = {same(row) for row in known}
    rows = []
    for fact_key, answer, external_id in entries:
        if "value" not in answer:
            continue
        row = Observation(
            patient=patient,
            fact_key=fact_key,
            value_typed=answer["value"],
            unit=answer.get("unit") or "",
            upper_limit_typed=answer.get("upper_limit") or "",
            taken_on=date.fromisoformat(answer.get("taken_on") or day.isoformat()),
            recorded_by=by,
            source=source,
            laboratory=laboratory,
            external_id=external_id,
        )
        if same(row) not in recorded:
            recorded.add(same(row))
            rows.append(row)
    return Observation.objects.bulk_create(rows)


TYPED = (ResultSource.CONSULTATION, ResultSource.FORM)


def same(row: Observation) -> tuple[Any, ...]:
    """What makes two results one."""
    typed = row.value_typed
    value = tuple(sorted(typed)) if isinstance(typed, list) else (type(typed).__name__, typed)
    return row.fact_key, value, row.unit, row.upper_limit_typed, row.taken_on


def open_to_correction(observation: Observation, by: User) -> Observation:
    """As it is now, with the patient's row held: results of one patient change one after the other."""
    allow(permissions.why_not_look_after(by, observation.patient))
    Patient.objects.locked().get(pk=observation.patient_id)
    current = (
        Observation.objects.select_for_update(of=("self",)).select_related("patient__clinic").get(pk=observation.pk)
    )
    if current.not_this_patients or Observation.objects.filter(corrects=current).exists():
        raise Refused("This result was corrected already. Correct the newer one.")
    return current


@transaction.atomic
def correct_observation(
    *,
    observation: Observation,
    compiled: CompiledPackage,
    answer: Answer,
    by: User,
    today: date | None = None,
    source: ResultSource = ResultSource.FORM,
) -> Observation:
    """The result as it should have been written, as a new row; the wrong one stays readable."""
    current = open_to_correction(observation, by)
    day = day_at(current.patient.clinic, today)
    if problems := wrong(compiled, Entry(current.fact_key, answer), day, 0):
        raise ValuesRefused(problems)
    with pghistory.context(action="correct_observation", user=by.pk):
        row = Observation.objects.create(
            patient=current.patient,
            fact_key=current.fact_key,
            value_typed=answer["value"],
            unit=answer.get("unit") or "",
            upper_limit_typed=answer.get("upper_limit") or "",
            taken_on=date.fromisoformat(answer.get("taken_on") or current.taken_on.isoformat()),
            recorded_by=by,
            corrects=current,
            source=source,
            laboratory=current.laboratory,
            external_id=current.external_id,
        )
        follow_results(patient=current.patient, by=by, today=day, new=[row], gone=current)
    return row


@transaction.atomic
def disown_observation(*, observation: Observation, by: User, today: date | None = None) -> Observation:
    """It was another patient's: from now on it counts for nothing here."""
    current = open_to_correction(observation, by)
    with pghistory.context(action="disown_observation", user=by.pk):
        row = Observation.objects.create(
            patient=current.patient,
            fact_key=current.fact_key,
            value_typed=current.value_typed,
            unit=current.unit,
            upper_limit_typed=current.upper_limit_typed,
            taken_on=current.taken_on,
            recorded_by=by,
            corrects=current,
            not_this_patients=True,
            source=current.source,
            laboratory=current.laboratory,
            external_id=current.external_id,
        )
        follow_results(patient=current.patient, by=by, today=day_at(current.patient.clinic, today), gone=current)
    return row
