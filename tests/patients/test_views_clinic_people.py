"""The page of a clinic's people: what its administrators see and change, and what nobody else learns."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from patients import actions
from patients.models import AccessEvent, Clinic, Membership, Role
from tests import factories_patients as make
from tests.factories_guidelines import administrator
from tests.patients.joining_samples import invitation

pytestmark = pytest.mark.django_db

MISSING = 999_999


@pytest.fixture
def clinic() -> Clinic:
    return make.clinic()


@pytest.fixture
def ada(clinic: Clinic) -> User:
    return make.clinic_administrator(clinic, "ada")


@pytest.fixture
def signed_in(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def told(response: Any) -> tuple[int, str]:
    return response.status_code, re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", response.content.decode())


def test_the_page_says_who_is_what_since_when_and_by_whom(signed_in: Client, clinic: Clinic, ada: User) -> None:
    nell = make.nurse(clinic, "nell")
    actions.change_roles(clinic=clinic, person=nell, roles=["physician", "administrator"], read=["nurse"], by=ada)
    actions.suspend_member(clinic=clinic, person=make.nurse(clinic, "noor"), because="Lost a badge.", by=ada)
    make.nurse(make.clinic("Knee Clinic"), "stranger")
    invitation(clinic, ada, "nurse", name="Nora Nagel")

    page = signed_in.get(reverse("people_list")).content.decode()

    assert "Physician, Administrator" in page and ", by ada" in page
    assert "Suspended" in page and "Never" in page and "Nora Nagel" in page
    assert "stranger" not in page and "Knee Clinic" not in page


def test_one_person_is_changed_suspended_let_in_again_and_removed(signed_in: Client, clinic: Clinic) -> None:
    nell = make.nurse(clinic, "nell")
    address = reverse("member_detail", args=[clinic.pk, nell.pk])
    assert 'value="nurse"' in signed_in.get(address).content.decode()

    signed_in.post(address, {"what": "roles", "roles": ["nurse", "physician"], "read": "nurse"})
    assert set(nell.memberships.values_list("role", flat=True)) == {"nurse", "physician"}
    stale = signed_in.post(address, {"what": "roles", "roles": ["nurse"], "read": "nurse"})
    assert stale.status_code == 422 and "has changed these roles" in stale.content.decode()
    assert signed_in.post(address, {"what": "roles", "read": "nurse,physician"}).status_code == 422
    signed_in.post(address, {"what": "suspend", "because": "Lost a badge."})
    assert "Lost a badge." in signed_in.get(address).content.decode()
    assert not nell.memberships.in_force().exists()
    signed_in.post(address, {"what": "resume"})
    assert nell.memberships.in_force().count() == 2
    signed_in.post(address, {"what": "remove"})
    assert not nell.memberships.exists()
    assert signed_in.get(address).status_code == 404
    assert signed_in.post(reverse("people_list")).status_code == 405


def test_ones_own_page_says_why_nothing_can_be_changed_there(signed_in: Client, clinic: Clinic, ada: User) -> None:
    address = reverse("member_detail", args=[clinic.pk, ada.pk])

    assert "you are the only administrator here" in signed_in.get(address).content.decode()
    answer = signed_in.post(address, {"what": "remove"})

    assert answer.status_code == 422 and "you are the only administrator here" in answer.content.decode()
    assert ada.memberships.exists()


def test_another_clinics_people_and_none_are_the_same_answer_to_the_byte(signed_in: Client, clinic: Clinic) -> None:
    there = make.clinic("Knee Clinic")
    stranger = make.nurse(there, "stranger")
    own = make.nurse(clinic, "nell")
    _, foreign = invitation(there, make.clinic_administrator(there, "arno"))
    pairs = [
        (("member_detail", [there.pk, stranger.pk]), ("member_detail", [MISSING, MISSING])),
        (("member_detail", [there.pk, own.pk]), ("member_detail", [clinic.pk, MISSING])),
        (("member_detail", [clinic.pk, stranger.pk]), ("member_detail", [clinic.pk, MISSING])),
        (("clinic_invite", [there.pk]), ("clinic_invite", [MISSING])),
        (("invitation_revoke", [foreign.pk]), ("invitation_revoke", [MISSING])),
    ]
    for (name, foreign_parts), (_, missing_parts) in pairs:
        for send in (signed_in.get, signed_in.post):
            found = told(send(reverse(name, args=foreign_parts), {"what": "remove"}))
            assert found == told(send(reverse(name, args=missing_parts), {"what": "remove"})), name
            assert found[0] in (404, 405)
    assert stranger.memberships.exists()
    foreign.refresh_from_db()
    assert foreign.revoked_at is None


def test_whoever_administers_two_clinics_sees_both_apart(signed_in: Client, clinic: Clinic, ada: User) -> None:
    there = make.clinic("Knee Clinic")
    actions.add_member(clinic=there, user=ada, role=Role.ADMINISTRATOR)
    make.nurse(there, "noor")

    before, after = signed_in.get(reverse("people_list")).content.decode().split("Knee Clinic", 1)

    assert "noor" in after and "noor" not in before


def test_an_administrator_reads_nothing_of_a_patient_unless_physician_or_nurse_too(
    signed_in: Client, clinic: Clinic, ada: User
) -> None:
    by = make.physician(clinic, "petra")
    patient = make.patient(by, family_name="Quetzalcanari", number="MRN-7730")
    pages = ("people_list", "home", "guideline_list", "access_rules")
    shown = [signed_in.get(reverse(name)).content.decode() for name in pages]
    member = reverse("member_detail", args=[clinic.pk, by.pk])
    shown += [signed_in.get(member).content.decode()]

    assert not [page for page in shown if "quetzalcanari" in page.lower() or "MRN-7730" in page]
    assert signed_in.get(reverse("patient_detail", args=[patient.pk])).status_code == 403
    assert not AccessEvent.objects.filter(user=ada).exists()
    actions.add_member(clinic=clinic, user=ada, role=Role.NURSE)
    assert "QUETZALCANARI" in signed_in.get(reverse("patient_detail", args=[patient.pk])).content.decode()


def test_the_menu_offers_the_pages_to_those_whom_they_are_for(signed_in: Client, clinic: Clinic) -> None:
    def links(user: User) -> set[str]:
        client = Client()
        client.force_login(user)
        found = re.findall(r'href="(/people/|/installation/)"', client.get(reverse("home")).content.decode())
        return set(found)

    assert links(User.objects.get(username="ada")) == {"/people/"}
    assert links(administrator("ines")) == {"/installation/"}
    assert links(make.physician(clinic)) == set()
    assert Membership.objects.count() == 2
