"""What takes the password once more is refused without, before any view, and nothing typed is lost."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from config.access import registry
from config.confirming import PASSWORD as FIELD
from patients.models import Clinic, Consultation, Plan
from tests import factories_patients as make
from tests.config.signing_samples import hidden, page_of, signature
from tests.signing_in import PASSWORD, code, recorded, signed_in_with_app, with_app, with_password

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


@pytest.fixture
def ready(by: User) -> Consultation:
    return make.answered(make.patient(by), by)


@pytest.fixture
def client(by: User) -> Client:
    return signed_in_with_app(by, with_app(by))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets so many seconds go by for whoever measures how long ago the password was given."""
    import time

    now, passed = time.time, [0.0]
    monkeypatch.setattr("allauth.account.internal.flows.reauthentication.time.time", lambda: now() + passed[0])
    return lambda seconds: passed.append(passed.pop() + seconds)


def test_a_signature_asks_for_the_password_and_carries_what_was_typed(client: Client, ready: Consultation) -> None:
    typed = signature(ready)

    answer = client.post(page_of(ready), typed)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Confirm that it is you" in page
    assert f'name="{FIELD}"' in page
    assert {**hidden(page), "more": typed["more"]} == typed
    assert not Plan.objects.exists()


def test_what_it_carries_is_signed_when_the_password_is_right(client: Client, ready: Consultation) -> None:
    carried = hidden(client.post(page_of(ready), signature(ready)).content.decode())

    assert client.post(page_of(ready), {**carried, FIELD: PASSWORD}).status_code == 302
    assert Plan.objects.count() == 1


def test_a_wrong_password_signs_nothing_and_is_told(client: Client, ready: Consultation) -> None:
    typed = signature(ready)

    answer = client.post(page_of(ready), {**typed, FIELD: "another password altogether"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Not confirmed" in page and "another password altogether" not in page
    assert hidden(page)["key"] == typed["key"]
    assert not Plan.objects.exists()


def test_the_password_reaches_no_view(client: Client, ready: Consultation, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr("patients.views.signing.key_of", lambda request: seen.extend(request.POST) or uuid4())

    client.post(page_of(ready), {**signature(ready), FIELD: PASSWORD})
    client.post(page_of(ready), {**signature(ready), FIELD: ""})

    assert "birth_year" in seen
    assert FIELD not in seen


def test_for_five_minutes_it_is_not_asked_again(
    client: Client, ready: Consultation, clock: Callable[[float], None]
) -> None:
    wrong_year = {**signature(ready), "birth_year": "1900"}
    client.post(page_of(ready), {**wrong_year, FIELD: PASSWORD})

    clock(290)
    within = client.post(page_of(ready), wrong_year).content.decode()
    clock(20)
    after = client.post(page_of(ready), wrong_year).content.decode()

    assert "Confirm that it is you" not in within
    assert "Confirm that it is you" in after


def test_signing_in_is_no_confirmation(client: Client) -> None:
    """Whoever walks up to a screen that somebody has just opened signs nothing."""
    assert client.get(reverse("worklist_csv"))["Location"].startswith(reverse("account_reauthenticate"))


def test_a_file_is_asked_for_again_behind_the_password(client: Client) -> None:
    address = f"{reverse('worklist_csv')}?tab=all"
    asked = client.get(address)

    answer = client.post(asked["Location"], {"password": PASSWORD, "next": address})

    assert answer["Location"] == address
    assert client.get(address)["Content-Type"].startswith("text/csv")


def test_every_file_with_patients_in_lines_asks_for_it() -> None:
    tables = {name: rules["GET"] for name, rules in registry().rules.items() if name.endswith(("_csv", "_export"))}

    assert set(tables) >= {"worklist_csv", "patient_looks_csv", "person_looks_csv", "guideline_export"}
    assert [name for name, rule in tables.items() if not rule.reauthenticate] == []


def test_too_many_wrong_passwords_are_refused_for_a_while_even_the_right_one(
    client: Client, ready: Consultation
) -> None:
    for _ in range(10):
        client.post(page_of(ready), {**signature(ready), FIELD: "wrong"})

    answer = client.post(page_of(ready), {**signature(ready), FIELD: PASSWORD})

    assert answer.status_code == 422
    assert 'name="birth_year"' in answer.content.decode()
    assert not Plan.objects.exists()


def test_somebody_without_a_password_confirms_with_the_second_factor(at: Clinic, ready: Consultation) -> None:
    other = make.physician(at, "other")
    secret, client = with_app(other), Client()
    client.force_login(other)
    recorded(client, other)
    session = client.session
    session["account_authentication_methods"][0]["at"] = 0
    session.save()
    asked = client.post(page_of(ready), signature(ready))
    assert FIELD not in asked.content.decode()
    assert reverse("mfa_reauthenticate") in asked.content.decode()

    client.post(reverse("mfa_reauthenticate"), {"code": code(secret)})

    assert client.post(page_of(ready), signature(ready)).status_code == 302
