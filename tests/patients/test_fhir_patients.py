"""Whose a result of a FHIR bundle is: by a number of the system that the clinic names, else by any, and that is said."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from guidelines.models import Version
from patients import actions
from patients.models import Patient, ResultImport
from tests import factories_patients as make
from tests.patients import result_files as files
from tests.patients.imported_files import imported, states, whys

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]
OURS, OTHER = "urn:oid:1.2.3", "urn:oid:9.9.9"
TODAY = make.days_ago(0).isoformat()
BY_ANY = "Patients were matched by their number alone"


@pytest.fixture
def named(patient: Patient) -> Patient:
    actions.name_patient_numbers(clinic=patient.clinic, system=f"{OURS} ")
    return patient


def bundle(subject: dict[str, Any], *identifiers: dict[str, str], **more: Any) -> bytes:
    """A weight of a patient with these identifiers."""
    resource = {"resourceType": "Patient", "id": "p", "identifier": list(identifiers), **more}
    result = files.observation(subject=subject or {"reference": "Patient/p"}, effectiveDateTime=TODAY)
    return files.bundle(resource, result)


def number(of: Patient, system: str | None) -> dict[str, str]:
    return {"value": of.number} | ({"system": system} if system is not None else {})


def page_of(client: Client, run: ResultImport) -> str:
    return client.get(reverse("result_import_detail", args=[run.pk])).content.decode()


@pytest.mark.parametrize("system", [OURS, OTHER, None])
def test_where_no_system_is_named_any_number_counts_and_the_preview_says_so(
    signed_in: Client, patient: Patient, version: Version, system: str | None
) -> None:
    run = imported(signed_in, bundle({}, number(patient, system)), "b.json")

    assert states(run) == ["ready"]
    assert BY_ANY in page_of(signed_in, run)


@pytest.mark.parametrize(("system", "state"), [(OURS, "ready"), (f"{OURS}/", "ready"), (OTHER, "refused"), (None, "refused"), ("", "refused")])  # fmt: skip
def test_where_one_is_named_no_other_number_counts(
    signed_in: Client, named: Patient, version: Version, system: str | None, state: str
) -> None:
    for raw in (bundle({}, number(named, system)), bundle({"identifier": number(named, system)})):
        run = imported(signed_in, raw, "b.json")

        assert states(run) == [state]
        assert BY_ANY not in page_of(signed_in, run)
        if state == "refused":
            assert whys(run) == [f"It names no patient by a number of {OURS}."]


def test_a_number_of_something_else_beside_the_clinics_own_is_passed_over(
    signed_in: Client, named: Patient, version: Version, by: User
) -> None:
    other = make.patient(by, number="E-2", family_name="Knee")

    run = imported(signed_in, bundle({}, number(other, OTHER), number(named, OURS)), "b.json")

    assert [row.patient for row in run.rows.all()] == [named]


def test_a_birth_date_must_be_right_all_the_same(signed_in: Client, named: Patient, version: Version) -> None:
    run = imported(signed_in, bundle({}, number(named, OURS), birthDate="1950-01-01"), "b.json")

    assert states(run) == ["refused"]


def test_the_system_is_named_at_the_console_and_taken_back_there(patient: Patient) -> None:
    clinic = patient.clinic
    call_command("patient_numbers", clinic.name, OURS)
    clinic.refresh_from_db()
    assert clinic.patient_number_system == OURS

    call_command("patient_numbers", clinic.name, "")

    clinic.refresh_from_db()
    assert clinic.patient_number_system is None
    with pytest.raises(CommandError, match="There are: "):
        call_command("patient_numbers", "Nowhere", OURS)
    with pytest.raises(CommandError, match="at most 200"):
        call_command("patient_numbers", clinic.name, "u" * 201)
