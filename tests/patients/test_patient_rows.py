"""What the database itself refuses about patients, whoever writes: every rule by its name."""

from datetime import timedelta
from typing import Any

import pghistory
import pytest
from django.contrib.auth.models import User
from django.db import Error, IntegrityError, transaction

from patients.actions import record_access
from patients.models import (
    AccessEvent,
    ChangeAuthor,
    Consultation,
    ConsultationState,
    Membership,
    MonitoringTask,
    Observation,
    Patient,
    Plan,
    PlanState,
    Role,
)
from tests import factories_patients as make

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


class Rows:
    """A clinic with one patient, one consultation and one plan."""

    def __init__(self) -> None:
        self.clinic = make.clinic()
        self.by = make.physician(self.clinic)
        self.patient = make.patient(self.by)
        self.consultation = make.consultation(self.patient, self.by)
        self.plan = make.plan_row(self.consultation, self.by)

    def observation(self, **columns: Any) -> Observation:
        told = {"patient": self.patient, "fact_key": "weight_kg", "value_typed": "62", "taken_on": make.days_ago(3)}
        return Observation(**{**told, "recorded_by": self.by, **columns})

    def task(self, **columns: Any) -> MonitoringTask:
        told = {
            "plan": self.plan, "patient": self.patient, "position": 0, "item_key": "MON-CAL-1", "phase": "intensive",
            "required": True, "opens_on": make.days_ago(0), "overdue_after_on": make.days_ago(-3),
        }  # fmt: skip
        return MonitoringTask(**{**told, **columns})


@pytest.fixture
def rows() -> Rows:
    return Rows()


def refused(name: str, error: type[Error] = IntegrityError) -> Any:
    return pytest.raises(error, match=name)


def test_a_signed_plan_is_never_changed_or_deleted(rows: Rows) -> None:
    with refused("a_signed_plan_is_a_record"), transaction.atomic():
        Plan.objects.update(frozen={"decision": "another"})
    with refused("plans_are_not_deleted"), transaction.atomic():
        Plan.objects.all()._raw_delete("default")


def test_a_plan_that_is_replaced_stays_replaced(rows: Rows) -> None:
    Plan.objects.update(state=PlanState.REPLACED)

    with refused("a_plan_is_replaced_or_ended_once"):
        Plan.objects.update(state=PlanState.ACTIVE)


def test_an_ended_plan_says_when_and_by_whom(rows: Rows) -> None:
    with refused("an_ended_plan_says_when_and_by_whom"):
        Plan.objects.update(state=PlanState.ENDED)


def test_a_patient_has_one_active_plan_of_a_guideline(rows: Rows) -> None:
    Consultation.objects.update(
        state=ConsultationState.DISCARDED, closed_by=rows.by, closed_at=rows.consultation.started_at
    )
    second = make.consultation(rows.patient, rows.by, rows.consultation.version)

    with refused("one_active_plan_per_patient_and_guideline"):
        make.plan_row(second, rows.by, number=2)


def test_a_plan_is_of_its_consultations_patient(rows: Rows) -> None:
    other = make.patient(rows.by, number="E-2")
    second = make.consultation(other, rows.by, rows.consultation.version)

    with refused("a_plan_is_of_its_consultation"):
        make.plan_row(second, rows.by, patient=rows.patient, number=2, state=PlanState.REPLACED)


def test_a_patient_has_one_open_consultation_of_a_guideline(rows: Rows) -> None:
    with refused("one_open_consultation_per_patient_and_guideline"):
        Consultation.objects.create(
            patient=rows.patient, guideline=rows.consultation.guideline, version=rows.consultation.version,
            as_of=rows.consultation.as_of, started_by=rows.by,
        )  # fmt: skip


def test_a_closed_consultation_is_never_changed(rows: Rows) -> None:
    closed = {"state": ConsultationState.DISCARDED, "closed_by": rows.by, "closed_at": rows.consultation.started_at}
    Consultation.objects.update(**closed)

    with refused("a_closed_consultation_is_a_record"):
        Consultation.objects.update(answers={})


def test_a_closed_consultation_says_when_and_by_whom(rows: Rows) -> None:
    with refused("a_closed_consultation_says_when_and_by_whom"):
        Consultation.objects.update(state=ConsultationState.SIGNED)


def test_an_observation_is_never_changed_or_deleted(rows: Rows) -> None:
    rows.observation().save()

    with refused("observations_are_records"), transaction.atomic():
        Observation.objects.update(value_typed="63")
    with refused("observations_are_records"), transaction.atomic():
        Observation.objects.all()._raw_delete("default")


