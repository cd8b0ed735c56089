"""Private addresses of calendars: made once, read without signing in, revoked at once, and never telling whose days they are."""

from datetime import date
from hashlib import sha256
from importlib import import_module
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from patients import actions
from patients.calendar_days import AHEAD, clinic_days
from patients.models import (
    AccessEvent,
    CalendarFeed,
    MonitoringTask,
    Patient,
    Plan,
    TaskOutcome,
)
from patients.outputs.calendar import BOOK, MEET
from tests import factories_patients as make
from tests.owner import as_owner
from tests.patients.calendar_samples import address_of, opened, read

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


@pytest.fixture
def plan(patient: Patient, by: User) -> Plan:
    return make.signed(make.answered(patient, by), by)


# --- a patient's ------------------------------------------------------------------------------------------------------


def test_a_calendar_reads_the_open_tests_and_the_next_visit_without_signing_in(
    client: Client, plan: Plan, by: User
) -> None:
    token = opened(by, plan.patient)

    found = read(client, token)

    tasks = MonitoringTask.objects.open().filter(plan=plan, required=True)
    wanted = [(task.opens_on, BOOK) for task in tasks]
    review_on = plan.care_plan["review_on"]
    wanted += [(date.fromisoformat(review_on), MEET)] if review_on else []
    assert wanted
    assert sorted((event["dtstart"].dt, str(event["summary"])) for event in found.values()) == sorted(wanted)


def test_a_test_that_is_done_leaves_the_calendar_and_the_others_stay_where_they_are(
    client: Client, plan: Plan, by: User
) -> None:
    token, today = opened(by, plan.patient), plan.patient.clinic.today()
    before, task = read(client, token), MonitoringTask.objects.open().filter(plan=plan, required=True).first()
    assert task is not None

    actions.close_task(task=task, by=by, outcome=TaskOutcome.REMOVED, because="Done elsewhere.", today=today)

    after = read(client, token)
    assert len(before) - len(after) == 1
    assert all(event["dtstart"].dt == before[uid]["dtstart"].dt for uid, event in after.items())


def test_the_days_of_a_later_plan_take_the_place_of_the_earlier_ones(client: Client, plan: Plan, by: User) -> None:
    token = opened(by, plan.patient)
    before = read(client, token)

    make.signed(make.answered(plan.patient, by, plan.version), by)

    after = read(client, token)
    assert after.keys() & before.keys()
    assert {event["sequence"] for event in before.values()} == {2}
    assert {event["sequence"] for event in after.values()} == {4}


def test_the_feed_and_the_file_of_a_plan_call_the_same_day_the_same(client: Client, plan: Plan, by: User) -> None:
    token = opened(by, plan.patient)
    client.force_login(by)
    file = client.get(reverse("plan_calendar", args=[plan.pk]))

    told = {str(e["uid"]): e["dtstart"].dt for e in Calendar.from_ical(file.content).walk("VEVENT")}

    assert {uid: event["dtstart"].dt for uid, event in read(client, token).items()}.items() <= told.items()


def test_a_plan_that_has_ended_asks_for_nothing_any_more(client: Client, plan: Plan, by: User) -> None:
    token = opened(by, plan.patient)

    actions.end_plan(plan=plan, by=by, because="Well again.")

    assert read(client, token) == {}


def test_nobody_is_named_in_what_is_read(client: Client, plan: Plan, by: User) -> None:
    content = client.get(address_of(opened(by, plan.patient))).content.decode().replace("\r\n ", "")

    for named in ("Ellen", "Elbow", "E-1", "calmine", "itch", str(plan.patient_id)):
        assert named not in content, named


def test_an_unknown_address_and_a_revoked_one_are_the_same_404(client: Client, patient: Patient, by: User) -> None:
    token = opened(by, patient)
    assert client.get(address_of(token)).status_code == 200

    actions.revoke_feed(feed=CalendarFeed.objects.get(), by=by)

    revoked, unknown = client.get(address_of(token)), client.get(address_of(uuid4()))
    assert (revoked.status_code, unknown.status_code) == (404, 404)
    assert revoked.content == unknown.content


def test_only_the_hash_of_the_address_is_kept(patient: Patient, by: User) -> None:
    token = opened(by, patient)

    [row] = CalendarFeed.objects.values()

    assert row["token_hash"] == sha256(str(token).encode()).hexdigest()
    assert str(token) not in str(row)
    assert token.hex not in str(row)


