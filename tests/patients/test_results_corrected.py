"""Results that are corrected or are another patient's: the earlier row stays."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines.models import Version
from patients import actions
from patients.models import Observation, Patient
from tests import factories_patients as make
from tests.patients.typed_results import MARKER, sent

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


# --- corrections -----------------------------------------------------------------------------------------------------


@pytest.fixture
def wrong(signed_in: Client, patient: Patient, version: Version) -> Observation:
    sent(signed_in, patient, **{**MARKER, "value__itch_marker": "550", "sure__itch_marker": ""})
    return Observation.objects.get()


def corrected(client: Client, row: Observation, **typed: str) -> Any:
    told = {"value": "55", "unit": "U/L", "upper_limit": "40", "taken_on": row.taken_on.isoformat(), **typed}
    return client.post(reverse("observation_correct", args=[row.pk]), told)


def test_a_correction_is_a_new_row_and_the_wrong_one_is_struck_through(
    signed_in: Client, patient: Patient, wrong: Observation
) -> None:
    opened = signed_in.get(reverse("observation_correct", args=[wrong.pk])).content.decode()

    answer = corrected(signed_in, wrong)

    page = signed_in.get(reverse("patient_results", args=[patient.pk])).content.decode()
    assert 'value="550"' in opened
    assert answer.status_code == 302
    assert Observation.objects.get(corrects=wrong).value_typed == "55"
    assert "<b>55\u00a0U/L</b>" in page
    assert "<del>550\u00a0U/L</del>" in page


def test_a_correction_that_is_wrong_itself_comes_back(signed_in: Client, wrong: Observation) -> None:
    answer = corrected(signed_in, wrong, value="5,5")

    assert answer.status_code == 422
    assert "comma" in answer.content.decode()
    assert 'value="5,5"' in answer.content.decode()
    assert Observation.objects.count() == 1


def test_a_result_is_corrected_once(signed_in: Client, wrong: Observation) -> None:
    corrected(signed_in, wrong)

    answer = corrected(signed_in, wrong, value="56")

    assert answer.status_code == 422
    assert "was corrected already" in answer.content.decode()


def test_a_result_of_another_patient_is_taken_back_after_a_question(
    signed_in: Client, patient: Patient, wrong: Observation
) -> None:
    address = reverse("observation_disown", args=[wrong.pk])
    asked = signed_in.get(address).content.decode()
    assert "ELBOW, Ellen" in asked
    assert Observation.objects.effective().count() == 1

    signed_in.post(address)

    page = signed_in.get(reverse("patient_results", args=[patient.pk])).content.decode()
    assert not Observation.objects.effective().exists()
    assert "Not this patient’s" in page


def test_what_was_taken_back_is_not_recorded_again_by_the_same_words(
    signed_in: Client, patient: Patient, by: User, wrong: Observation
) -> None:
    actions.disown_observation(observation=wrong, by=by)

    answer = sent(signed_in, patient, **{**MARKER, "value__itch_marker": "550"})

    assert answer.status_code == 422
    assert "marked here as not this patient’s result" in answer.content.decode()


def test_nobody_corrects_a_result_of_another_clinic(client: Client, wrong: Observation) -> None:
    client.force_login(make.physician(make.clinic("Knee Clinic")))

    for name in ("observation_correct", "observation_disown"):
        assert client.get(reverse(name, args=[wrong.pk])).status_code == 404
        assert client.post(reverse(name, args=[wrong.pk]), {"value": "1"}).status_code == 404


def test_pages_of_results_show_all_of_them(
    signed_in: Client, patient: Patient, by: User, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patients.presentation.results_log.MOST_ROWS", 2)
    for day in range(5):
        sent(signed_in, patient, **{**MARKER, "on__itch_marker": (make.days_ago(0) - timedelta(days=day)).isoformat()})

    address = reverse("patient_results", args=[patient.pk])
    counts = [
        sum(len(rows) for _, rows in signed_in.get(f"{address}?page={page}").context["log"].groups)
        for page in ("1", "2", "3", "9", "x")
    ]

    assert counts == [2, 2, 1, 1, 2]
