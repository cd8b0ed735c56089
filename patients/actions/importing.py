"""A file of results: kept as it was understood, and written once somebody agrees, a chunk at a time.

Each chunk is one transaction, its results and that they are written; a worker that dies leaves its chunk as it was.
Whether a result is on record already is asked again when it is written, so that nothing is ever written twice.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

import pghistory
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from config.clocks import moments_ago
from guidelines.actions import queue_job, start_over
from patients import permissions
from patients.actions.refusals import Refused, ValuesRefused, allow
from patients.actions.results import Entry, correct_observation, disown_observation, record_observations
from patients.models import (
    Clinic,
    JobState,
    Laboratory,
    Observation,
    Patient,
    ResultImport,
    ResultImportRow,
    ResultSource,
    RowState,
)
from patients.results.catalogue import Catalogue, catalogue_of_clinic
from patients.results.on_record import OnRecord, Verdict

WRITE_IMPORT = "write_import"  # the task, whoever does it
CHUNK = 250  # results; what a worker that dies loses
LONGEST_WHY = 1000


@transaction.atomic
def start_import(
    *,
    clinic: Clinic,
    by: User,
    source: ResultSource,
    file_name: str,
    file_hash: str,
    rows: Sequence[ResultImportRow],
    laboratory: Laboratory | None = None,
) -> ResultImport:
    """Keeps what was understood of a file. No result is written. The same file sent twice is one, to be looked at once."""
    allow(permissions.why_not_import(by, clinic))
    if laboratory is not None and laboratory.clinic_id != clinic.pk:
        raise Refused("This laboratory belongs to another clinic. Choose one of the list.")
    if file_hash:
        Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)  # one after the other
        same = ResultImport.objects.filter(clinic=clinic, laboratory=laboratory, source=source, file_hash=file_hash)
        again = same.filter(uploaded_by=by, uploaded_at__range=moments_ago(), state=JobState.PREVIEW).first()
        if again is not None and told(again.rows.all()) == told(rows):  # who was registered since, is found now
            return again
    with pghistory.context(action="start_import", user=by.pk):
        run = ResultImport.objects.create(
            clinic=clinic, laboratory=laboratory, source=source, file_name=file_name[:200], file_hash=file_hash,
            uploaded_by=by,
        )  # fmt: skip
        for row in rows:
            row.run = run
        ResultImportRow.objects.bulk_create(rows, batch_size=1000)
    return run


def told(rows: Iterable[ResultImportRow]) -> list[tuple[Any, ...]]:
    """What was understood of a file, whichever import it is of."""
    names = [
        field.attname for field in ResultImportRow._meta.concrete_fields if field.name not in ("id", "run", "clinic")
    ]
    return sorted((tuple(getattr(row, name) for name in names) for row in rows), key=str)


@transaction.atomic
def agree_import(*, run: ResultImport, by: User) -> ResultImport:
    """What was shown is to be written. Agreed already: as it is; if its work came to a halt or failed, it is queued again.

    The job is queued in the same transaction: it is there if the agreement is.
    """
    current = ResultImport.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=run.pk)
    allow(permissions.why_not_import(by, current.clinic))
    if current.state == JobState.DISCARDED:
        raise Refused("This file was discarded. Upload it again.")
    if current.state == JobState.PREVIEW:
        if not ResultImportRow.objects.filter(run=current, state=RowState.READY).exists():
            raise Refused("There is nothing to write: every result is on record already or refused.")
        current.state, current.agreed_at, current.agreed_by = JobState.WAITING, timezone.now(), by
        with pghistory.context(action="agree_import", user=by.pk):
            current.save(update_fields=["state", "agreed_at", "agreed_by"])
    if current.state == JobState.FAILED:
        with pghistory.context(action="agree_import", user=by.pk):
            start_over(current)
    if current.is_unfinished:
        queue_job(WRITE_IMPORT, run=str(current.pk))
    return current


@transaction.atomic
def discard_import(*, run: ResultImport, by: User) -> ResultImport:
    current = ResultImport.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=run.pk)
    allow(permissions.why_not_import(by, current.clinic))
    if current.state == JobState.DISCARDED:
        return current  # sent twice, meant once
    if current.state != JobState.PREVIEW:
        raise Refused("This file was agreed to already. Correct single results on the patient’s page.")
    move(current, JobState.DISCARDED, by)
    return current


def move(run: ResultImport, state: JobState, by: User | None = None) -> None:
    run.state = state
    with pghistory.context(action="move_import", user=by.pk if by else None):
        run.save(update_fields=["state"])


def write_import(run_id: UUID, *, should_stop: Callable[[], bool] = lambda: False) -> bool:
    """Works on the file until nothing is left, or it is told to stop. Whether it came to an end."""
    run = ResultImport.objects.select_related("clinic").filter(pk=run_id).first()
    if run is None:
        return True
    catalogue = catalogue_of_clinic(run.clinic)
    while write_chunk(run_id, catalogue):
        if should_stop():
            return False
    return True


@transaction.atomic
def write_chunk(run_id: UUID, catalogue: Catalogue) -> bool:
    """The next results, patient by patient. False when none is left: then the import is done."""
    run = ResultImport.objects.select_for_update(of=("self",)).select_related("agreed_by", "laboratory").get(pk=run_id)
    if not run.is_unfinished or run.agreed_by is None:
        return False
    waiting = ResultImportRow.objects.filter(run=run, state=RowState.READY, patient__isnull=False)
    rows = list(waiting.order_by("patient", "position")[:CHUNK])
    if not rows:
        move(run, JobState.DONE)
        return False
    if run.state == JobState.WAITING:
        move(run, JobState.RUNNING)
    for patient, of_patient in groupby(rows, key=lambda row: row.patient_id):
        if patient is not None:
            write_patient(patient, list(of_patient), run, run.agreed_by, catalogue)
    keep_outcomes(rows)
    return True


def keep_outcomes(rows: Sequence[ResultImportRow]) -> None:
    """In one statement: an UPDATE with a case for each row takes longer than everything else."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE patients_resultimportrow SET state = outcome.state, why = outcome.why,"
            " observation_id = outcome.observation"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::uuid[]) AS outcome (id, state, why, observation)"
            " WHERE patients_resultimportrow.id = outcome.id",
            [[row.pk for row in rows], [str(row.state) for row in rows], [row.why for row in rows],
             [row.observation_id for row in rows]],
        )  # fmt: skip


