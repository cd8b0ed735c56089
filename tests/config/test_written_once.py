"""Statements that are put together once say what the querysets say that they are made of."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from pytest_django.asserts import assertNumQueries

from config.written_once import ModelsOnce, WrittenOnce
from guidelines.package import compiled_version
from patients import actions, rows_of_patient
from patients.models import (
    Aside,
    Clinic,
    Consultation,
    MonitoringTask,
    Observation,
    Override,
    Patient,
    PatientNote,
    Plan,
    ResultAlert,
    TaskOutcome,
)
from patients.permissions import roles_in
from patients.views.scope import patients_seen
from tests import factories_patients as make
from tests.factories_guidelines import itching_elbow, published

pytestmark = pytest.mark.django_db
TESTS = MonitoringTask.objects.order_by("opens_on", "overdue_after_on", "position")
# By name in rows_of_patient: the rows of one patient, put together each time.
SAME: dict[str, QuerySet[Any]] = {
    "plans": Plan.objects.order_by("-number"),
    "followed": Plan.objects.active().order_by("-number"),
    "begun": Consultation.objects.open(),
    "observations": Observation.objects.order_by("taken_on", "number"),
    "latest": Observation.objects.latest_of_each(),
    "alerts": ResultAlert.objects.order_by("-raised_on", "pk"),
    "tasks": TESTS.exclude(outcome=TaskOutcome.SUPERSEDED),
    "due": TESTS.open().order_by("overdue_after_on", "opens_on"),
    "notes": PatientNote.objects.all(),
}


@pytest.fixture
def by() -> User:
    return make.physician(make.clinic())


@pytest.fixture
def patient(by: User) -> Patient:
    """With two plans of which one replaces the other, a rule that was gone against, an open consultation, results of two
    days of which one is corrected, a call and notes; and another patient with as much."""
    version = published(itching_elbow())
    for patient in (make.patient(by, number="O-1"), make.patient(by)):
        for _ in range(2):
            plan = make.signed(make.answered(patient, by, version), by)
        typed = {"unit": "U/L", "upper_limit": "40"}
        for value, day in (("35", make.days_ago(1)), ("200", make.days_ago(0))):
            answer = {**typed, "value": value, "taken_on": str(day)}
            told = [(compiled_version(version), actions.Entry("itch_marker", answer))]
            entered = actions.enter_results(patient=patient, by=by, results=told)
        corrected = {**typed, "value": "210", "taken_on": str(make.days_ago(0))}
        actions.correct_observation(
            observation=entered.rows[0], compiled=compiled_version(version), answer=corrected, by=by
        )
        Override.objects.create(
            plan=plan,
            rule_key="RULE",
            reason_key="other",
            text=f"Of {patient.number}.",
            overridden_at=plan.signed_at,
            overridden_by=by,
        )
        for text in ("First.", "Second."):
            actions.add_note(patient=patient, by=by, text=text)
        make.consultation(patient, by, version)
    task = MonitoringTask.objects.open().filter(plan=plan).first()
    assert task is not None
    actions.set_aside(work=task, by=by, why=Aside.REMIND, until_on=patient.clinic.today() + timedelta(days=1))
    return patient


def columns(rows: Iterable[Model]) -> list[dict[str, Any]]:
    return [{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields} for row in rows]


@pytest.mark.parametrize("name", SAME)
def test_the_rows_are_those_of_the_queryset_and_in_its_order(patient: Patient, name: str) -> None:
    rows = SAME[name].filter(patient=patient)

    found = getattr(rows_of_patient, name).rows(patient.pk)

    assert found and found == list(rows)
    assert columns(found) == columns(rows), "also text that is JSON, numbers and days"


def test_what_tells_the_rows_apart_is_among_them(patient: Patient) -> None:
    """Without it a condition that is gone would be seen by nobody."""
    assert MonitoringTask.objects.filter(patient=patient, outcome=TaskOutcome.SUPERSEDED).exists()
    assert len(rows_of_patient.plans.rows(patient.pk)) == 2 and len(rows_of_patient.followed.rows(patient.pk)) == 1
    assert len(rows_of_patient.observations.rows(patient.pk)) > len(rows_of_patient.latest.rows(patient.pk))
    assert Consultation.objects.filter(patient=patient).count() > len(rows_of_patient.begun.rows(patient.pk))


def test_reasons_and_medicines_are_those_of_the_patient(patient: Patient) -> None:
    plan = Plan.objects.active().get(patient=patient)

    [override] = rows_of_patient.overrides.rows(patient.pk)

    assert (override.plan_id, override.text) == (plan.pk, f"Of {patient.number}.")
    [[key, medicines]] = rows_of_patient.medicines.rows(patient.pk)
    assert key == plan.pk and "calmine" in medicines


def test_a_patient_is_seen_and_a_role_held_by_whom_it_is(patient: Patient, by: User) -> None:
    elsewhere = make.nurse(make.clinic("Knee Clinic"))

    for user, clinic, found in (
        (by, patient.clinic, True), (elsewhere, patient.clinic, False), (by, Clinic.objects.get(name="Knee Clinic"), False),
    ):  # fmt: skip
        assert bool(roles_in.rows(user.pk, clinic.pk)) is found
    seen = [patients_seen.rows(user.pk, patient.pk) for user in (by, elsewhere)]
    assert seen == [list(Patient.objects.visible_to(user).filter(pk=patient.pk)) for user in (by, elsewhere)]
    assert seen == [[patient], []] and seen[0][0].clinic == patient.clinic


def test_what_belongs_to_a_row_is_read_with_it_and_what_is_large_is_not(patient: Patient) -> None:
    with assertNumQueries(1):
        plan = rows_of_patient.plans.rows(patient.pk)[0]
        assert plan.version.guideline.slug == "itching-elbow" and plan.signed_by.username
    assert plan.get_deferred_fields() == {"frozen", "care_plan"}
    with assertNumQueries(1):
        assert plan.care_plan["medications"]


def test_each_time_is_read_anew(patient: Patient, by: User) -> None:
    for text in ("Seen.", "Seen again."):
        actions.add_note(patient=patient, by=by, text=text)

        row = rows_of_patient.notes.row(patient.pk)

        assert row is not None and row.text == text and not row._state.adding


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Statements that a test makes are not among those of the site."""
    monkeypatch.setattr(WrittenOnce, "every", [])


@pytest.mark.usefixtures("apart")
def test_a_key_that_may_be_empty_is_not_read_with_the_row() -> None:
    with pytest.raises(TypeError, match="ended_by"):
        _ = ModelsOnce(Plan.objects.all, related=["ended_by"]).parts


@pytest.mark.usefixtures("apart")
def test_a_blank_that_stands_nowhere_is_refused() -> None:
    """What is given for it would be asked for nothing, and every row would be an answer."""
    for blanks in ((-1, -2), (-1, -1)):
        asked = WrittenOnce(lambda: Clinic.objects.filter(pk=-1).values_list("pk").query.sql_with_params(), *blanks)
        with pytest.raises(ValueError, match="blanks"):
            asked.rows(*blanks)
