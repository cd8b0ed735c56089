"""Private addresses of calendars: made once, read without signing in, revoked at once, and never telling whose days they are."""

from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid1, uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from patients import actions
from patients.calendar_days import AHEAD, clinic_days
from patients.models import AccessEvent, CalendarFeed, Clinic, MonitoringTask, Patient, Plan, TaskOutcome
from patients.outputs.calendar import BOOK, MEET
from tests import factories_patients as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(patient: Patient, by: User) -> Plan:
    return make.signed(make.answered(patient, by), by)


def address_of(token: UUID) -> str:
    return reverse("calendar_feed", args=[token])


def opened(by: User, patient: Patient | None = None) -> UUID:
    token = uuid4()
    actions.open_feed(clinic=Clinic.objects.clinical_for(by).get(), patient=patient, by=by, token=token)
    return token


def read(client: Client, token: UUID) -> dict[str, Any]:
    response = client.get(address_of(token))
    assert response.status_code == 200
    return {str(event["uid"]): event for event in Calendar.from_ical(response.content).walk("VEVENT")}


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

    assert list(AccessEvent.objects.values_list("patient", "user", "what")) == [(patient.pk, by.pk, "calendar_feed")]


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


# --- who may, and the pages -------------------------------------------------------------------------------------------


def test_a_token_that_could_be_guessed_or_belongs_to_another_feed_is_refused(patient: Patient, by: User) -> None:
    token = opened(by, patient)

    with pytest.raises(actions.Refused, match="guessed"):
        actions.open_feed(clinic=patient.clinic, patient=patient, by=by, token=uuid1())
    with pytest.raises(actions.Refused, match="in use"):
        actions.open_feed(clinic=patient.clinic, by=by, token=token)


def test_sent_twice_there_is_one_address_and_one_revocation(patient: Patient, by: User) -> None:
    token = opened(by, patient)

    feed = actions.open_feed(clinic=patient.clinic, patient=patient, by=by, token=token)
    first = actions.revoke_feed(feed=feed, by=by)
    again = actions.revoke_feed(feed=feed, by=make.nurse(patient.clinic))

    assert CalendarFeed.objects.count() == 1
    assert (again.revoked_at, again.revoked_by) == (first.revoked_at, by)
    with pytest.raises(actions.Refused, match="revoked"):
        actions.open_feed(clinic=patient.clinic, patient=patient, by=by, token=token)


def test_only_the_clinics_physicians_and_nurses_make_and_revoke(patient: Patient, by: User) -> None:
    opened(make.nurse(patient.clinic), patient)
    for stranger in (make.clinic_administrator(patient.clinic), make.physician(make.clinic("Knee Clinic"))):
        with pytest.raises(actions.Refused, match="Only"):
            actions.open_feed(clinic=patient.clinic, patient=patient, by=stranger, token=uuid4())
        with pytest.raises(actions.Refused, match="Only"):
            actions.revoke_feed(feed=CalendarFeed.objects.get(), by=stranger)


@pytest.mark.parametrize("page", ["patient_calendar", "clinic_calendar"])
def test_the_address_is_made_shown_once_and_revoked_on_its_page(
    client: Client, patient: Patient, by: User, page: str
) -> None:
    client.force_login(by)
    at = reverse(page, args=[patient.pk] if page == "patient_calendar" else [])
    form = {"token": client.get(at).context["token"], "clinic": str(patient.clinic_id)}

    made = client.post(at, form).context["made"]
    again = client.post(at, form).context["made"]

    path = "/" + made.split("/", 3)[3]
    assert made == again
    assert Client().get(path).status_code == 200
    assert path not in client.get(at).content.decode()
    feed = CalendarFeed.objects.get()
    answer = client.post(at, {"revoke": feed.pk, "clinic": str(patient.clinic_id)})
    assert answer["Location"] == at
    assert Client().get(path).status_code == 404
    assert "Revoked" in client.get(at).content.decode()


def test_a_form_that_is_not_ours_makes_nothing(client: Client, patient: Patient, by: User) -> None:
    client.force_login(by)

    answer = client.post(reverse("patient_calendar", args=[patient.pk]), {"token": str(uuid4())})

    assert answer.status_code == 422
    assert not CalendarFeed.objects.exists()


@pytest.mark.parametrize("wanted", ["", "x", "²", "9" * 30, "0"])
def test_a_feed_that_is_not_there_is_not_revoked(client: Client, patient: Patient, by: User, wanted: str) -> None:
    client.force_login(by)

    assert client.post(reverse("patient_calendar", args=[patient.pk]), {"revoke": wanted}).status_code == 404


def test_another_clinics_feeds_are_neither_seen_nor_revoked(client: Client, patient: Patient, by: User) -> None:
    opened(by, patient)
    opened(by)
    elsewhere = make.physician(make.clinic("Knee Clinic"))
    client.force_login(elsewhere)
    at, feed = reverse("clinic_calendar"), CalendarFeed.objects.filter(patient__isnull=True).get()

    assert client.get(reverse("patient_calendar", args=[patient.pk])).status_code == 404
    assert list(client.get(at).context["feeds"]) == []
    clinic = Clinic.objects.clinical_for(elsewhere).get()
    assert client.post(at, {"revoke": feed.pk, "clinic": clinic.pk}).status_code == 404
    assert client.post(at, {"clinic": patient.clinic_id, "token": client.get(at).context["token"]}).status_code == 404
    assert CalendarFeed.objects.open().count() == 2


def test_whoever_looks_after_no_patients_has_no_clinic_calendar(client: Client, patient: Patient) -> None:
    client.force_login(make.clinic_administrator(patient.clinic))

    assert client.get(reverse("clinic_calendar")).status_code == 404


def test_the_file_of_a_replaced_plan_cancels_and_that_of_the_next_one_moves(
    client: Client, plan: Plan, by: User
) -> None:
    client.force_login(by)
    newer = make.signed(make.answered(plan.patient, by, plan.version), by)

    old, new = (client.get(reverse("plan_calendar", args=[pk])) for pk in (plan.pk, newer.pk))

    stated = [{str(e["uid"]): e for e in Calendar.from_ical(file.content).walk("VEVENT")} for file in (old, new)]
    assert {str(event["status"]) for event in stated[0].values()} == {"CANCELLED"}
    assert stated[0].keys() <= stated[1].keys()
    assert max(e["sequence"] for e in stated[0].values()) < min(e["sequence"] for e in stated[1].values())
    assert old["Content-Disposition"] == 'attachment; filename="plan-1.ics"'
    assert AccessEvent.objects.filter(what="plan_calendar").count() == 2