def write_patient(
    patient_id: UUID, rows: list[ResultImportRow], run: ResultImport, by: User, catalogue: Catalogue
) -> None:
    """All that can be written; what cannot says why. A refusal of the patient as a whole refuses all of it."""
    patient = Patient.objects.locked().select_related("clinic").get(pk=patient_id)
    record = OnRecord(
        [patient_id],
        facts={row.fact_key for row in rows},
        days={date.fromisoformat(row.answer["taken_on"]) for row in rows if row.answer},
        external_ids={row.external_id for row in rows if row.external_id},
    )
    new: list[ResultImportRow] = []
    for row in rows:
        verdict = verdict_now(row, patient_id, record)
        if verdict.state != RowState.READY:
            row.state, row.why = verdict.state, verdict.why
        elif verdict.corrects is None:
            new.append(row)
        else:
            take_its_place(row, verdict.corrects, by, run, catalogue)
    for content_hash in {catalogue.kinds[row.fact_key].compiled.content_hash for row in known(new, catalogue)}:
        of_content = [
            row for row in new
            if row.state == RowState.READY and catalogue.kinds[row.fact_key].compiled.content_hash == content_hash
        ]  # fmt: skip
        write_new_rows(patient, of_content, run, by, catalogue)


def known(rows: Iterable[ResultImportRow], catalogue: Catalogue) -> list[ResultImportRow]:
    """Without those that no guideline in use asks for any more."""
    found = []
    for row in rows:
        if row.fact_key in catalogue.kinds:
            found.append(row)
        else:
            refuse(row, "No guideline in use asks for this result any more.")
    return found


def verdict_now(row: ResultImportRow, patient_id: UUID, record: OnRecord) -> Verdict:
    if not row.answer:
        return record.cancelled(patient_id, row.external_id)
    return record.verdict(patient_id, row.fact_key, row.answer, row.external_id, may_correct=row.corrects_external)


def refuse(row: ResultImportRow, why: str) -> None:
    row.state, row.why = RowState.REFUSED, f"{why[:1].upper()}{why[1:]}"[:LONGEST_WHY]


def take_its_place(row: ResultImportRow, corrects: UUID, by: User, run: ResultImport, catalogue: Catalogue) -> None:
    """A correction, or a result that its sender takes back."""
    observation = Observation.objects.select_related("patient__clinic", "laboratory").get(pk=corrects)
    try:
        if not row.answer:
            row.observation = disown_observation(observation=observation, by=by)
        elif (kind := catalogue.kinds.get(row.fact_key)) is None:
            return refuse(row, "No guideline in use asks for this result any more.")
        else:
            row.observation = correct_observation(
                observation=observation, compiled=kind.compiled, answer=row.answer, by=by,
                source=ResultSource(run.source),
            )  # fmt: skip
    except Refused as refusal:
        return refuse(row, str(refusal))
    row.state = RowState.WRITTEN
    return None


def write_new_rows(
    patient: Patient, rows: list[ResultImportRow], run: ResultImport, by: User, catalogue: Catalogue
) -> None:
    """All rows of one content; those that are refused are left out, and the rest is tried again."""
    while rows:
        try:
            written = record_observations(
                patient=patient, compiled=catalogue.kinds[rows[0].fact_key].compiled, by=by,
                entries=[Entry(row.fact_key, row.answer, row.external_id) for row in rows],
                source=ResultSource(run.source), laboratory=run.laboratory,
            )  # fmt: skip
        except ValuesRefused as refusal:
            for place, message in refusal.problems:
                refuse(rows[int(place.partition(".")[0])], f"{message}.")
            rows = [row for row in rows if row.state == RowState.READY]
            continue
        except Refused as refusal:
            for row in rows:
                refuse(row, str(refusal))
            return
        by_content = {(one.fact_key, one.taken_on.isoformat()): one for one in written}
        for row in rows:
            row.observation = by_content.get((row.fact_key, row.answer["taken_on"]))
            row.state = RowState.WRITTEN if row.observation else RowState.KNOWN
        return
