"""What stands in the box before anybody chose a dose: a starting dose for a new drug, never for one that is taken."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from patients.models import Consultation
from tests import factories_patients as make

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


def in_the_box(client: Client, consultation: Consultation, regimen: str) -> list[str]:
    page = client.get(reverse("consultation_dose", args=[consultation.pk])).content.decode()
    box = re.search(rf'<select[^>]*name="amount-{regimen}".*?</select>', page, re.S)
    assert box, "the dose can be chosen"
    return re.findall(r'value="([\d.]+)" selected', box[0])


def test_a_new_drug_offers_its_starting_dose(signed_in: Client, by: User) -> None:
    ready = make.answered(make.patient(by), by)
    begun = make.actions.save_choices(
        consultation=ready, choices={"option": "E1-calmine"}, by=by, lock_version=ready.lock_version
    )

    assert in_the_box(signed_in, begun, "calmine") == ["10"]


def test_a_drug_that_is_taken_offers_its_present_dose_and_not_the_starting_one(signed_in: Client, by: User) -> None:
    before = make.answered(make.patient(by), by)
    lower = {**before.choices, "amounts": {"calmine": "7.5"}}
    make.signed(
        make.actions.save_choices(consultation=before, choices=lower, by=by, lock_version=before.lock_version), by
    )
    later = make.actions.start_consultation(patient=before.patient, version=before.version, by=by)

    assert in_the_box(signed_in, later, "calmine") in (["7.5"], []), "unknown while it is being raised, never 10"


def test_a_drug_whose_present_dose_nobody_recorded_offers_none(signed_in: Client, by: User) -> None:
    ready = make.answered(make.patient(by), by)
    begun = make.actions.save_choices(consultation=ready, choices={}, by=by, lock_version=ready.lock_version)
    placed = make.actions.place_on_step(
        consultation=begun, by=by, lock_version=begun.lock_version, step="E1", started_on=make.days_ago(30)
    )

    assert in_the_box(signed_in, placed, "calmine") == []


def test_a_drug_that_goes_on_with_a_referral_is_asked_its_dose(signed_in: Client, by: User) -> None:
    ready = make.answered(make.patient(by), by)
    placed = make.actions.place_on_step(
        consultation=ready, by=by, lock_version=ready.lock_version, step="E1", started_on=make.days_ago(30)
    )
    referred = make.saved(placed, by, itch={"value": "severe"}).consultation

    assert in_the_box(signed_in, referred, "soothine") == []
    assert (
        "Enter the dose of soothine that is taken now."
        in signed_in.get(reverse("consultation_review", args=[referred.pk]), follow=True).content.decode()
    )
