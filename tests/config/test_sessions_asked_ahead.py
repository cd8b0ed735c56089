"""A session is read together with whoever had it last. It says itself whose it is, and nobody else's rights stay behind."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.acting import NOBODY, acting_as
from config.sessions import SessionStore, people
from patients.context import at_hand, read_work, roles_of
from patients.models import Membership, Patient
from tests import factories_patients as make
from tests.config.test_sessions import is_signed_in, signed_in

pytestmark = pytest.mark.django_db


def test_the_session_and_its_person_are_asked_for_at_once() -> None:
    client, _, _ = signed_in()
    is_signed_in(client)

    with CaptureQueriesContext(connection) as asked:
        assert is_signed_in(client)

    assert [one["sql"] for one in asked if User._meta.db_table in one["sql"]] == [asked[0]["sql"]]
    assert Session._meta.db_table in asked[0]["sql"]


def test_the_session_says_whose_it_is() -> None:
    """Whoever was asked for ahead."""
    client, user, session = signed_in()
    other = User.objects.create_user("olaf", email="olaf@example.org", first_name="Olaf")
    people.keep(session.session_key, other.pk)

    page = client.get(reverse("patient_list"))

    assert page.context["user"] == user
    assert people.get(session.session_key) == user.pk


def test_asked_ahead_is_what_is_asked_otherwise() -> None:
    _, _, session = signed_in()
    person = make.physician(make.clinic())
    otherwise = read_work(person.pk)

    people.keep(session.session_key, person.pk)
    store = SessionStore(session.session_key)
    store.load()
    with at_hand(store.person_read), CaptureQueriesContext(connection) as asked:
        assert read_work(person.pk) == otherwise

    assert otherwise is not None and otherwise[1][1] and not asked


def test_who_was_asked_for_ahead_is_forgotten_where_the_session_is_over() -> None:
    patient = make.patient(make.physician(make.clinic()))
    person, client = patient.registered_by, Client()
    client.force_login(person)
    assert is_signed_in(client)
    with acting_as(str(person.pk)):
        assert Patient.objects.exists()
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    with acting_as(NOBODY):
        store = SessionStore(client.session.session_key)
        assert store.load() == {} and not store.person_read
        assert not Patient.objects.exists()
    assert not is_signed_in(client)


def test_whoever_stops_working_somewhere_has_no_workplace_from_the_next_request_on() -> None:
    person, client = make.physician(make.clinic()), Client()
    client.force_login(person)

    def workplaces() -> int:
        return len(roles_of(client.get(reverse("patient_list")).wsgi_request).workplaces)

    assert [workplaces(), workplaces()] == [1, 1]
    Membership.objects.filter(user=person).delete()

    assert workplaces() == 0


def test_somebody_else_at_the_same_browser_is_themselves() -> None:
    one, other, client = make.physician(make.clinic()), make.physician(make.clinic()), Client()
    for person in (one, other, one):
        client.force_login(person)
        for _ in range(2):
            assert client.get(reverse("patient_list")).context["user"] == person
