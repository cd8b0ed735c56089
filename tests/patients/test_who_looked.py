"""Who looked at whom and who changed what: as a patient may be told, and as whoever answers for a clinic may ask."""

import csv
import re
from datetime import timedelta
from io import StringIO

import pghistory
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from patients import actions
from patients.models import AccessEvent, Patient, Role
from tests import factories_patients as make
from tests.signing_in import with_app

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


@pytest.fixture
def patient(by: User) -> Patient:
    return make.patient(by, number="E-77", allergies="Penicillin")


@pytest.fixture
def administrator(by: User, patient: Patient) -> Client:
    client = Client()
    client.force_login(make.clinic_administrator(patient.clinic))
    return client


def page(client: Client, name: str, key: object, **query: str) -> str:
    response = client.get(reverse(name, args=[key]), query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_patient_can_be_told_who_looked_and_who_wrote(signed_in: Client, by: User, patient: Patient) -> None:
    nurse = make.nurse(patient.clinic, "nora")
    looking = Client()
    looking.force_login(nurse)
    for _ in range(3):
        looking.get(reverse("patient_detail", args=[patient.pk]))
    looking.post(reverse("patient_note_add", args=[patient.pk]), {"text": "A private matter."})

    told = page(signed_in, "patient_looks", patient.pk)

    assert "nora" in told and "Nurse" in told
    assert "A patient&#x27;s page (3 times)" in told
    assert "Add note" in told and "Register patient" in told
    assert "A private matter" not in told
    assert AccessEvent.objects.of(patient.pk).filter(what="patient_looks", user=by).count() == 1


def test_whoever_is_suspended_has_no_role_there_today(administrator: Client, patient: Patient) -> None:
    nurse = make.nurse(patient.clinic, "nora")
    actions.record_access(patient=patient, by=nurse, what="patient_detail")
    assert "Nurse" in page(administrator, "patient_looks", patient.pk)
    nurse.memberships.update(suspended_at=timezone.now(), suspended_by=nurse, suspended_because="Left.")

    told = page(administrator, "patient_looks", patient.pk)

    assert "nora" in told and "Nurse" not in told and "Not in the clinic today" in told


def test_the_period_is_as_asked(signed_in: Client, by: User, patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    later = timezone.now() + timedelta(days=60)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    signed_in.force_login(by)

    assert "Register patient" in page(signed_in, "patient_looks", patient.pk)
    assert "Register patient" in page(signed_in, "patient_looks", patient.pk, days="all")
    assert "Register patient" not in page(signed_in, "patient_looks", patient.pk, days="30")
    assert "Register patient" in page(signed_in, "patient_looks", patient.pk, days="'; DROP")


def test_an_administrator_sees_who_and_when_and_nothing_clinical(
    administrator: Client, by: User, patient: Patient
) -> None:
    actions.record_accesses(patients=[patient.pk], by=by, what="worklist")
    actions.add_note(patient=patient, by=by, text="A private matter.")

    begun = administrator.get(reverse("clinic_looks")).content.decode()
    found = administrator.post(reverse("clinic_looks"), {"number": "E-77"})
    of_patient = page(administrator, "patient_looks", patient.pk)
    of_person = page(administrator, "person_looks", by.pk)

    assert reverse("person_looks", args=[by.pk]) in begun and "1 look<" in begun
    assert found["Location"] == reverse("patient_looks", args=[patient.pk])
    assert "E-77" in of_person and "Add note" in of_person
    for told in (begun, of_patient, of_person):
        assert "Penicillin" not in told and "A private matter" not in told
    assert AccessEvent.objects.of(patient.pk).filter(what="person_looks").count() == 1
    assert administrator.get(reverse("patient_detail", args=[patient.pk])).status_code == 403


def test_no_name_finds_a_patient_and_a_number_only_at_home(administrator: Client, patient: Patient) -> None:
    far = make.patient(make.physician(make.clinic("Far Clinic")), number="F-1")

    for typed in (patient.family_name, "E-7", far.number, ""):
        assert administrator.post(reverse("clinic_looks"), {"number": typed}).status_code == 422
    assert administrator.get(reverse("patient_looks", args=[far.pk])).status_code == 404


def test_somebody_of_another_clinic_is_not_there(administrator: Client) -> None:
    far = make.physician(make.clinic("Far Clinic"), "far")

    answers = [
        administrator.get(reverse(name, args=[key]))
        for name in ("person_looks", "person_looks_csv")
        for key in (far.pk, 10**6)
    ]

    assert {answer.status_code for answer in answers} == {404}


def test_what_was_done_elsewhere_is_not_told_here(administrator: Client, by: User, patient: Patient) -> None:
    far = make.clinic("Far Clinic")
    actions.add_member(clinic=far, user=by, role=Role.PHYSICIAN)
    other = actions.register_patient(
        clinic=far, by=by, family_name="Fern", given_names="Fay", born_on=make.days_ago(9000), sex="female", number="F-1",
        allergies="",
    )  # fmt: skip
    actions.record_access(patient=other, by=by, what="patient_detail")

    assert "F-1" not in page(administrator, "person_looks", by.pk)
    assert "F-1" not in administrator.get(reverse("person_looks_csv", args=[by.pk])).content.decode()


def test_an_administrator_sees_second_factors_come_and_go_and_who_did_that(administrator: Client, by: User) -> None:
    with pghistory.context(action="x", user=by.pk):
        with_app(by)
    call_command("forget_second_factor", by.username)

    told = page(administrator, "person_looks", by.pk)

    assert re.search(
        r"Authenticator app removed\. At the console\..*Authenticator app set up\. " + by.username, told, re.DOTALL
    )
    assert "Second factors" not in page(administrator, "person_looks", administrator.session["_auth_user_id"])


def test_the_table_has_a_row_for_each(signed_in: Client, by: User, patient: Patient) -> None:
    for _ in range(2):
        signed_in.get(reverse("patient_detail", args=[patient.pk]))

    text = signed_in.get(reverse("patient_looks_csv", args=[patient.pk])).content.decode()

    rows = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))
    assert [row["What"] for row in rows].count("A patient's page") == 2
    assert {row["Patient's number"] for row in rows} == {"E-77"}
    assert {row["User name"] for row in rows} == {by.username}


def test_the_way_there_is_on_the_patients_page_of_who_may_ask(signed_in: Client, patient: Patient) -> None:
    address = reverse("patient_looks", args=[patient.pk])
    nurse = Client()
    nurse.force_login(make.nurse(patient.clinic))

    assert address in page(signed_in, "patient_detail", patient.pk)
    assert address not in page(nurse, "patient_detail", patient.pk)
    assert nurse.get(address).status_code == 403
