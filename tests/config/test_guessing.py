"""Passwords and codes are not guessed: ten wrong ones close an account and an address for a while."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from patients.models import Clinic
from tests import factories_patients as make
from tests.signing_in import PASSWORD, code, signed_in, with_app, with_password, wrong_code

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def required(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def at() -> Clinic:
    return make.clinic()


@pytest.fixture
def by(at: Clinic) -> User:
    return with_password(make.physician(at))


def try_to_sign_in(name: str, password: str, address: str) -> Client:
    client = Client(REMOTE_ADDR=address)
    client.post("/accounts/login/", {"login": name, "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("access_rules")).status_code == 200


def test_ten_wrong_passwords_close_an_account_for_a_while_from_wherever_they_come(by: User) -> None:
    for number in range(10):
        try_to_sign_in(by.username, f"guess {number}", f"192.0.2.{number}")

    assert not is_in(try_to_sign_in(by.username, PASSWORD, "198.51.100.1"))


def test_ten_wrong_passwords_close_an_address_for_a_while_whoever_they_are_for(by: User) -> None:
    for number in range(10):
        try_to_sign_in(f"somebody-{number}", "guess", "192.0.2.1")

    assert not is_in(try_to_sign_in(by.username, PASSWORD, "192.0.2.1"))
    assert is_in(try_to_sign_in(by.username, PASSWORD, "198.51.100.1"))


def test_right_ones_in_between_give_nobody_more_guesses(by: User, at: Clinic) -> None:
    own = with_password(make.nurse(at))
    for number in range(10):
        try_to_sign_in(by.username, f"guess {number}", "192.0.2.1")
        try_to_sign_in(own.username, PASSWORD, "192.0.2.1")

    assert not is_in(try_to_sign_in(by.username, PASSWORD, "192.0.2.1"))


def test_codes_are_not_guessed_either(by: User) -> None:
    secret = with_app(by)
    client = signed_in(by)
    for _ in range(10):
        client.post(reverse("mfa_authenticate"), {"code": wrong_code(secret)})

    client.post(reverse("mfa_authenticate"), {"code": code(secret)})

    assert not is_in(client)


def test_a_code_is_good_once(by: User) -> None:
    secret = with_app(by)
    shown = code(secret)
    first, second = signed_in(by), signed_in(by)

    for client in (first, second):
        client.post(reverse("mfa_authenticate"), {"code": shown})

    assert (is_in(first), is_in(second)) == (True, False)
