"""Registering patients and recording results. Every refusal is a sentence; nothing is half-written."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from guidelines.package import compiled_version
from patients import actions
from patients.models import (
    Consultation,
    Observation,
    Patient,
)
from tests import factories_patients as make

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


@pytest.fixture
def begun(patient: Patient, by: User) -> Consultation:
    return make.consultation(patient, by)


def record(patient: Patient, begun: Consultation, by: User, key: str, **answer: Any) -> list[Observation]:
    entry = actions.Entry(key, {"taken_on": make.days_ago(3).isoformat(), **answer})
    return actions.record_observations(
        patient=patient, compiled=compiled_version(begun.version), entries=[entry], by=by
    )


# --- People --------------------------------------------------------------------------------------------------------


def test_a_nurse_registers_a_patient() -> None:
    nurse = make.nurse(make.clinic())

    registered = make.patient(nurse, family_name="  Elbow ", number="E-7")

    assert (registered.name, registered.number, registered.is_invented) == ("Elbow, Ellen", "E-7", False)


def test_a_stranger_registers_nobody(by: User, patient: Patient) -> None:
    stranger = make.physician(make.clinic("Knee Clinic"))

    with pytest.raises(actions.Refused, match="Only physicians and nurses of Elbow Clinic"):
        actions.register_patient(
            clinic=patient.clinic, by=stranger, family_name="A", given_names="B", born_on=patient.born_on, sex="male",
            number="E-9",
        )  # fmt: skip


def test_a_number_is_given_once_in_a_clinic(by: User, patient: Patient) -> None:
    with pytest.raises(actions.ValuesRefused, match="Another patient of this clinic has this number"):
        make.patient(by, number=patient.number)


@pytest.mark.parametrize(
    ("details", "sentence"),
    [
        ({"family_name": " "}, "family_name"),
        ({"sex": "unknown"}, "sex"),
        ({"number": "x" * 41}, "number"),
        ({"allergies": "x" * 2001}, "allergies"),
        ({"born_on": make.days_ago(-1)}, "in the future"),
        ({"born_on": make.days_ago(366 * 121)}, "more than 120 years ago"),
    ],
)
def test_a_patient_that_cannot_be_is_refused(by: User, details: dict[str, Any], sentence: str) -> None:
    with pytest.raises(actions.Refused, match=sentence):
        make.patient(by, **details)

    assert not Patient.objects.exists()


def test_an_edit_of_what_has_moved_shows_both(by: User, patient: Patient) -> None:
    actions.edit_patient(patient=patient, by=by, lock_version=1, allergies="Wool")

    with pytest.raises(actions.Conflict) as conflict:
        actions.edit_patient(patient=patient, by=by, lock_version=1, allergies="None")

    assert conflict.value.current.allergies == "Wool"


def test_a_patient_of_a_demonstration_is_invented() -> None:
    demo = make.physician(make.clinic("Demonstration", is_demo=True))

    assert make.patient(demo).is_invented


# --- Results -------------------------------------------------------------------------------------------------------


def test_a_result_is_kept_as_it_was_typed(patient: Patient, begun: Consultation, by: User) -> None:
    (row,) = record(patient, begun, by, "weight_kg", value="136.6", unit="[lb_av]")

    assert (row.value_typed, row.unit, row.taken_on) == ("136.6", "[lb_av]", make.days_ago(3))


def test_the_same_result_twice_is_recorded_once(patient: Patient, begun: Consultation, by: User) -> None:
    record(patient, begun, by, "weight_kg", value="62", unit="kg")

    assert record(patient, begun, by, "weight_kg", value="62", unit="kg") == []


def test_what_is_typed_again_stands_though_another_result_of_the_day_came_between(
    patient: Patient, begun: Consultation, by: User
) -> None:
    record(patient, begun, by, "weight_kg", value="62", unit="kg")
    record(patient, begun, by, "weight_kg", value="26", unit="kg")

    record(patient, begun, by, "weight_kg", value="62", unit="kg")

    standing = Observation.objects.filter(patient=patient).latest_of_each().get(fact_key="weight_kg")
    assert standing.value_typed == "62"


@pytest.mark.parametrize(
    ("key", "answer", "sentence"),
    [
        ("weight_kg", {"value": "6,2"}, "comma"),
        ("weight_kg", {"value": "400"}, "impossible"),
        ("weight_kg", {"value": "62", "unit": "stone"}, "is not a unit"),
        ("weight_kg", {"value": "62", "taken_on": make.days_ago(-1).isoformat()}, "is after"),
        ("itch", {"value": "terrible"}, "is one of mild, severe"),
        ("knee", {"value": "1"}, "is not a fact of this guideline"),
        ("sex", {"value": "male"}, "patient's page"),
        ("weight_kg", {}, "write what was found"),
    ],
)
def test_a_result_that_cannot_be_is_refused(
    patient: Patient, begun: Consultation, by: User, key: str, answer: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(actions.ValuesRefused, match=sentence):
        record(patient, begun, by, key, **answer)

    assert not Observation.objects.exists()


def test_a_correction_takes_the_place_of_the_wrong_result(patient: Patient, begun: Consultation, by: User) -> None:
    (wrong,) = record(patient, begun, by, "weight_kg", value="26", unit="kg")

    right = actions.correct_observation(
        observation=wrong, compiled=compiled_version(begun.version), answer={"value": "62", "unit": "kg"}, by=by
    )

    assert list(Observation.objects.effective()) == [right]
    assert right.taken_on == wrong.taken_on
    with pytest.raises(actions.Refused, match="corrected already"):
        actions.disown_observation(observation=wrong, by=by)


def test_a_result_of_another_patient_counts_for_nothing(patient: Patient, begun: Consultation, by: User) -> None:
    (wrong,) = record(patient, begun, by, "weight_kg", value="26", unit="kg")

    actions.disown_observation(observation=wrong, by=by)

    assert not Observation.objects.effective().exists()
    assert Observation.objects.count() == 2
