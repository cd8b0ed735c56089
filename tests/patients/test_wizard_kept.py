"""What is kept in memory is shown only while nothing it was made from has changed, and never what one person alone sees."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines.package import compiled_version
from patients.models import AccessEvent, Consultation, Patient
from patients.presentation import shown
from tests import factories_patients as make

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


@pytest.fixture
def ready(patient: Patient, by: User) -> Consultation:
    return make.answered(patient, by)


def page(client: Client, consultation: Consultation, step: str) -> str:
    return client.get(reverse(f"consultation_{step}", args=[consultation.pk])).content.decode()


def test_a_step_is_made_once_while_nothing_changes(
    signed_in: Client, ready: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = page(signed_in, ready, "dose")
    made = []
    monkeypatch.setattr(shown, "render_to_string", lambda *told: made.append(told))

    again = page(signed_in, ready, "dose")

    assert not made
    assert first.count("weekday-calmine-tuesday") == again.count("weekday-calmine-tuesday") == 1


def test_a_new_answer_and_a_new_choice_are_seen_at_once(signed_in: Client, ready: Consultation, by: User) -> None:
    assert "62\u00a0kg" in page(signed_in, ready, "facts")
    assert "on Tuesday only" in page(signed_in, ready, "dose")

    saved = make.actions.save_answers(
        consultation=ready, answers={"weight_kg": {"value": "80"}}, by=by, lock_version=ready.lock_version
    ).consultation
    choices = {**saved.choices, "weekdays": {"calmine": "friday"}}
    make.actions.save_choices(consultation=saved, choices=choices, by=by, lock_version=saved.lock_version)

    assert "80\u00a0kg" in page(signed_in, ready, "facts")
    assert "on Friday only" in page(signed_in, ready, "dose")


def test_a_new_result_is_seen_at_once(signed_in: Client, ready: Consultation, by: User) -> None:
    page(signed_in, ready, "facts")
    answer = {"value": "170", "unit": "cm", "taken_on": make.days_ago(1).isoformat()}
    make.actions.record_observations(
        patient=ready.patient,
        compiled=compiled_version(ready.version),
        entries=[make.actions.Entry("height_cm", answer)],
        by=by,
    )

    assert "170\u00a0cm" in page(signed_in, ready, "facts")


def test_a_corrected_name_is_seen_at_once(signed_in: Client, ready: Consultation, by: User) -> None:
    page(signed_in, ready, "dose")
    make.actions.edit_patient(patient=ready.patient, by=by, lock_version=1, family_name="Humerus")

    assert "HUMERUS" in page(signed_in, ready, "dose")


def test_who_may_not_sign_is_told_although_somebody_who_may_has_looked(signed_in: Client, ready: Consultation) -> None:
    assert "Only a physician" not in page(signed_in, ready, "review")
    signed_in.force_login(make.nurse(ready.patient.clinic))

    assert "Only a physician" in page(signed_in, ready, "review")


def test_another_clinic_gets_nothing_that_is_kept(signed_in: Client, ready: Consultation) -> None:
    page(signed_in, ready, "dose")
    signed_in.force_login(make.physician(make.clinic("Other clinic")))

    assert signed_in.get(reverse("consultation_dose", args=[ready.pk])).status_code == 404


def test_a_kept_page_leaves_a_row_each_time(signed_in: Client, ready: Consultation) -> None:
    for _ in range(3):
        page(signed_in, ready, "dose")

    assert AccessEvent.objects.of(ready.patient.pk).filter(what="consultation_dose").count() == 3


def test_no_token_of_a_session_is_kept(signed_in: Client, ready: Consultation, by: User) -> None:
    first = signed_in.get(reverse("consultation_dose", args=[ready.pk]))

    assert first.content.decode().count('name="csrfmiddlewaretoken"') >= 2, "the step's form and the menu's"
    assert all("csrfmiddlewaretoken" not in part.task + part.part for part in shown._kept.values())


def test_what_is_kept_is_bounded() -> None:
    assert len(shown._kept.values()) <= shown.MOST_KEPT
