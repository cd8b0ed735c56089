"""The wall clock is moved while people are at work, by hours and days, both ways: what was written is there once and in its
order, what is due follows the day, and nobody is locked out or let in for as long as the clock was wrong."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.sessions import BEGUN
from guidelines.actions import queue_job
from guidelines.jobs import has_worker
from guidelines.models import Version
from guidelines.package import compiled_version
from patients import actions
from patients.audit import faults
from patients.daily_tasks import forget_sessions
from patients.facts import prefilled
from patients.following.known import counts
from patients.models import AuditLink, Observation, Patient, PatientNote, Plan, ResultAlert, Role
from tests import factories_patients as make
from tests import impact_samples as sample
from tests.access.installation import long_sessions, session_of
from tests.factories_guidelines import published
from tests.faults.clock import Clock
from tests.hostile.every_state import every_state
from tests.hostile.forms import pages_of
from tests.patients.test_worklist import statuses
from tests.signing_in import recorded, signed_in, signed_in_with_app, with_app, with_password

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]
LONG_AGO = date(2020, 1, 2)
By = dict[str, float]


def named(by: By) -> str:
    [(unit, count)] = by.items()
    return f"{abs(count)} {unit} {'on' if count > 0 else 'back'}"


def jumps(*found: By) -> list[Any]:
    """The first always, the others when they are asked for."""
    return [pytest.param(by, id=named(by), marks=pytest.mark.soak if at else ()) for at, by in enumerate(found)]


BACK = jumps({"days": -3}, {"hours": -1}, {"days": -400})
either = pytest.mark.parametrize("by_so_much", [*BACK, *jumps({"days": 3}, {"hours": 1}, {"days": 400})])
back = pytest.mark.parametrize("by_so_much", BACK)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def by() -> User:
    return with_password(make.physician(make.clinic()))


@pytest.fixture
def version() -> Version:
    return published()


def is_in(client: Client) -> bool:
    return client.get(reverse("patient_list")).status_code == 200


# --- who is signed in, and who may try -------------------------------------------------------------------------------------


@either
def test_a_session_ends_when_the_clock_is_moved_and_another_begins_at_once(
    clock: Clock, by: User, by_so_much: By
) -> None:
    client = signed_in(by)
    assert is_in(client)

    clock.move(**by_so_much)
    assert not is_in(client)

    again = signed_in(by)
    assert is_in(again)
    clock.move(minutes=14)
    assert is_in(again)
    clock.move(minutes=16)
    assert not is_in(again)


@pytest.mark.parametrize("minutes", [-1, 1])
def test_a_clock_that_is_moved_by_a_little_signs_nobody_out(clock: Clock, by: User, minutes: int) -> None:
    client = signed_in(by)

    clock.move(minutes=minutes)

    assert is_in(client)


@back
def test_what_was_said_in_a_session_of_a_day_to_come_is_forgotten(clock: Clock, by: User, by_so_much: By) -> None:
    signed_in(by)
    clock.move(**by_so_much)
    here = signed_in(by)

    forget_sessions(timestamp=0)

    assert [row.session_key for row in Session.objects.all()] == [here.session.session_key]


@either
def test_wrong_passwords_of_another_time_keep_nobody_out(clock: Clock, by: User, by_so_much: By) -> None:
    call_command("createcachetable")
    for _ in range(11):
        signed_in(by, "a guess")
    assert not is_in(signed_in(by))

    clock.move(**by_so_much)

    assert is_in(signed_in(by))


@back
def test_guessing_is_still_refused_after_the_clock_was_set_back(clock: Clock, by: User, by_so_much: By) -> None:
    call_command("createcachetable")
    signed_in(by, "a guess")
    clock.move(**by_so_much)

    for _ in range(11):
        signed_in(by, "a guess")

    assert not is_in(signed_in(by))


@either
def test_a_confirmation_holds_for_minutes_whatever_the_clock_does(
    clock: Clock, by: User, by_so_much: By, settings: Any
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    asked = reverse("worklist_csv")
    client = signed_in(by)
    recorded(client, by)
    assert client.get(asked).status_code == 200

    clock.move(**by_so_much)
    assert client.get(asked)["Location"].startswith(reverse("account_login"))

    again = signed_in(by)
    assert is_in(again) is False  # the second factor is asked for
    recorded(again, by)


@either
def test_a_second_factor_works_at_once_whatever_the_clock_does(clock: Clock, by: User, by_so_much: By) -> None:
    secret = with_app(by)
    assert is_in(signed_in_with_app(by, secret))

    clock.move(**by_so_much)

    assert is_in(signed_in_with_app(by, secret))


@back
def test_an_invitation_made_on_a_day_to_come_opens_nothing(clock: Clock, by: User, by_so_much: By) -> None:
    clinic = make.clinic("Far Clinic")
    token, keeper = uuid4(), make.clinic_administrator(clinic)
    actions.invite(clinic=clinic, roles=[Role.NURSE], name="Nora Nagel", email="", token=token, by=keeper)
    address = reverse("invitation_accept", args=[token])
    assert Client().get(address).status_code == 200

    clock.move(**by_so_much)

    assert Client().get(address).status_code == 404


# --- what was written ------------------------------------------------------------------------------------------------------


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


# --- the queue, and every page ---------------------------------------------------------------------------------------------


def test_a_worker_of_a_day_to_come_is_none_and_its_jobs_are_found(clock: Clock) -> None:
    clock.move(days=3)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()) RETURNING id")
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at) VALUES"
            " ('default', 'x', 'todo', now() + interval '15 seconds')"
        )
    assert has_worker()

    clock.move(days=-3)
    assert not has_worker()
    queue_job("x")

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT max(last_heartbeat) FROM procrastinate_workers) <= now(),"
            " (SELECT max(scheduled_at) FROM procrastinate_jobs) <= now()"
        )
        assert cursor.fetchone() == (True, True)


def errors_of(clock: Clock, by: By, *, every: int) -> list[str]:
    """On pages of an installation that was built before the clock was moved."""
    clock.move(days=500)  # the guideline the tests begin with is in use then, however far the clock goes back
    with long_sessions():
        site = every_state()
    clock.move(**by)
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=14))
    for person in site.here.people.values():
        if person.cookies:
            session = session_of(person)
            session[BEGUN] = timezone.now().timestamp()
            session.save()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    pages = [(who, path, page.status_code) for who, path, page in pages_of(site, every=every)]
    assert [status for _, _, status in pages].count(200) > len(pages) / 2
    return [f"{path} for {who}: {status}" for who, path, status in pages if status >= 500]


def test_what_was_made_on_a_day_to_come_can_be_looked_at(clock: Clock) -> None:
    assert errors_of(clock, {"days": -400}, every=9) == []


@pytest.mark.soak
@either
def test_whenever_it_was_made_every_page_can_be_looked_at(clock: Clock, by_so_much: By) -> None:
    assert errors_of(clock, by_so_much, every=1) == []
