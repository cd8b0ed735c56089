"""Patients found, registered and corrected; their page; and nobody else's."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines.package import compiled_version
from patients import actions
from patients.actions import Entry
from patients.forms.people import initial_of
from patients.models import AccessEvent, MonitoringTask, Patient, ResultAlert, ResultSource
from patients.urls import urlpatterns
from tests import factories_patients as make

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]
NEW = {"family_name": "Radius", "given_names": "Rosa", "born_on": "1971-02-03", "sex": "female", "number": "R-7"}


def test_a_patient_is_registered_and_the_band_says_what_is_not_recorded(signed_in: Client, by: User) -> None:
    clinic = by.memberships.get().clinic

    answer = signed_in.post(reverse("patient_register"), {**NEW, "clinic": clinic.pk}, follow=True)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "RADIUS, Rosa" in page
    assert "Not recorded" in page


def test_whoever_works_in_one_clinic_need_not_say_which(signed_in: Client) -> None:
    form = signed_in.get(reverse("patient_register")).context["form"]

    answer = signed_in.post(reverse("patient_register"), {**NEW, "clinic": form["clinic"].value()})

    assert answer.status_code == 302
    assert Patient.objects.filter(number=NEW["number"]).exists()


@pytest.mark.parametrize(
    ("field", "typed", "part"),
    [
        pytest.param("born_on", "03.02.1971", "year, month and day", id="a day in another order"),
        pytest.param("born_on", "2171-02-03", "future", id="a day to come"),
        pytest.param("born_on", "1071-02-03", "120 years", id="a day too long ago"),
        pytest.param("family_name", "", "required", id="no name"),
        pytest.param("number", "E-1", "number", id="a number that is taken"),
        pytest.param("sex", "banana", "choice", id="a word nobody offers"),
        pytest.param("family_name", "x" * 5000, "100", id="a very long name"),
    ],
)
def test_what_cannot_be_registered_comes_back_with_a_sentence(
    signed_in: Client, by: User, field: str, typed: str, part: str
) -> None:
    make.patient(by)

    answer = signed_in.post(
        reverse("patient_register"), {**NEW, "clinic": by.memberships.get().clinic.pk, field: typed}
    )

    assert answer.status_code == 422
    assert part in answer.content.decode()
    assert Patient.objects.count() == 1


def test_a_change_that_met_another_shows_both_and_writes_nothing(signed_in: Client, by: User) -> None:
    patient = make.patient(by)
    make.actions.edit_patient(patient=patient, by=by, lock_version=1, allergies="Latex")
    typed = {**NEW, "number": "E-1", "allergies": "Penicillin", "lock_version": "1"}

    answer = signed_in.post(reverse("patient_edit", args=[patient.pk]), typed)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Latex" in page
    assert "Penicillin" in page
    assert "Save mine over it" in page
    assert Patient.objects.get(pk=patient.pk).allergies == "Latex"


def test_saving_after_a_conflict_takes_back_nothing_that_somebody_else_changed(signed_in: Client, by: User) -> None:
    patient = make.patient(by)
    opened = {**initial_of(patient), "given_names": "Helen"}
    make.actions.edit_patient(patient=patient, by=by, lock_version=1, allergies="Latex", number="E-9")

    page = signed_in.post(reverse("patient_edit", args=[patient.pk]), opened)
    signed_in.post(reverse("patient_edit", args=[patient.pk]), page.context["form"].data)

    assert page.status_code == 409
    assert page.context["differences"] == [("Given names", "Ellen", "Helen")]
    assert "Save mine over it" not in page.content.decode()
    saved = Patient.objects.get(pk=patient.pk)
    assert (saved.given_names, saved.allergies, saved.number) == ("Helen", "Latex", "E-9")


def test_the_same_change_in_two_tabs_is_no_conflict(signed_in: Client, by: User) -> None:
    patient = make.patient(by)
    opened = {**initial_of(patient), "allergies": "Latex"}
    make.actions.edit_patient(patient=patient, by=by, lock_version=1, allergies="Latex", number="E-9")

    answer = signed_in.post(reverse("patient_edit", args=[patient.pk]), opened)

    assert answer.url == reverse("patient_detail", args=[patient.pk])
    assert Patient.objects.get(pk=patient.pk).number == "E-9"


def test_a_search_is_posted_and_finds_by_name_and_number(signed_in: Client, by: User) -> None:
    make.patient(by)
    make.patient(by, family_name="Radius", given_names="Rosa", number="R-7")

    for term in ("radi", "R-7", "rosa rad"):
        page = signed_in.post(reverse("patient_list"), {"q": term}, headers={"hx-request": "true"}).content.decode()
        assert "RADIUS, Rosa" in page
        assert "ELBOW" not in page
    assert "Nobody found" in signed_in.post(reverse("patient_list"), {"q": "nobody"}).content.decode()
    # In an address it does nothing.
    assert "ELBOW" in signed_in.get(reverse("patient_list"), {"q": "radi"}).content.decode()


def test_the_list_asks_as_often_for_many_patients_as_for_one(
    signed_in: Client, by: User, django_assert_max_num_queries: Any
) -> None:
    for index in range(30):
        make.patient(by, number=f"N-{index}", born_on=date(1950 + index, 1, 1))

    with django_assert_max_num_queries(10):
        assert signed_in.get(reverse("patient_list")).content.decode().count("ELBOW") == 30


def test_opening_a_patient_leaves_a_row(signed_in: Client, by: User) -> None:
    patient = make.patient(by)

    signed_in.get(reverse("patient_detail", args=[patient.pk]))

    event = AccessEvent.objects.get()
    assert (event.clinic, event.patients, event.user, event.what) == (
        patient.clinic,
        [patient.pk],
        by,
        "patient_detail",
    )


def a_row_of_each(by: User) -> dict[str, Any]:
    """By how the addresses of its pages begin."""
    patient = make.patient(by)
    ready = make.answered(patient, by)
    plan = make.signed(ready, by)
    [result] = actions.record_observations(
        patient=patient, compiled=compiled_version(plan.version), by=by,
        entries=[Entry("itch_marker", {"value": "150", "unit": "U/L", "upper_limit": "40"})],
    )  # fmt: skip
    task = MonitoringTask.objects.open().filter(plan=plan)[0]
    run = actions.start_letters(key=uuid4(), clinic=patient.clinic, tasks=[task.pk], by=by)
    file = actions.start_import(
        clinic=patient.clinic, by=by, source=ResultSource.CSV, file_name="a.csv", file_hash="", rows=[]
    )
    alert = ResultAlert.objects.open().filter(plan=plan)[0]
    return {
        "patients": patient.pk, "consultations": ready.pk, "plans": plan.pk, "results": result.pk, "tasks": task.pk,
        "alerts": alert.pk, "imports": file.pk, "letters": run.pk,
    }  # fmt: skip


def test_no_page_shows_anything_to_a_stranger_or_to_another_clinic(client: Client, by: User) -> None:
    keys = a_row_of_each(by)
    addresses = [
        reverse(entry.name, kwargs={"pk": keys[route.split("/")[0]]} | ({"part": 1} if "<int:part>" in route else {}))
        for entry in urlpatterns
        if "<uuid:pk>" in (route := str(entry.pattern))
    ]
    methods = [client.get, client.post]

    assert all(method(address).status_code in (302, 405) for address in addresses for method in methods)
    client.force_login(make.physician(make.clinic("Other clinic")))
    answers = [method(address).status_code for address in addresses for method in methods]

    assert set(answers) <= {404, 405}
    assert answers.count(404) >= len(addresses)


def test_an_administrator_sees_no_patients(client: Client, by: User) -> None:
    patient = make.patient(by)
    client.force_login(make.clinic_administrator(patient.clinic))

    assert client.get(reverse("patient_detail", args=[patient.pk])).status_code == 403
    assert "ELBOW" not in client.get(reverse("patient_list")).content.decode()
    assert client.get(reverse("patient_register")).status_code == 403
    assert client.get(reverse("home")).status_code == 200


def test_the_pages_of_a_plan_say_the_same_dose(signed_in: Client, by: User) -> None:
    plan = make.signed(make.answered(make.patient(by), by), by)

    for name in ("plan_detail", "plan_patient_page", "plan_clinician_page"):
        page = signed_in.get(reverse(name, args=[plan.pk])).content.decode()
        assert "Tuesday" in page
        assert "10" in page
    for name in ("plan_patient_pdf", "plan_clinician_pdf"):
        answer = signed_in.get(reverse(name, args=[plan.pk]), {"paper": "Letter"})
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
        assert "Elbow" not in answer["Content-Disposition"]


def test_a_second_press_on_start_opens_the_first_consultation(signed_in: Client, by: User) -> None:
    patient = make.patient(by)
    make.published()
    address = reverse("consultation_start", args=[patient.pk])

    first = signed_in.post(address, {"guideline": "itching-elbow"})
    second = signed_in.post(address, {"guideline": "itching-elbow"})

    assert first.url == second.url
    assert signed_in.post(address, {"guideline": "unheard-of"}).status_code == 404
