"""A clinic's administrator lets anyone read a version, and nobody else does."""

import pytest
from django.test import Client
from django.urls import reverse

from guidelines.models import Version
from patients import actions
from patients.models import Clinic
from patients.views.plans import guideline_url
from tests import factories_patients as make
from tests.factories_guidelines import draft, retitled

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


@pytest.fixture
def clinic() -> Clinic:
    return make.clinic()


def address(version: Version) -> str:
    return reverse("version_publication", args=[version.guideline.slug, version.number])


def read_by_a_stranger(version: Version) -> int:
    return Client().get(reverse("guideline_version", args=[version.guideline.slug, version.number])).status_code


def test_an_administrator_publishes_a_version_and_ends_that(client: Client, clinic: Clinic, version: Version) -> None:
    client.force_login(make.clinic_administrator(clinic))

    said = client.post(address(version), {"clinic": clinic.pk, "publish": "1"}, follow=True).content.decode()
    assert "Anyone with the link can now read version 1." in said
    assert read_by_a_stranger(version) == 200

    said = client.post(address(version), {"clinic": clinic.pk, "end": "1"}, follow=True).content.decode()
    assert "Only people who sign in here can read it." in said
    assert read_by_a_stranger(version) == 302


def test_a_physician_sees_who_publishes_and_cannot_publish(client: Client, clinic: Clinic, version: Version) -> None:
    client.force_login(make.physician(clinic))

    page = client.get(address(version)).content.decode()
    answer = client.post(address(version), {"clinic": clinic.pk, "publish": "1"})

    assert "An administrator of a clinic can publish it." in page
    assert answer.status_code == 403
    with pytest.raises(actions.Refused, match="Only an administrator"):
        actions.publish_version(version=version, clinic=clinic, by=make.physician(clinic, "paul"))
    assert read_by_a_stranger(version) == 302


def test_one_clinic_cannot_end_what_another_publishes(client: Client, clinic: Clinic, version: Version) -> None:
    other = make.clinic("Knee Clinic")
    actions.publish_version(version=version, clinic=other, by=make.clinic_administrator(other))
    client.force_login(make.clinic_administrator(clinic))

    assert client.post(address(version), {"clinic": other.pk, "end": "1"}).status_code == 404
    client.post(address(version), {"clinic": clinic.pk, "end": "1"})

    assert read_by_a_stranger(version) == 200


@pytest.mark.parametrize("typed", ["", "x", "-1", "9" * 30, "²"])
def test_a_clinic_that_is_none_is_not_found(client: Client, clinic: Clinic, version: Version, typed: str) -> None:
    client.force_login(make.clinic_administrator(clinic))

    assert client.post(address(version), {"clinic": typed, "publish": "1"}).status_code == 404


def test_a_draft_is_refused_with_a_sentence(clinic: Clinic, version: Version) -> None:
    with pytest.raises(actions.Refused, match="Only an approved version can be published"):
        actions.publish_version(version=draft(retitled()), clinic=clinic, by=make.clinic_administrator(clinic))


def test_the_first_page_lists_to_strangers_only_what_is_public(
    client: Client, clinic: Clinic, version: Version
) -> None:
    assert version.question not in client.get("/").content.decode()

    actions.publish_version(version=version, clinic=clinic, by=make.clinic_administrator(clinic))

    assert version.question in client.get("/").content.decode()


def test_a_patients_paper_has_a_code_only_while_it_opens_without_a_password(client: Client, clinic: Clinic) -> None:
    by = make.physician(clinic)
    plan = make.signed(make.answered(make.patient(by), by), by)
    client.force_login(by)
    paper = reverse("plan_patient_page", args=[plan.pk])
    assert "plan-qr" not in client.get(paper).content.decode()

    actions.publish_version(version=plan.version, clinic=clinic, by=make.clinic_administrator(clinic))

    assert "plan-qr" in client.get(paper).content.decode()
    assert guideline_url(plan, "patient").endswith("/versions/1/patient/")
    assert guideline_url(plan, "clinician").endswith("/versions/1/")
