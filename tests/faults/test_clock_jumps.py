"""The wall clock is moved while people are at work, by hours and days, both ways: nobody is locked
out or let in for as long as the clock was wrong, and every page can be looked at."""

from datetime import timedelta
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
from patients import actions
from patients.daily_tasks import forget_sessions
from patients.models import Role
from tests import factories_patients as make
from tests.access.installation import long_sessions, session_of
from tests.faults.clock import By, Clock, back, either
from tests.hostile.every_state import every_state
from tests.hostile.forms import pages_of
from tests.signing_in import recorded, signed_in, signed_in_with_app, with_app

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


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
