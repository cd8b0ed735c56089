"""A page asks the database a bounded number of times, however many patients there are and whether or not it is kept."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guidelines.models import Version
from patients.models import Consultation
from patients.wizard import STEPS
from tests import factories_patients as make

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]

MOST = 15
MANY = 30
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ready(by: User, version: Version) -> Consultation:
    return make.answered(make.patient(by), by, version)


def queries(client: Client, address: str, **options: Any) -> int:
    client.get(reverse("guideline_list"))  # in a process that has not seen a session yet, its person is asked for apart
    with CaptureQueriesContext(connection) as found:
        assert client.get(address, **options).status_code == 200
    return len(found)


def add_patients(by: User, version: Version, first: int, last: int) -> None:
    """Each with a consultation of their own, begun and not finished."""
    for number in range(first, last + 1):
        patient = make.patient(by, number=f"E-{number}", given_names=f"Number {number}")
        make.answered(patient, by, version)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "partial"])
def test_a_step_asks_no_more_with_thirty_patients_than_with_one(
    signed_in: Client, ready: Consultation, by: User, version: Version, headers: dict[str, str]
) -> None:
    addresses = [reverse(step.url_name, args=[ready.pk]) for step in STEPS]
    with_one = [queries_anew(signed_in, address, ready, headers) for address in addresses]

    add_patients(by, version, 2, MANY)
    with_many = [queries_anew(signed_in, address, ready, headers) for address in addresses]

    assert with_many == with_one
    assert max(with_one) <= MOST


def queries_anew(client: Client, address: str, consultation: Consultation, headers: dict[str, str]) -> int:
    """Nothing of the page is kept in memory: the consultation has changed since it was last looked at."""
    client.get(reverse("consultation_facts", args=[consultation.pk]))  # the guideline itself is kept for good
    Consultation.objects.filter(pk=consultation.pk).update(
        lock_version=Consultation.objects.get(pk=consultation.pk).lock_version + 1
    )
    return queries(client, address, headers=headers)


@pytest.mark.parametrize("name", ["home", "patient_list"])
def test_a_list_asks_no_more_for_thirty_patients_than_for_two(
    signed_in: Client, ready: Consultation, by: User, version: Version, name: str
) -> None:
    add_patients(by, version, 2, 2)
    with_two = queries(signed_in, reverse(name))

    add_patients(by, version, 3, MANY)

    assert queries(signed_in, reverse(name)) == with_two <= MOST
