"""5,000 results of a file, written by workers of which one is killed midway: each row once, none lost."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from patients import actions
from patients.models import Clinic, JobState, Observation, ResultImport, ResultImportRow, ResultSource, RowState
from patients.results.catalogue import catalogue_of_clinic
from patients.results.csv_file import read_csv
from patients.results.settling import settled
from tests import factories_patients as make
from tests.factories_guidelines import published
from tests.pace import within_seconds
from tests.patients import result_files as files
from tests.patients.test_impact_queue import work

pytestmark = pytest.mark.django_db(transaction=True)

PROJECT = Path(__file__).resolve().parents[2]
PATIENTS, DAYS = 20, 125
# A worker that is killed with a chunk in its hands: results written, and not yet let go.
DIE_MIDWAY = """
import json, os, signal, sys
import django
django.setup()
from django.db import connection, transaction
from config.acting import acting_as_system
everything = acting_as_system()
everything.__enter__()
told = json.loads(sys.argv[1])
connection.settings_dict.update(told["database"])
from patients.actions import importing
from patients.models import ResultImport
run = ResultImport.objects.select_related("clinic").get(pk=told["run"])
catalogue = importing.catalogue_of_clinic(run.clinic)
for _ in range(3):
    importing.write_chunk(run.pk, catalogue)
with transaction.atomic():
    importing.write_chunk(run.pk, catalogue)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def previewed(by: User, clinic: Clinic) -> ResultImport:
    numbers = [f"N-{number}" for number in range(PATIENTS)]
    for number in numbers:
        make.patient(by, number=number)
    raw = files.csv_of(*files.many_lines(numbers, DAYS, make.days_ago(0)))
    # What a person waits for before the preview.
    rows = within_seconds(2, lambda: settled(read_csv(raw), clinic, by, catalogue_of_clinic(clinic)))
    return actions.start_import(
        clinic=clinic, by=by, source=ResultSource.CSV, file_name="many.csv", file_hash="", rows=rows
    )


def die_midway(run: ResultImport) -> int:
    settings = {name: connection.settings_dict[name] for name in ("NAME", "HOST", "PORT", "USER", "PASSWORD")}
    told = json.dumps({"database": settings, "run": str(run.pk)})
    ended = subprocess.run(
        [sys.executable, "-c", DIE_MIDWAY, told], cwd=PROJECT, check=False,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
    )  # fmt: skip
    return ended.returncode


def as_recorded() -> list[tuple[Any, ...]]:
    columns = ("patient__number", "fact_key", "taken_on", "value_typed", "unit", "external_id")
    return sorted(tuple(map(str, row)) for row in Observation.objects.values_list(*columns))


def as_sent(run: ResultImport) -> list[tuple[Any, ...]]:
    rows = ResultImportRow.objects.filter(run=run).select_related("patient")
    found = [
        (row.patient.number, row.fact_key, row.answer["taken_on"], row.answer["value"], row.answer["unit"], row.external_id)
        for row in rows if row.patient
    ]  # fmt: skip
    return sorted(found)


def test_five_thousand_results_are_written_once_though_a_worker_is_killed_midway() -> None:
    published()
    clinic = make.clinic()
    by = make.physician(clinic)
    run = previewed(by, clinic)
    actions.agree_import(run=run, by=by)

    killed = die_midway(run)
    written = ResultImportRow.objects.filter(run=run, state=RowState.WRITTEN)
    half, of_those = written.count(), Observation.objects.count()
    work()

    run.refresh_from_db()
    assert killed == -signal.SIGKILL
    assert (half, of_those) == (750, 750)
    assert run.state == JobState.DONE
    assert not ProcrastinateJob.objects.filter(task_name="write_import").exists()
    assert written.count() == Observation.objects.count() == PATIENTS * DAYS * 2 == 5000
    assert as_recorded() == as_sent(run)
    assert written.values("observation").distinct().count() == 5000
