"""A suspension holds from the next request on: for pages, for pages that are kept in memory, for steps, for calendars."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from patients import actions
from patients.models import AccessEvent, Clinic, Patient, Plan, Role
from patients.presentation.kept_pages import pages
from tests import factories_patients as make
from tests.factories_guidelines import administrator

pytestmark = pytest.mark.django_db(transaction=True)

HTMX = {"HX-Request": "true"}


@pytest.fixture
def plan(by: User, patient: Patient) -> Plan:
    pages.clear()
    return make.signed(make.answered(patient, by), by)


@pytest.fixture
def clinic(patient: Patient) -> Clinic:
    return patient.clinic


@pytest.fixture
def ada(clinic: Clinic) -> User:
    return make.clinic_administrator(clinic, "ada")


def everything(plan: Plan, by: User) -> list[str]:
    begun = make.answered(plan.patient, by, plan.version)
    steps = ("consultation_facts", "consultation_dose", "consultation_review")
    return [
        reverse("worklist"), reverse("patient_list"), reverse("home"), reverse("patient_detail", args=[plan.patient_id]),
        reverse("plan_detail", args=[plan.pk]), *(reverse(step, args=[begun.pk]) for step in steps),
    ]  # fmt: skip


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_a_kept_page_is_not_served_to_somebody_who_was_suspended_a_moment_ago(
    signed_in: Client, plan: Plan, by: User, clinic: Clinic, ada: User, headers: dict[str, str]
) -> None:
    addresses = everything(plan, by)
    name = plan.patient.family_name.lower()
    before = [signed_in.get(address, headers=headers).content.decode().lower() for address in addresses * 2]
    assert pages.values() and sum(name in page for page in before) >= 8
    looks = AccessEvent.objects.filter(user=by).count()

    actions.suspend_member(clinic=clinic, person=by, because="Lost a badge.", by=ada)

    answers = [signed_in.get(address, headers=headers) for address in addresses]
    assert not [answer for answer in answers if name in answer.content.decode().lower()]
    assert {answer.status_code for answer in answers} <= {200, 403}
    assert AccessEvent.objects.filter(user=by).count() == looks
    assert 'href="/worklist/"' not in signed_in.get(reverse("home")).content.decode()
    actions.resume_member(clinic=clinic, person=by, by=ada)
    assert signed_in.get(addresses[3], headers=headers).status_code == 200


def test_suspended_in_one_clinic_somebody_works_on_in_the_other(
    signed_in: Client, plan: Plan, by: User, clinic: Clinic, ada: User
) -> None:
    there = make.clinic("Knee Clinic")
    other = actions.register_patient(
        clinic=there, by=make.physician(there, "far"), family_name="Radius", given_names="Rosa",
        born_on=plan.patient.born_on, sex="female", number="R-7",
    )  # fmt: skip
    actions.add_member(clinic=there, user=by, role=Role.NURSE)
    missing = reverse("patient_detail", args=[uuid4()])
    for patient in (plan.patient, other):
        assert signed_in.get(reverse("patient_detail", args=[patient.pk])).status_code == 200

    actions.suspend_member(clinic=clinic, person=by, because="Lost a badge.", by=ada)

    gone = signed_in.get(reverse("patient_detail", args=[plan.patient_id]))
    assert (gone.status_code, signed_in.get(missing).status_code) == (404, 404)
    assert signed_in.get(reverse("patient_detail", args=[other.pk])).status_code == 200
    page = signed_in.get(reverse("patient_list")).content.decode()
    assert "RADIUS" in page and plan.patient.family_name.upper() not in page


Write = Callable[[Plan, User], object]
WRITES: dict[str, Write] = {
    "a note": lambda plan, by: actions.add_note(patient=plan.patient, by=by, text="Moves in May."),
    "a name": lambda plan, by: actions.edit_patient(
        patient=plan.patient, by=by, lock_version=plan.patient.lock_version, allergies="Latex"
    ),
    "a consultation": lambda plan, by: make.consultation(plan.patient, by, plan.version),
    "a patient": lambda plan, by: actions.register_patient(
        clinic=plan.patient.clinic, by=by, family_name="A", given_names="B", born_on=plan.patient.born_on,
        sex="female", number="E-77",
    ),
    "a feed": lambda plan, by: actions.open_feed(clinic=plan.patient.clinic, by=by, token=uuid4()),
}  # fmt: skip


def test_nothing_is_written_any_more(plan: Plan, by: User, clinic: Clinic, ada: User) -> None:
    actions.suspend_member(clinic=clinic, person=by, because="Lost a badge.", by=ada)

    for what, write in WRITES.items():
        with pytest.raises(actions.Refused, match="Only"):
            write(plan, by)
            pytest.fail(what)


def test_what_is_signed_meanwhile_is_refused(patient: Patient, by: User, clinic: Clinic, ada: User) -> None:
    ready = make.answered(patient, by)
    actions.suspend_member(clinic=clinic, person=by, because="Lost a badge.", by=ada)

    with pytest.raises(actions.Refused, match="Only a physician"):
        make.signed(ready, by)


@pytest.mark.parametrize("is_everywhere", [False, True], ids=["in the clinic", "everywhere"])
def test_calendars_end_as_they_do_for_whoever_has_left(
    plan: Plan, by: User, clinic: Clinic, ada: User, is_everywhere: bool
) -> None:
    """The clinic's ends; the patient's is the patient's, who is to be reminded whoever leaves."""
    of_clinic, of_patient = uuid4(), uuid4()
    actions.open_feed(clinic=clinic, by=by, token=of_clinic)
    actions.open_feed(clinic=clinic, by=by, token=of_patient, patient=plan.patient)
    feeds = [reverse("calendar_feed", args=[token]) for token in (of_clinic, of_patient)]
    assert [Client().get(feed).status_code for feed in feeds] == [200, 200]

    if is_everywhere:
        actions.suspend_person(person=by, because="Lost a badge.", by=administrator("ines"))
    else:
        actions.suspend_member(clinic=clinic, person=by, because="Lost a badge.", by=ada)

    assert [Client().get(feed).status_code for feed in feeds] == [404, 200]
