"""The wall clock is moved while people write, by hours and days, both ways: what was written is there once and in its order,
and what is due follows the day."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from guidelines.models import Version
from guidelines.package import compiled_version
from patients import actions
from patients.audit import faults
from patients.facts import prefilled
from patients.following.known import counts
from patients.models import AuditLink, Observation, Patient, PatientNote, Plan, ResultAlert
from tests import factories_patients as make
from tests import impact_samples as sample
from tests.factories_guidelines import published
from tests.faults.clock import By, Clock, back, either
from tests.patients.test_worklist import statuses
from tests.signing_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]
LONG_AGO = date(2020, 1, 2)


@pytest.fixture
def version() -> Version:
    return published()


def result(
    patient: Patient, version: Version, by: User, value: str, day: date, fact: str = "itch_marker"
) -> Observation:
    unit = {"unit": "U/L", "upper_limit": "40"} if fact == "itch_marker" else {"unit": "kg"}
    entry = actions.Entry(fact, {"value": value, "taken_on": day.isoformat(), **unit})
    [row] = actions.record_observations(patient=patient, compiled=compiled_version(version), by=by, entries=[entry])
    return row


@either
def test_of_two_results_of_one_day_the_one_recorded_last_counts(
    clock: Clock, by: User, version: Version, by_so_much: By
) -> None:
    patient = make.patient(by)
    for value in ("150", "35"):
        result(patient, version, by, value, LONG_AGO)
        clock.move(**by_so_much)

    rows = list(Observation.objects.filter(patient=patient))
    known = prefilled(
        compiled=compiled_version(version),
        patient=patient,
        as_of=timezone.localdate(),
        observations=rows[::-1],
        plan=None,
    )

    assert known["itch_marker"]["value"] == "35"
    assert [row.value_typed for row in rows] == ["150", "35"]
    assert [row.value_typed for row in Observation.objects.filter(patient=patient).latest_of_each()] == ["35"]


@either
def test_a_result_that_came_after_a_consultation_was_begun_counts_for_its_plan(
    clock: Clock, by: User, version: Version, by_so_much: By
) -> None:
    """Also of a fact that was not answered in it: by the clock it came before, and would be over."""
    patient = make.patient(by)
    compiled = compiled_version(version)
    before = result(patient, version, by, "30", LONG_AGO)
    plan = make.signed(make.answered(patient, by, version), by)
    clock.move(**by_so_much)
    after = result(patient, version, by, "150", LONG_AGO)

    signed = {key: answer for key, answer in plan.frozen["facts"]["facts"].items() if key != "itch_marker"}

    assert counts(plan, compiled, after, signed)
    assert not counts(plan, compiled, before, signed)


@either
def test_what_was_decided_last_about_a_result_is_not_asked_again(
    clock: Clock, by: User, version: Version, by_so_much: By
) -> None:
    patient = make.patient(by)
    make.signed(make.answered(patient, by, version), by)

    day = timezone.localdate() + timedelta(days=1)

    def decided(value: str) -> None:
        result(patient, version, by, value, day)
        for alert in ResultAlert.objects.open().filter(patient=patient):
            actions.close_alert(alert=alert, by=by, because="It is nothing.")

    clock.move(days=500)
    decided("150")
    clock.move(**by_so_much)
    decided("160")
    count = ResultAlert.objects.filter(patient=patient).count()
    assert count >= 2

    result(patient, version, by, "61", day, "weight_kg")

    assert ResultAlert.objects.filter(patient=patient).count() == count


@back
def test_a_note_is_there_once_and_the_last_one_first(clock: Clock, by: User, by_so_much: By) -> None:
    patient = make.patient(by)
    client = signed_in(by)
    client.post(reverse("patient_note_add", args=[patient.pk]), {"text": "Said before."})
    clock.move(**by_so_much)
    client = signed_in(by)

    for text in ("Said before.", "Said after.", "Said after."):
        assert client.post(reverse("patient_note_add", args=[patient.pk]), {"text": text}).status_code == 302

    assert [note.text for note in PatientNote.objects.filter(patient=patient)] == [
        "Said after.", "Said before.", "Said before.",
    ]  # fmt: skip


@either
def test_the_record_stays_whole_and_in_the_order_in_which_it_was_written(
    clock: Clock, by: User, version: Version, by_so_much: By
) -> None:
    patient = make.patient(by)
    clock.move(days=500)
    actions.add_note(patient=patient, by=by, text="Begins.")
    clock.move(**by_so_much)
    plan = make.signed(make.answered(patient, by, version), by)
    actions.record_access(patient=patient, by=by, what="patient_detail")
    clock.right()
    second = make.signed(make.answered(patient, by, version), by)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

    assert faults() == []
    links = AuditLink.objects.filter(chain=patient.clinic_id, of_table="patients_planevent")
    assert list(links.values_list("row", flat=True)) == sorted(links.values_list("row", flat=True))
    assert [row.pk for row in Plan.objects.filter(patient=patient)] == [second.pk, plan.pk]
    assert Plan.objects.active().get(patient=patient) == second
    moments = list(PatientNote.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_created_at", flat=True))
    moments += list(Plan.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_created_at", flat=True))
    assert moments != sorted(moments), "its times went back"
    response = signed_in(by).get(reverse("patient_detail", args=[patient.pk]))
    assert response.status_code == 200


def test_what_is_due_follows_the_day_there_and_back(clock: Clock, by: User) -> None:
    sample.signed_plan(by, published())
    seen = [statuses(by)]
    for days in (400, -400, -30, 30):
        clock.move(days=days)
        seen.append(statuses(by))

    begun, late, again, _, right = seen
    assert begun == again == right
    assert "overdue" in late and late != begun