def test_an_observation_is_corrected_once(rows: Rows) -> None:
    wrong = rows.observation()
    wrong.save()
    rows.observation(corrects=wrong, value_typed="63").save()

    with refused("corrects"):
        rows.observation(corrects=wrong, value_typed="64").save()


@pytest.mark.parametrize("change", [{"fact_key": "height_cm"}, {"patient": None}])
def test_a_correction_is_of_the_same_patient_and_fact(rows: Rows, change: dict[str, Any]) -> None:
    wrong = rows.observation()
    wrong.save()
    if "patient" in change:
        change = {"patient": make.patient(rows.by, number="E-2")}

    with refused("a_correction_is_of_the_same_patient_and_fact"):
        rows.observation(corrects=wrong, **change).save()


def test_only_a_correction_can_disown_a_result(rows: Rows) -> None:
    with refused("only_a_correction_can_disown_a_result"):
        rows.observation(not_this_patients=True).save()


def test_an_observed_value_is_never_a_bare_number(rows: Rows) -> None:
    with refused("an_observed_value_is_a_text_a_yes_or_no_or_a_list"):
        rows.observation(value_typed=62).save()


def test_the_latest_observation_is_the_newest_that_stands(rows: Rows) -> None:
    older, newer = rows.observation(taken_on=make.days_ago(9)), rows.observation(value_typed="26")
    older.save()
    newer.save()
    rows.observation(corrects=newer, value_typed="26", not_this_patients=True).save()

    assert list(Observation.objects.latest_of_each()) == [older]


def test_a_test_opens_before_it_is_overdue(rows: Rows) -> None:
    task = rows.task(overdue_after_on=make.days_ago(0) - timedelta(days=1))

    with refused("a_test_opens_before_it_is_overdue"):
        task.save()


def test_a_closed_task_says_when_by_whom_and_how(rows: Rows) -> None:
    with refused("a_closed_task_says_when_by_whom_and_how"):
        rows.task(outcome="done", done_on=make.days_ago(0)).save()


def test_a_task_belongs_to_the_patient_of_its_plan(rows: Rows) -> None:
    with refused("a_task_is_of_the_patient_of_its_plan"):
        rows.task(patient=make.patient(rows.by, number="E-2")).save()


def test_a_patient_is_never_deleted_and_stays_with_the_clinic(rows: Rows) -> None:
    with refused("patients_are_not_deleted"), transaction.atomic():
        Patient.objects.all()._raw_delete("default")
    with refused("a_patient_stays_with_the_clinic"), transaction.atomic():
        Patient.objects.update(clinic=make.clinic("Knee Clinic"))


def test_a_demonstration_clinic_stays_one() -> None:
    demo = make.clinic("Demonstration", is_demo=True)

    with refused("a_demonstration_clinic_stays_one"):
        type(demo).objects.update(is_demo=False)


def test_a_person_has_a_role_in_a_clinic_once(rows: Rows) -> None:
    with refused("a_person_has_a_role_in_a_clinic_once"):
        Membership.objects.create(user=rows.by, clinic=rows.clinic, role=Role.PHYSICIAN)


def test_an_access_is_never_forgotten(rows: Rows) -> None:
    record_access(patient=rows.patient, by=rows.by, what="patient_detail")

    with refused("accesses_are_records"):
        AccessEvent.objects.all()._raw_delete("default")


def test_every_change_of_a_patient_leaves_a_history_row(rows: Rows) -> None:
    Patient.objects.update(allergies="Wool")

    events = rows.patient.events.order_by("pgh_id").values_list("pgh_label", "allergies")

    assert list(events) == [("insert", ""), ("update", "Wool")]


def test_who_made_a_change_is_a_record(by: User) -> None:
    patient = make.patient(by)
    make.consultation(patient, by)
    earlier = ChangeAuthor.objects.filter(pk=patient.events.get().pgh_context_id)  # type: ignore[attr-defined]
    assert earlier.get().metadata["user"] == by.pk

    with pytest.raises(IntegrityError, match="authors_are_records"), transaction.atomic():
        earlier.update(metadata={"user": 0})
    with pytest.raises(IntegrityError, match="authors_are_records"), transaction.atomic():
        earlier._raw_delete("default")
    with pytest.raises(IntegrityError, match="authors_are_records"), transaction.atomic(), pghistory.context(user=0):
        earlier.update(metadata={"user": 0})


def test_two_changes_of_one_request_share_their_author(by: User) -> None:
    with pghistory.context(url="/patients/"):
        patient = make.patient(by)
        consultation = make.consultation(patient, by)

    authors = [patient.events.get().pgh_context, consultation.events.get().pgh_context]  # type: ignore[attr-defined]
    assert authors[0] == authors[1]
    assert authors[0].metadata == {"url": "/patients/", "action": "start_consultation", "user": by.pk}
