"""What a sender corrects, takes back or sends again under an identifier, and what was corrected here in between."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from guidelines.models import Version
from patients import actions
from patients.models import Observation, Patient, ResultSource, RowState
from tests import factories_patients as make
from tests.factories_guidelines import published
from tests.patients import result_files as files
from tests.patients.imported_files import imported, states, whys, written

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]
TODAY = make.days_ago(0).isoformat()


@pytest.fixture(autouse=True)
def version() -> Version:
    return published()


def test_an_identifier_that_a_sender_uses_again_for_another_day_overwrites_nothing(
    signed_in: Client, patient: Patient
) -> None:
    written(signed_in, files.csv_of(files.line(date=make.days_ago(30).isoformat(), id="1")))

    run = imported(signed_in, files.csv_of(files.line(value="60", date=TODAY, id="1")))

    assert states(run) == [RowState.REFUSED]
    assert "A correction keeps the day" in whys(run)[0]
    assert Observation.objects.get().value_typed == "55"


def observed(value: str, status: str = "final", **more: Any) -> bytes:
    return files.bundle(files.observation(
        status=status, effectiveDateTime=TODAY, identifier=[{"system": "urn:lab", "value": "77"}],
        valueQuantity=files.quantity(value, "kg"), **more,
    ))  # fmt: skip


def test_a_corrected_observation_takes_the_place_of_the_one_with_its_identifier(
    signed_in: Client, patient: Patient
) -> None:
    written(signed_in, observed("62"), "a.json")

    run = imported(signed_in, observed("64", "corrected"), "b.json")
    assert whys(run) == [f"Corrects 62 kg of {TODAY}."]
    written(signed_in, observed("64", "corrected"), "b.json")

    new = Observation.objects.effective().get()
    assert (new.value_typed, new.source) == ("64", ResultSource.FHIR)
    assert new.corrects is not None and new.corrects.value_typed == "62"
    assert states(imported(signed_in, observed("64", "corrected"), "b.json")) == [RowState.KNOWN]


def test_another_value_that_does_not_say_that_it_corrects_is_refused(signed_in: Client, patient: Patient) -> None:
    written(signed_in, observed("62"), "a.json")

    run = imported(signed_in, observed("64"), "b.json")

    assert states(run) == [RowState.REFUSED]
    assert "on record as 62 kg" in whys(run)[0]


def test_a_result_that_was_entered_in_error_is_taken_back_by_its_identifier(
    signed_in: Client, patient: Patient
) -> None:
    written(signed_in, observed("62"), "a.json")

    run = written(signed_in, observed("62", "entered-in-error"), "b.json")

    assert states(run) == [RowState.WRITTEN]
    assert not Observation.objects.effective().exists()
    assert states(imported(signed_in, observed("62", "entered-in-error"), "b.json")) == [RowState.KNOWN]
    assert states(imported(signed_in, observed("62"), "a.json")) == [RowState.KNOWN]


def test_nothing_is_taken_back_that_is_not_on_record(signed_in: Client, patient: Patient) -> None:
    run = imported(signed_in, observed("62", "entered-in-error"), "a.json")

    assert states(run) == [RowState.REFUSED]


def test_what_was_corrected_here_is_not_undone_by_the_same_file(signed_in: Client, patient: Patient, by: User) -> None:
    raw = files.csv_of(files.line(date=TODAY))
    written(signed_in, raw)
    actions.disown_observation(observation=Observation.objects.get(), by=by)

    again = imported(signed_in, raw)

    assert states(again) == [RowState.KNOWN]
    assert "not this patient’s" in whys(again)[0]