def test_nothing_keeps_a_copy_and_what_has_not_changed_is_not_sent_again(client: Client, plan: Plan, by: User) -> None:
    token = opened(by, plan.patient)
    first = client.get(address_of(token))

    again = client.get(address_of(token), headers={"If-None-Match": first["ETag"]})

    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == again["Cache-Control"] == "no-store"
    actions.end_plan(plan=plan, by=by, because="Well again.")
    assert client.get(address_of(token), headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_reading_leaves_one_trace_a_day_under_the_name_of_whoever_gave_the_address_away(
    client: Client, patient: Patient, by: User
) -> None:
    token = opened(by, patient)

    for _ in range(3):
        client.get(address_of(token))

    looks = AccessEvent.objects.values_list("clinic", "patients", "user", "what")
    assert list(looks) == [(patient.clinic_id, [patient.pk], by.pk, "calendar_feed")]


def test_a_feed_is_read_only(client: Client, patient: Patient, by: User) -> None:
    assert client.post(address_of(opened(by, patient))).status_code == 405


# --- a clinic's -------------------------------------------------------------------------------------------------------


def test_a_clinic_reads_numbers_by_day_and_of_nobody(client: Client, plan: Plan, by: User) -> None:
    token, today = opened(by), plan.patient.clinic.today()

    found = read(client, token)

    tasks = MonitoringTask.objects.open().filter(plan=plan)
    days = {day for task in tasks for day in (task.opens_on, task.overdue_after_on) if today <= day <= today + AHEAD}
    assert {event["dtstart"].dt for event in found.values()} >= days
    assert all(str(event["summary"]).startswith("Appointments: ") for event in found.values())
    assert not AccessEvent.objects.filter(what="calendar_feed").exists()


def test_a_clinics_visits_are_read_without_opening_a_plan(client: Client, plan: Plan, by: User) -> None:
    assert plan.review_on is not None and plan.review_on.isoformat() == plan.care_plan["review_on"]

    with CaptureQueriesContext(connection) as asked:
        found = clinic_days(plan.patient.clinic, plan.review_on)

    assert [day.visits for day in found if day.on == plan.review_on] == [1]
    assert not [query["sql"] for query in asked if "care_plan" in query["sql"]]


def test_plans_signed_before_there_was_a_column_get_the_day_they_say(plan: Plan) -> None:
    fill = import_module("patients.migrations.0009_review_on").FILL
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE patients_plan DISABLE TRIGGER USER")
        cursor.execute("UPDATE patients_plan SET review_on = NULL")
        cursor.execute("ALTER TABLE patients_plan ENABLE TRIGGER USER")

        cursor.execute(fill)

    assert Plan.objects.get().review_on == plan.review_on
    with pytest.raises(IntegrityError, match="a_signed_plan_is_a_record"):
        Plan.objects.update(review_on=None)


def test_another_clinics_days_are_not_counted(client: Client, plan: Plan, by: User) -> None:
    elsewhere = make.physician(make.clinic("Knee Clinic"))

    assert read(client, opened(elsewhere)) == {}


def test_whatever_happens_on_a_day_of_the_clinic_its_sequence_rises(client: Client, plan: Plan, by: User) -> None:
    clinic, today = plan.patient.clinic, plan.patient.clinic.today()
    seen = {day.on: day for day in clinic_days(clinic, today)}
    task = MonitoringTask.objects.open().filter(plan=plan, opens_on__gte=today).first()
    assert task is not None

    actions.close_task(task=task, by=by, outcome=TaskOutcome.REMOVED, because="Not needed.")

    after = {day.on: day for day in clinic_days(clinic, today)}
    assert after[task.opens_on].opening == seen[task.opens_on].opening - 1
    assert after[task.opens_on].changes > seen[task.opens_on].changes
    assert after.keys() == seen.keys()
    new = make.signed(make.answered(make.patient(by, number="E-2"), by, plan.version), by)
    for on in MonitoringTask.objects.filter(plan=new, opens_on__lte=today + AHEAD).values_list("opens_on", flat=True):
        assert {day.on: day.changes for day in clinic_days(clinic, today)}[on] > after[on].changes
