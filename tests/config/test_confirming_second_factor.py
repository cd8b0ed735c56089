"""What takes a second factor is refused without, before any view, and nothing typed is lost."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.urls import reverse

from config.confirming import PASSWORD as FIELD
from patients.models import Clinic, Consultation, Plan
from tests import factories_patients as make
from tests.config.signing_samples import hidden, page_of, signature
from tests.signing_in import PASSWORD, code, signed_in, signed_in_with_app, with_app, with_password

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


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


def test_without_a_second_factor_nothing_is_signed_and_the_page_says_what_to_do(by: User, ready: Consultation) -> None:
    client = signed_in(by)

    answer = client.post(page_of(ready), {**signature(ready), FIELD: PASSWORD})

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Set up a second factor" in page
    assert reverse("mfa_index") in page
    assert not Plan.objects.exists()


def test_what_was_sent_without_one_is_on_the_page_to_be_sent_again(by: User, ready: Consultation) -> None:
    typed = signature(ready)

    page = signed_in(by).post(page_of(ready), {**typed, FIELD: PASSWORD}).content.decode()

    expected = {**typed, "more": "Seen &amp; &quot;agreed&quot;\nwith her"}
    assert hidden(page) == expected
    assert PASSWORD not in page


def test_htmx_shows_it_in_place_of_the_page(by: User, ready: Consultation) -> None:
    answer = signed_in(by).post(page_of(ready), signature(ready), headers=HTMX)

    assert (answer.status_code, answer["HX-Retarget"], answer["HX-Reselect"]) == (422, "#main", "#main")
    assert "Set up a second factor" in answer.content.decode()


def test_with_one_and_the_password_the_plan_is_signed(by: User, ready: Consultation) -> None:
    secret = with_app(by)
    client = signed_in_with_app(by, secret)

    answer = client.post(page_of(ready), {**signature(ready), FIELD: PASSWORD})

    assert answer.status_code == 302
    assert Plan.objects.get().signed_by == by


@pytest.mark.django_db(transaction=True)
def test_whoever_sets_one_up_need_not_use_it_again_in_that_session_and_must_in_another(
    by: User, ready: Consultation
) -> None:
    elsewhere, client = signed_in(by), signed_in(by)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    set_up = client.get(reverse("mfa_activate_totp"))
    secret = set_up.context["form"].secret
    assert client.post(reverse("mfa_activate_totp"), {"code": code(secret)}).status_code == 302

    refused = elsewhere.post(page_of(ready), {**signature(ready), FIELD: PASSWORD})
    assert refused.status_code == 403
    assert "Use your second factor" in refused.content.decode()
    assert not Plan.objects.exists()
    assert client.post(page_of(ready), signature(ready)).status_code == 302


def test_a_session_from_before_uses_it_once(by: User, ready: Consultation) -> None:
    client, secret = signed_in(by), with_app(by)
    assert client.post(page_of(ready), signature(ready)).status_code == 403

    client.post(reverse("mfa_reauthenticate"), {"code": code(secret)})

    assert client.post(page_of(ready), signature(ready)).status_code == 302


def test_one_that_was_given_up_is_none(by: User, ready: Consultation) -> None:
    client = signed_in_with_app(by, with_app(by))
    Authenticator.objects.all().delete()

    assert client.post(page_of(ready), signature(ready)).status_code == 403


def test_recovery_codes_alone_are_none(by: User, ready: Consultation) -> None:
    client = signed_in_with_app(by, with_app(by))
    Authenticator.objects.update(type=Authenticator.Type.RECOVERY_CODES)

    assert client.post(page_of(ready), signature(ready)).status_code == 403


def in_a_demonstration() -> tuple[User, Consultation]:
    by = with_password(make.physician(make.clinic("Demonstration", is_demo=True), "shown"))
    return by, make.answered(make.patient(by), by)


def test_in_a_demonstration_nobody_needs_one() -> None:
    by, ready = in_a_demonstration()

    answer = signed_in(by).post(page_of(ready), {**signature(ready), FIELD: PASSWORD})

    assert answer.status_code == 302


def test_beside_one_clinic_that_is_none_everybody_does() -> None:
    by, ready = in_a_demonstration()
    make.clinic()

    assert signed_in(by).post(page_of(ready), {**signature(ready), FIELD: PASSWORD}).status_code == 403


def test_an_installation_may_do_without(ready: Consultation, by: User, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = False

    assert signed_in(by).post(page_of(ready), {**signature(ready), FIELD: PASSWORD}).status_code == 302


def test_looking_takes_none(by: User, ready: Consultation) -> None:
    assert signed_in(by).get(page_of(ready)).status_code == 200


def test_the_role_is_asked_for_first(at: Clinic, ready: Consultation) -> None:
    answer = signed_in(with_password(make.nurse(at))).post(page_of(ready), signature(ready))

    assert "Only physicians of a clinic may do this." in answer.content.decode()
