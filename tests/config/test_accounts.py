"""One's own account by its pages: passwords, second factors, and a second factor that is lost."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from config.sign_in_checks import a_second_factor_is_required
from patients.audit import faults
from patients.models import AuditLink, SecondFactor
from tests.signing_in import PASSWORD, code, signed_in, signed_in_with_app, with_app, with_password

pytestmark = pytest.mark.django_db

NEW = "another horse and another battery"
TOO_SHORT, TOO_COMMON = "fourteen chars", "qwerty123456789"


@pytest.fixture
def nora() -> User:
    return with_password(User.objects.create_user("nora", email="nora@example.org"))


def is_in(client: Client) -> bool:
    return client.get(reverse("access_rules")).status_code == 200


# --- passwords --------------------------------------------------------------------------------------------------------


def change(nora: User, password: str) -> Any:
    values = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    return signed_in(nora).post(reverse("account_change_password"), values)


def set_first(nora: User, password: str) -> Any:
    nora.set_unusable_password()
    nora.save()
    client = Client()
    client.force_login(nora)
    return client.post(reverse("account_set_password"), {"password1": password, "password2": password})


def by_the_link_of_a_mail(nora: User, password: str) -> Any:
    client = Client()
    client.post(reverse("account_reset_password"), {"email": nora.email})
    [link] = re.findall(r"/accounts/password/reset/key/\S+", str(mail.outbox[-1].body))
    page = client.get(link, follow=True)
    return client.post(page.request["PATH_INFO"], {"password1": password, "password2": password})


WAYS = [change, set_first, by_the_link_of_a_mail]


@pytest.mark.parametrize("way", WAYS)
def test_a_password_has_fifteen_characters(nora: User, way: Callable[[User, str], Any]) -> None:
    assert len(TOO_SHORT) == 14
    refused = way(nora, TOO_SHORT)

    nora.refresh_from_db()
    assert "at least 15 characters" in refused.content.decode()
    assert not nora.check_password(TOO_SHORT)


@pytest.mark.parametrize("way", WAYS)
def test_and_is_none_that_everybody_takes(nora: User, way: Callable[[User, str], Any]) -> None:
    assert len(TOO_COMMON) > 14
    refused = way(nora, TOO_COMMON)

    nora.refresh_from_db()
    assert "too common" in refused.content.decode()
    assert not nora.check_password(TOO_COMMON)


@pytest.mark.parametrize("way", WAYS)
def test_another_is_taken(nora: User, way: Callable[[User, str], Any]) -> None:
    assert way(nora, NEW).status_code == 302

    nora.refresh_from_db()
    assert nora.check_password(NEW)


def test_whether_there_is_such_an_account_is_not_told(nora: User) -> None:
    known, unknown = (
        Client().post(reverse("account_reset_password"), {"email": address}, follow=True)
        for address in (nora.email, "nobody@example.org")
    )

    number = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')
    assert number.sub(b"", known.content) == number.sub(b"", unknown.content)


# --- second factors ---------------------------------------------------------------------------------------------------


def test_with_a_second_factor_the_password_alone_signs_nobody_in(nora: User) -> None:
    secret = with_app(nora)

    client = signed_in(nora)

    assert not is_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert is_in(client)


def test_setting_one_up_asks_for_the_password_and_shows_recovery_codes_once(nora: User) -> None:
    client, page = signed_in(nora), reverse("mfa_activate_totp")
    asked = client.get(page)["Location"]
    assert asked.startswith(reverse("account_reauthenticate"))
    client.post(asked, {"password": PASSWORD, "next": page})
    secret = client.get(page).context["form"].secret
    client.post(page, {"code": code(secret)})

    once, again = (client.get(reverse("mfa_view_recovery_codes")).content.decode() for _ in range(2))

    codes = re.findall(r"<li><code>(\d+)</code></li>", once)
    assert len(codes) == 10
    assert not re.findall(r"<code>\d+</code>", again)
    lost = signed_in(nora)
    lost.post(reverse("mfa_authenticate"), {"code": codes[0]})
    used_twice = signed_in(nora)
    used_twice.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert (is_in(lost), is_in(used_twice)) == (True, False)


def test_one_that_is_lost_is_forgotten_at_the_console_and_every_session_ends(nora: User) -> None:
    client = signed_in_with_app(nora, with_app(nora))
    assert is_in(client)

    call_command("forget_second_factor", "nora")

    assert not is_in(client)
    assert not Authenticator.objects.exists()
    assert is_in(signed_in(nora))


def test_what_is_forgotten_at_the_console_leaves_who_what_and_when_and_no_secret(nora: User) -> None:
    secret = with_app(nora)
    RecoveryCodes.activate(nora)

    call_command("forget_second_factor", "nora")

    rows = SecondFactor.pgh_event_model.objects.filter(user=nora).order_by("pgh_id")
    assert list(rows.values_list("pgh_label", "type")) == [
        ("insert", "totp"), ("insert", "recovery_codes"), ("delete", "totp"), ("delete", "recovery_codes"),
    ]  # fmt: skip
    assert {row.pgh_context.metadata["action"] for row in rows.filter(pgh_label="delete")} == {"forget_second_factors"}
    assert secret not in str(list(rows.values()))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    assert AuditLink.objects.filter(of_table="patients_secondfactorevent").count() == len(rows)
    assert faults() == []


def test_nobody_elses_is_forgotten(nora: User) -> None:
    other = with_password(User.objects.create_user("nils"))
    client = signed_in_with_app(other, with_app(other))

    call_command("forget_second_factor", "nora")

    assert is_in(client)
    with pytest.raises(CommandError, match="Nobody here has the user name nobody"):
        call_command("forget_second_factor", "nobody")


def test_an_installation_without_is_warned_of(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = False
    [warning] = a_second_factor_is_required()
    settings.SECOND_FACTOR_REQUIRED = True

    assert warning.id == "sign_in.W001"
    assert a_second_factor_is_required() == []
