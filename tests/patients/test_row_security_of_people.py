"""What the database shows of clinics and their people: suspended, administering the installation, invited."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from config.acting import acting_as, acting_for_invitation, acting_in_clinic, acting_to_administer
from guidelines.workflow import EDITORS
from patients import actions
from patients.actions.calendars import hash_of
from patients.models import INSTALLATION, Clinic, Invitation, Membership, Patient, Role
from tests import factories_patients as make
from tests.factories_guidelines import administrator
from tests.patients.two_clinics import place

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


@pytest.fixture
def here() -> User:
    return place("Elbow Clinic")


@pytest.fixture
def there() -> User:
    return place("Knee Clinic")


def invited(clinic: Clinic | None, role: str, by: User | None) -> tuple[Invitation, UUID]:
    token = uuid4()
    return actions.invite(clinic=clinic, roles=[role], name="Nora", email="", by=by, token=token), token


def names(rows: Any) -> set[str]:
    return {str(row) for row in rows.objects.all()}


def test_somebody_who_is_suspended_in_one_of_two_clinics_sees_the_other(here: User, there: User) -> None:
    elbow, knee = Clinic.objects.order_by("name")
    actions.add_member(clinic=knee, user=here, role=Role.NURSE)
    keeper = make.clinic_administrator(elbow)
    with acting_as(str(here.pk)):
        assert Patient.objects.count() == 2
    actions.suspend_member(clinic=elbow, person=here, because="Lost a badge.", by=keeper)

    with acting_as(str(here.pk)):
        assert names(Clinic) == {"Knee Clinic"}
        assert [patient.clinic_id for patient in Patient.objects.all()] == [knee.pk]

    actions.resume_member(clinic=elbow, person=here, by=keeper)
    with acting_as(str(here.pk)):
        assert Patient.objects.count() == 2


def test_an_administrator_of_the_installation_sees_clinics_and_people_on_the_pages_about_them(
    here: User, there: User
) -> None:
    ines = administrator()
    invited(None, EDITORS, ines)

    with acting_to_administer(ines.pk):
        assert names(Clinic) == {"Elbow Clinic", "Knee Clinic"}
        assert Membership.objects.count() == 2 and Invitation.objects.count() == 1
        assert not Patient.objects.exists()
    with acting_as(str(ines.pk)):
        assert not Clinic.objects.exists() and not Invitation.objects.exists()


@pytest.mark.parametrize("is_suspended", [False, True])
def test_nobody_else_administers_by_saying_so(here: User, there: User, is_suspended: bool) -> None:
    person = administrator() if is_suspended else here
    if is_suspended:
        User.objects.filter(pk=person.pk).update(is_active=False)
    invited(None, EDITORS, None)

    with acting_to_administer(person.pk):
        assert names(Clinic) == (set() if is_suspended else {"Elbow Clinic"})
        assert not Invitation.objects.exists()


def test_a_link_shows_its_invitation_and_nothing_else(here: User, there: User) -> None:
    elbow = Clinic.objects.get(name="Elbow Clinic")
    keeper = make.clinic_administrator(elbow)
    invitation, token = invited(elbow, Role.NURSE, keeper)
    invited(elbow, Role.NURSE, keeper)

    with acting_for_invitation(hash_of(token)):
        assert [one.pk for one in Invitation.objects.all()] == [invitation.pk]
        assert not Clinic.objects.exists() and not Patient.objects.exists()
        with transaction.atomic():
            assert Invitation.objects.update(name="Taken") == 0
    with acting_for_invitation(""):
        assert not Invitation.objects.exists()


def test_an_invitation_of_the_installation_belongs_to_no_clinic(here: User) -> None:
    invitation, _ = invited(None, EDITORS, None)

    with acting_as(str(here.pk)):
        assert not Invitation.objects.exists()
    with acting_in_clinic(INSTALLATION):
        assert [one.pk for one in Invitation.objects.all()] == [invitation.pk]
        assert not Clinic.objects.exists() and not Patient.objects.exists()


def test_whoever_accepts_joins_that_clinic_and_is_shown_nothing_before(here: User, there: User) -> None:
    elbow = Clinic.objects.get(name="Elbow Clinic")
    _, token = invited(elbow, Role.NURSE, make.clinic_administrator(elbow))
    nora = User.objects.create_user("nora")

    with acting_as(str(nora.pk)):
        assert not Patient.objects.exists()
        actions.accept_invitation(token=token, by=nora)
        assert names(Clinic) == {"Elbow Clinic"} and Patient.objects.count() == 1
