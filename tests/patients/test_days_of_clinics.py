"""The clinic's day: in sixteen time zones, at midnight, and where the clock is changed, also at midnight itself."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from guidelines.models import Version
from patients import actions
from patients.letter_texts import to_remind_of
from patients.models import Clinic, MonitoringTask, Patient, Role
from tests import factories_patients as make
from tests.factories_guidelines import published

# The first instant of a day at a place: written down from the clock changes that were announced for it.
BEGINS = [
    ("Pacific/Kiritimati", "2026-11-25T10:00", "2026-11-26"), ("Pacific/Pago_Pago", "2026-11-26T11:00", "2026-11-26"),
    ("Asia/Kolkata", "2026-11-25T18:30", "2026-11-26"), ("Asia/Kathmandu", "2026-11-25T18:15", "2026-11-26"),
    ("America/St_Johns", "2026-03-08T03:30", "2026-03-08"), ("America/St_Johns", "2026-03-09T02:30", "2026-03-09"),
    ("Australia/Lord_Howe", "2026-10-03T13:30", "2026-10-04"), ("Australia/Lord_Howe", "2026-10-04T13:00", "2026-10-05"),
    ("Africa/Casablanca", "2026-02-14T23:00", "2026-02-15"), ("Africa/Casablanca", "2026-02-16T00:00", "2026-02-16"),
    ("Africa/Casablanca", "2026-03-22T00:00", "2026-03-22"), ("Africa/Casablanca", "2026-03-22T23:00", "2026-03-23"),
    ("Europe/Berlin", "2026-03-28T23:00", "2026-03-29"), ("Europe/Berlin", "2026-03-29T22:00", "2026-03-30"),
    ("Europe/Berlin", "2026-10-24T22:00", "2026-10-25"), ("Europe/Berlin", "2026-10-25T23:00", "2026-10-26"),
    ("America/New_York", "2026-11-01T04:00", "2026-11-01"), ("America/New_York", "2026-11-02T05:00", "2026-11-02"),
    # At midnight the clock goes on to one: the day has no midnight.
    ("America/Havana", "2026-03-08T05:00", "2026-03-08"), ("America/Santiago", "2026-09-06T04:00", "2026-09-06"),
    ("Asia/Beirut", "2026-03-28T22:00", "2026-03-29"),
    # At midnight the clock goes back to eleven: the day before has two of them.
    ("America/Santiago", "2026-04-05T04:00", "2026-04-05"), ("Asia/Beirut", "2026-10-24T22:00", "2026-10-25"),
    ("America/Havana", "2026-11-01T04:00", "2026-11-01"),
    ("Pacific/Chatham", "2026-04-04T10:15", "2026-04-05"), ("Pacific/Chatham", "2026-04-05T11:15", "2026-04-06"),
    ("Etc/UTC", "2028-02-29T00:00", "2028-02-29"), ("Asia/Tokyo", "2026-12-31T15:00", "2027-01-01"),
    ("America/Los_Angeles", "2028-02-29T08:00", "2028-02-29"),
]  # fmt: skip
ZONES = {
    # The day it is at one instant, 26 November 2026, 10:30 in Greenwich.
    "Pacific/Kiritimati": 27, "Pacific/Chatham": 27, "Pacific/Auckland": 26, "Australia/Lord_Howe": 26, "Asia/Tokyo": 26,
    "Asia/Kolkata": 26, "Asia/Kathmandu": 26, "Africa/Casablanca": 26, "Europe/Berlin": 26, "America/St_Johns": 26,
    "America/New_York": 26, "Pacific/Honolulu": 26, "Pacific/Marquesas": 26, "Pacific/Pago_Pago": 25,
}  # fmt: skip
ONE_INSTANT = "2026-11-26T10:30"
SetClock = Callable[..., None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    def set_clock(moment: str, **past: int) -> None:
        now = datetime.fromisoformat(moment).replace(tzinfo=UTC) + timedelta(**past)
        monkeypatch.setattr("django.utils.timezone.now", lambda: now)

    return set_clock


@pytest.mark.parametrize(("zone", "instant", "day"), BEGINS)
def test_a_day_begins_at_its_first_instant(at: SetClock, zone: str, instant: str, day: str) -> None:
    clinic, begins = Clinic(time_zone=zone), date.fromisoformat(day)

    at(instant, microseconds=-1)
    assert clinic.today() == begins - timedelta(days=1)
    for past in (0, 1, 3600, 20 * 3600):
        at(instant, seconds=past)
        assert clinic.today() == begins
    at(instant, hours=25, minutes=1)
    assert clinic.today() == begins + timedelta(days=1)


def test_there_are_at_least_twelve_time_zones() -> None:
    assert len({zone for zone, *_ in BEGINS}) >= 12
    assert len(ZONES) >= 12


# --- what follows from it: one instant, each clinic its own lists, signatures, letters and calendars ---------------------

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(at: SetClock) -> Version:
    at("2026-11-20T12:00")
    return published()


def clinic_in(zone: str) -> tuple[Clinic, User]:
    clinic = make.clinic(zone)
    Clinic.objects.filter(pk=clinic.pk).update(time_zone=zone)
    clinic.refresh_from_db()
    return clinic, make.physician(clinic)


def task(by: User, version: Version, until: date) -> MonitoringTask:
    patient = make.patient(by)
    return MonitoringTask.objects.create(
        plan=make.plan_row(make.consultation(patient, by, version), by), patient=patient, clinic=patient.clinic, position=0,
        item_key="MON-CAL-1", test_keys=["itch_panel"], phase="early", required=True, opens_on=until, overdue_after_on=until,
    )  # fmt: skip


def test_at_one_instant_each_clinic_has_its_own_list_letter_and_calendar(at: SetClock, version: Version) -> None:
    """A test whose only day is the 26th is overdue on one island, due in most places, and not yet open on another."""
    at("2026-11-20T12:00")
    tasks = {zone: task(clinic_in(zone)[1], version, date(2026, 11, 26)) for zone in ZONES}

    at(ONE_INSTANT)

    for zone, day in ZONES.items():
        clinic = Clinic.objects.get(pk=tasks[zone].clinic_id)
        today, rows = clinic.today(), MonitoringTask.objects.filter(clinic=clinic)
        assert today == date(2026, 11, day), zone
        assert (rows.overdue(today).count(), rows.due(today).count()) == (day == 27, day == 26), zone
        assert to_remind_of(clinic, today).count() == (day >= 26), zone


def test_the_worklist_of_somebody_in_two_clinics_has_the_day_of_each(
    at: SetClock, version: Version, client: Client
) -> None:
    at("2026-11-20T12:00")
    (_, east), (west_clinic, west) = clinic_in("Pacific/Kiritimati"), clinic_in("Pacific/Pago_Pago")
    tasks = [task(by, version, date(2026, 11, 26)) for by in (east, west)]
    actions.add_member(clinic=west_clinic, user=east, role=Role.NURSE)

    at(ONE_INSTANT)
    client.force_login(east)

    found = client.get(reverse("worklist")).content.decode()
    at_east, at_west = (found.index(reverse("patient_detail", args=[row.patient_id])) for row in tasks)
    assert found.index('rowheader">Overdue') < at_east < found.index('rowheader">Due soon') < at_west


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Asia/Kolkata", "Pacific/Pago_Pago"])
def test_a_plan_is_signed_and_a_letter_written_on_the_day_of_the_clinic(
    at: SetClock, version: Version, client: Client, zone: str
) -> None:
    at(ONE_INSTANT)
    clinic, by = clinic_in(zone)
    today = date(2026, 11, ZONES[zone])

    plan = make.signed(make.answered(make.patient(by), by, version), by)

    assert (plan.signed_on, plan.started_on, plan.consultation.as_of) == (today, today, today)
    assert min(row.opens_on for row in plan.monitoring_tasks.all()) == today + timedelta(days=30)
    row = task_now(plan.patient, plan.pk, today)
    run = actions.start_letters(key=uuid4(), clinic=clinic, tasks=[row.pk], by=by)
    assert run.written_on == today
    token = uuid4()
    actions.open_feed(clinic=clinic, by=by, token=token)
    days = [event["dtstart"].dt for event in feed(client, token).walk("VEVENT")]
    assert min(days) == today
    at(ONE_INSTANT, hours=24)
    assert today not in [event["dtstart"].dt for event in feed(client, token).walk("VEVENT")]


def task_now(patient: Patient, plan: object, today: date) -> MonitoringTask:
    return MonitoringTask.objects.create(
        plan_id=plan, patient=patient, clinic=patient.clinic, position=9, item_key="MON-NOW", test_keys=["itch_panel"],
        phase="now", required=True, opens_on=today, overdue_after_on=today,
    )  # fmt: skip


def feed(client: Client, token: object) -> Calendar:
    return Calendar.from_ical(client.get(reverse("calendar_feed", args=[token])).content)
