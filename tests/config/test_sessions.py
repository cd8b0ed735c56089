"""A session and the person behind it: read as Django does, refusals included; and when it ends."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.accounts import Backend
from config.sessions import BEGUN, UNATTENDED, SessionStore
from patients.daily_tasks import forget_sessions
from tests import signing_in

pytestmark = pytest.mark.django_db
Visitor = tuple[Client, User, Session]


def signed_in() -> tuple[Client, User, Session]:
    client, user = Client(), User.objects.create_user("nora", email="nora@example.org", first_name="Nora")
    client.force_login(user)
    return client, user, Session.objects.get()


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("patient_list")).status_code == 200


@pytest.fixture(params=[False, True], ids=["first request", "next request"])
def visitor(request: pytest.FixtureRequest, db: None) -> Visitor:
    """Before this process knows whose the session is, or after."""
    client, user, session = signed_in()
    assert not request.param or is_signed_in(client)
    return client, user, session


def test_a_session_is_read_back(visitor: Visitor) -> None:
    client, user, session = visitor

    assert is_signed_in(client)
    assert SessionStore(session.session_key)["_auth_user_id"] == str(user.pk)
    assert Backend().get_user(user.pk) == user
    assert Backend().get_user(user.pk).email == "nora@example.org"  # type: ignore[union-attr]


@pytest.mark.parametrize("key", ["", "no-such-session", "x" * 40, "'; --"])
def test_a_session_that_is_none_is_nobody(key: str) -> None:
    client = Client()
    client.cookies["sessionid"] = key

    assert not is_signed_in(client)
    assert SessionStore(key).load() == {}


def test_a_session_that_is_over_is_nobody(visitor: Visitor) -> None:
    client, _, session = visitor
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    assert not is_signed_in(client)
    assert SessionStore(session.session_key).load() == {}


def test_somebody_who_left_is_nobody(visitor: Visitor) -> None:
    client, user, _ = visitor
    User.objects.update(is_active=False)

    assert Backend().get_user(user.pk) is None
    assert not is_signed_in(client)


def test_somebody_who_is_gone_is_nobody(visitor: Visitor) -> None:
    client, user, _ = visitor
    user.delete()

    assert Backend().get_user(user.pk) is None
    assert not is_signed_in(client)


def test_another_password_ends_the_session(visitor: Visitor) -> None:
    client, user, _ = visitor
    user.set_password("a password of another day")
    user.save()

    assert not is_signed_in(client)


# --- when it ends ----------------------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[timedelta]:
    """Time goes on by what is put in."""
    passed = [timedelta()]
    now = timezone.now
    monkeypatch.setattr("django.utils.timezone.now", lambda: now() + sum(passed, timedelta()))
    return passed


def ends_at() -> datetime:
    return Session.objects.get().expire_date


@pytest.mark.parametrize(("minutes", "is_open"), [(14, True), (15.1, False)])
def test_a_session_ends_after_a_quarter_of_an_hour_without_a_request(
    clock: list[timedelta], minutes: float, is_open: bool
) -> None:
    client, _, _ = signed_in()
    clock.append(timedelta(minutes=minutes))

    assert is_signed_in(client) == is_open


def test_a_request_keeps_it_awake(clock: list[timedelta]) -> None:
    client, _, _ = signed_in()

    for _ in range(6):
        clock.append(timedelta(minutes=10))
        assert is_signed_in(client)


def test_after_a_working_day_it_ends_however_busy_it_was(clock: list[timedelta]) -> None:
    client, _, _ = signed_in()
    for _ in range(12 * 6 - 1):
        clock.append(timedelta(minutes=10))
        assert is_signed_in(client)

    clock.append(timedelta(minutes=10, seconds=1))

    assert not is_signed_in(client)


def test_saving_something_in_it_makes_it_no_longer_than_a_working_day(clock: list[timedelta]) -> None:
    client, _, _ = signed_in()
    for _ in range(12 * 6 - 1):
        clock.append(timedelta(minutes=10))
        assert is_signed_in(client)
    session = client.session
    session["something"] = "else"
    session.save()

    clock.append(timedelta(minutes=10, seconds=1))

    assert not is_signed_in(client)


def test_what_a_page_asks_for_by_itself_keeps_nothing_awake(clock: list[timedelta]) -> None:
    client, _, _ = signed_in()
    for _ in range(3):
        clock.append(timedelta(minutes=4))
        assert client.get(reverse("patient_list"), headers={UNATTENDED: "yes"}).status_code == 200

    clock.append(timedelta(minutes=4))

    assert not is_signed_in(client)


def test_nor_does_it_when_something_is_said_in_it(clock: list[timedelta]) -> None:
    client, _, _ = signed_in()
    before = ends_at()
    clock.append(timedelta(minutes=4))
    session = SessionStore(client.session.session_key)
    session.is_unattended = True
    session["something"] = "else"
    session.save()

    assert ends_at() == before


def test_a_look_right_after_another_writes_nothing(clock: list[timedelta]) -> None:
    client, _, _ = signed_in()

    with CaptureQueriesContext(connection) as soon:
        is_signed_in(client)
    clock.append(timedelta(minutes=1))
    with CaptureQueriesContext(connection) as later:
        is_signed_in(client)

    assert [len([one for one in asked if 'UPDATE "django_session"' in one["sql"]]) for asked in (soon, later)] == [0, 1]


def test_one_that_was_ended_during_its_last_request_stays_ended(clock: list[timedelta]) -> None:
    _, _, session = signed_in()
    store = SessionStore(session.session_key)
    store.load()
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    clock.append(timedelta(minutes=1))
    store.keep_awake()

    assert ends_at() < timezone.now()


def test_one_that_does_not_say_when_it_began_is_over_with_its_next_request(clock: list[timedelta]) -> None:
    """Such as were open when this was installed."""
    client, _, session = signed_in()
    store = SessionStore(session.session_key)
    without = {name: value for name, value in store.load().items() if name != BEGUN}
    Session.objects.update(session_data=store.encode(without))

    clock.append(timedelta(minutes=1))
    is_signed_in(client)

    assert not is_signed_in(client)


def test_signing_in_makes_a_new_key_and_a_new_day(clock: list[timedelta]) -> None:
    """Whoever has put a key of their own into a browser does not get to know the one that is signed in."""
    signing_in.with_password(User.objects.create_user("nora"))
    client = Client()
    session = client.session
    session["something"] = "before"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    clock.append(timedelta(minutes=10))

    client.post(signing_in.SIGN_IN, {"login": "nora", "password": signing_in.PASSWORD})

    assert client.cookies["sessionid"].value != planted
    assert not Session.objects.filter(pk=planted).exists()
    assert client.session[BEGUN] == pytest.approx(timezone.now().timestamp(), abs=30)


def test_the_cookie_goes_with_the_browser() -> None:
    signing_in.with_password(User.objects.create_user("nora"))

    cookie = signing_in.signed_in(User.objects.get()).cookies["sessionid"]

    assert (cookie["max-age"], cookie["expires"], cookie["httponly"]) == ("", "", True)


def test_how_long_it_lasts_is_told_and_looking_makes_it_no_longer(clock: list[timedelta]) -> None:
    client, user, _ = signed_in()
    clock.append(timedelta(minutes=13))

    looked = client.get(reverse("session_state"), headers={UNATTENDED: "yes"}).json()
    stayed = client.post(reverse("session_state")).json()

    assert looked["person"] == user.pk
    assert 110 < looked["seconds"] <= 120
    assert 890 < stayed["seconds"] <= 900
    assert is_signed_in(client)


def test_what_has_ended_is_taken_out_of_the_database() -> None:
    signed_in()
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    signed_in_too = Client()
    signed_in_too.force_login(User.objects.create_user("nils"))

    forget_sessions(0)

    assert Session.objects.get().get_decoded()["_auth_user_id"] == str(User.objects.get(username="nils").pk)
