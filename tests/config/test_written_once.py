"""Statements that are put together once say what the querysets say that they are made of."""

from collections.abc import Iterable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Model
from pytest_django.asserts import assertNumQueries

from config.written_once import ModelsOnce
from guidelines.in_use import versions_in_use
from guidelines.models import Version
from patients import rows_of_patient
from patients.models import MonitoringTask, Observation, Patient, PatientNote, Plan
from tests import factories_patients as make
from tests.factories_guidelines import itching_elbow, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> User:
    return make.physician(make.clinic())


@pytest.fixture
def patient(by: User) -> Patient:
    patient = make.patient(by)
    make.signed(make.answered(patient, by, published(itching_elbow())), by)
    return patient


def columns(rows: Iterable[Model]) -> list[dict[str, Any]]:
    return [{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields} for row in rows]


def test_the_rows_are_those_of_the_queryset_and_in_its_order(patient: Patient) -> None:
    for asked, rows in (
        (rows_of_patient.observations, Observation.objects.filter(patient=patient).order_by("taken_on", "number")),
        (rows_of_patient.tasks, MonitoringTask.objects.filter(patient=patient)),
        (rows_of_patient.plans, Plan.objects.filter(patient=patient)),
    ):
        found = asked.rows(patient.pk)

        assert found and found == list(rows)
        assert columns(found) == columns(rows), "also text that is JSON, numbers and days"


def test_what_belongs_to_a_row_is_read_with_it_and_what_is_large_is_not(patient: Patient) -> None:
    with assertNumQueries(1):
        [plan] = rows_of_patient.plans.rows(patient.pk)
        assert plan.version.guideline.slug == "itching-elbow" and plan.signed_by.username
    assert plan.get_deferred_fields() == {"frozen", "care_plan"}
    with assertNumQueries(1):
        assert plan.care_plan["medications"]


def test_nothing_of_another_patient_is_read(patient: Patient, by: User) -> None:
    other = make.patient(by, number="O-1")

    assert rows_of_patient.observations.rows(other.pk) == [] and rows_of_patient.observations.row(other.pk) is None


def test_each_time_is_read_anew(patient: Patient, by: User) -> None:
    row = rows_of_patient.notes.row(patient.pk)
    assert row is None
    make.actions.add_note(patient=patient, by=by, text="Seen.")

    row = rows_of_patient.notes.row(patient.pk)

    assert row is not None and row.text == "Seen.", "nothing is kept of what was read before"
    assert row == PatientNote.objects.get() and not row._state.adding


def test_a_key_that_may_be_empty_is_not_read_with_the_row() -> None:
    with pytest.raises(TypeError, match="ended_by"):
        _ = ModelsOnce(Plan.objects.all, related=["ended_by"]).parts


def test_of_each_guideline_the_version_in_use(patient: Patient) -> None:
    assert versions_in_use() == list(Version.objects.current())
