"""What a file repeats or contradicts, and a file that would take all memory before a word of it is understood."""

from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User

from patients.models import Patient, RowState
from patients.results.catalogue import catalogue_of_clinic
from patients.results.csv_file import read_csv
from patients.results.fhir_bundle import MOST_PARTS, read_bundle
from patients.results.sent import FileRefused
from patients.results.settling import settled
from tests import factories_patients as make
from tests.factories_guidelines import published

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]
HEADING = "patient,test,value,unit,upper_limit,date,id"


def states(patient: Patient, by: User, *lines: str) -> list[str]:
    published()
    sent = read_csv("\n".join((HEADING, *lines)).encode())
    return [row.state for row in settled(sent, patient.clinic, by, catalogue_of_clinic(patient.clinic))]


def test_one_identifier_for_results_of_two_tests_is_refused_for_both(patient: Patient, by: User) -> None:
    day = make.days_ago(0).isoformat()

    found = states(
        patient, by, f"{patient.number},itch_marker,55,U/L,40,{day},S-1", f"{patient.number},weight_kg,55,kg,,{day},S-1"
    )

    assert found == [RowState.REFUSED, RowState.REFUSED]


def test_of_a_line_that_stands_there_often_the_first_is_written(patient: Patient, by: User) -> None:
    line = f"{patient.number},itch_marker,55,U/L,40,{make.days_ago(0).isoformat()},S-1"

    assert states(patient, by, line, line, line) == [RowState.READY, RowState.KNOWN, RowState.KNOWN]


def test_one_that_differs_from_lines_that_stand_there_often_refuses_them_all(patient: Patient, by: User) -> None:
    day = make.days_ago(0).isoformat()
    line, other = (f"{patient.number},itch_marker,{value},U/L,40,{day}," for value in ("55", "56"))

    assert states(patient, by, line, line, other) == [RowState.REFUSED] * 3


def test_a_bundle_of_very_many_parts_is_refused_before_it_is_taken_apart(patient: Patient) -> None:
    raw = b'{"resourceType": "Bundle", "entry": [' + b"{}," * (MOST_PARTS // 2) + b"{}]}"

    with pytest.raises(FileRefused, match="parts"):
        read_bundle(raw, catalogue_of_clinic(patient.clinic), ZoneInfo("UTC"))
