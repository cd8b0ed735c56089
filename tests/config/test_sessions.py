"""Reading a session and the person behind it, which is written once: as Django's own, refusals included."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.accounts import Backend
from config.sessions import SessionStore

pytestmark = pytest.mark.django_db


def signed_in() -> tuple[Client, User, Session]:
    client, user = Client(), User.objects.create_user("nora", email="nora@example.org", first_name="Nora")
    client.force_login(user)
    return client, user, Session.objects.get()


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("patient_list")).status_code == 200


def test_a_session_is_read_back() -> None:
    client, user, session = signed_in()

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


def test_a_session_that_is_over_is_nobody() -> None:
    client, _, session = signed_in()
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    assert not is_signed_in(client)
    assert SessionStore(session.session_key).load() == {}


def test_somebody_who_left_is_nobody() -> None:
    client, user, _ = signed_in()
    User.objects.update(is_active=False)

    assert Backend().get_user(user.pk) is None
    assert not is_signed_in(client)


def test_somebody_who_is_gone_is_nobody() -> None:
    client, user, _ = signed_in()
    user.delete()

    assert Backend().get_user(user.pk) is None
    assert not is_signed_in(client)


def test_another_password_ends_the_session() -> None:
    client, user, _ = signed_in()
    user.set_password("a password of another day")
    user.save()

    assert not is_signed_in(client)
