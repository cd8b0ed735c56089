"""The ways into a consultation: one that most people want is a button, several are behind one, and none is lost."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from patients import actions
from patients.models import Patient
from tests import factories_patients as make
from tests.engine.patients import all_shipped
from tests.factories_guidelines import published
from tests.patients.wizard_pages import Pages, begun_with

pytestmark = pytest.mark.django_db


def ways(client: Client, patient: Patient) -> tuple[list[str], list[str]]:
    """The guidelines of the buttons in the head, and those of the menu."""
    page = client.get(reverse("patient_detail", args=[patient.pk])).content.decode()
    head = page[page.index('<div class="head">') : page.index('<div class="split">')]
    button, _, menu = head.partition('id="start"')
    return tuple(re.findall(r'name="guideline" value="([^"]+)"', part) for part in (button, menu))  # type: ignore[return-value]


def test_one_guideline_is_a_button_and_three_are_a_menu(client: Client, by: User, patient: Patient) -> None:
    first, *others = all_shipped()
    client.force_login(by)
    published(first.package)
    assert ways(client, patient) == ([first.package.slug], [])

    for shipped in others:
        published(shipped.package)

    alone, menu = ways(client, patient)
    assert (alone, sorted(menu)) == ([], sorted(shipped.package.slug for shipped in all_shipped()))


def test_the_plan_that_is_followed_comes_first(client: Client, by: User) -> None:
    found = {shipped.package.slug: shipped for shipped in all_shipped()}
    version = {slug: published(shipped.package) for slug, shipped in found.items()}["plaque-psoriasis"]
    shipped = found["plaque-psoriasis"]
    case = next(case for case in shipped.package.cases if case.key == "B02")
    client.force_login(by)
    begun = begun_with(shipped, case, by, version)
    patient = begun.patient
    assert ways(client, patient)[0] == []
    assert "plaque-psoriasis" not in ways(client, patient)[1]  # it is begun: it is gone on with, not begun twice

    Pages(client, begun).lead(shipped, case, "P1-test-dose")

    assert ways(client, patient) == (["plaque-psoriasis"], sorted(set(found) - {"plaque-psoriasis"}))


def test_with_a_consultation_of_each_begun_none_is_offered(client: Client, by: User, patient: Patient) -> None:
    shipped = all_shipped()[0]
    client.force_login(by)
    begun = make.consultation(patient, by, published(shipped.package))
    assert ways(client, patient) == ([], [])

    actions.discard_consultation(consultation=begun, by=by)

    assert ways(client, patient) == ([shipped.package.slug], [])
