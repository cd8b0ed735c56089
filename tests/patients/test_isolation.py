"""One clinic's patients are nobody else's: not another clinic's, not an administrator's, not a stranger's."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet

from guidelines.package import compiled_version
from patients import actions
from patients.actions import Entry
from patients.models import (
    AccessEvent,
    Clinic,
    Consultation,
    Laboratory,
    MonitoringTask,
    Observation,
    Patient,
    Plan,
    ResultImport,
    ResultSource,
    Role,
)
from tests import factories_patients as make

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]

ROWS: tuple[Callable[[Any], QuerySet[Any]], ...] = (
    Patient.objects.visible_to,
    Observation.objects.visible_to,
    Consultation.objects.visible_to,
    Plan.objects.visible_to,
    MonitoringTask.objects.visible_to,
    AccessEvent.objects.visible_to,
    Laboratory.objects.visible_to,
    ResultImport.objects.visible_to,
)


@pytest.fixture
def clinic() -> Clinic:
    """With one row of everything."""
    here = make.clinic()
    by = make.physician(here, "petra")
    patient = make.patient(by)
    consultation = make.consultation(patient, by)
    actions.record_observations(
        patient=patient, compiled=compiled_version(consultation.version), by=by,
        entries=[Entry("weight_kg", {"value": "62", "unit": "kg"})],
    )  # fmt: skip
    actions.record_access(patient=patient, by=by, what="patient_detail")
    plan = make.plan_row(consultation, by)
    MonitoringTask.objects.create(
        plan=plan, patient=patient, position=0, item_key="MON-CAL-1", phase="intensive", required=True,
        opens_on=make.days_ago(0), overdue_after_on=make.days_ago(0),
    )  # fmt: skip
    laboratory = Laboratory.objects.create(clinic=here, name="Elbow Laboratory")
    actions.start_import(
        clinic=here, by=by, source=ResultSource.CSV, file_name="a.csv", file_hash="", rows=[], laboratory=laboratory
    )
    return here


def seen_by(user: Any) -> list[int]:
    return [rows(user).count() for rows in ROWS]


@pytest.mark.parametrize("role", [Role.PHYSICIAN, Role.NURSE])
def test_physicians_and_nurses_see_their_patients(clinic: Clinic, role: Role) -> None:
    assert seen_by(make.member(clinic, role)) == [1] * len(ROWS)


def test_another_clinic_sees_nothing(clinic: Clinic) -> None:
    assert seen_by(make.physician(make.clinic("Knee Clinic"))) == [0] * len(ROWS)


def test_an_administrator_sees_no_patient(clinic: Clinic) -> None:
    assert seen_by(make.clinic_administrator(clinic)) == [0] * len(ROWS)


def test_two_roles_do_not_show_a_row_twice(clinic: Clinic) -> None:
    both = make.physician(clinic)
    actions.add_member(clinic=clinic, user=both, role=Role.NURSE)
    actions.add_member(clinic=clinic, user=both, role=Role.ADMINISTRATOR)

    assert seen_by(both) == [1] * len(ROWS)


def test_somebody_who_has_left_sees_nothing(clinic: Clinic) -> None:
    left = make.physician(clinic)
    left.is_active = False

    assert seen_by(left) == [0] * len(ROWS)


def test_superusers_and_strangers_see_nothing(clinic: Clinic) -> None:
    assert seen_by(User.objects.create_superuser("root")) == [0] * len(ROWS)
    assert seen_by(AnonymousUser()) == [0] * len(ROWS)


def test_finding_stays_within_the_clinic(clinic: Clinic) -> None:
    elsewhere = make.physician(make.clinic("Knee Clinic"))
    make.patient(elsewhere, family_name="Elbow", number="K-1")

    found = Patient.objects.visible_to(elsewhere).found_by("elb")

    assert [patient.number for patient in found] == ["K-1"]


def test_a_stranger_can_do_nothing_to_a_patient(clinic: Clinic) -> None:
    stranger = make.physician(make.clinic("Knee Clinic"))
    patient, consultation = Patient.objects.get(), Consultation.objects.get()
    observation, plan, task = Observation.objects.get(), Plan.objects.get(), MonitoringTask.objects.get()
    compiled = compiled_version(consultation.version)
    attempts: tuple[Callable[[], Any], ...] = (
        lambda: actions.edit_patient(patient=patient, by=stranger, lock_version=1, allergies="Wool"),
        lambda: actions.start_consultation(patient=patient, version=consultation.version, by=stranger),
        lambda: actions.save_answers(consultation=consultation, answers={}, by=stranger, lock_version=1),
        lambda: actions.save_choices(consultation=consultation, choices={}, by=stranger, lock_version=1),
        lambda: actions.discard_consultation(consultation=consultation, by=stranger),
        lambda: actions.record_observations(patient=patient, compiled=compiled, entries=[], by=stranger),
        lambda: actions.disown_observation(observation=observation, by=stranger),
        lambda: actions.end_plan(plan=plan, by=stranger, because="No."),
        lambda: actions.close_task(task=task, by=stranger, outcome="removed"),
    )

    for attempt in attempts:
        with pytest.raises(actions.Refused, match="Only"):
            attempt()
