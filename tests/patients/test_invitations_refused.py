"""Invitations that let nobody in: what was typed is wrong, or the link has ended, was used or never was, and tells nothing."""

import re
import threading
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from patients import actions
from patients.actions import Refused
from patients.models import Clinic, Invitation, Membership, Role
from tests import factories_patients as make
from tests.patients.joining_samples import NEW_PERSON, as_new, invitation, link

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_limit_from_before() -> None:
    cache.clear()


@pytest.fixture
def clinic() -> Clinic:
    return make.clinic()


@pytest.fixture
def ada(clinic: Clinic) -> User:
    return make.clinic_administrator(clinic, "ada")


def without_token(response: Any) -> tuple[int, str]:
    return response.status_code, re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", response.content.decode())


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        pytest.param({"password1": "short", "password2": "short"}, "too short", id="short"),
        pytest.param(
            {"password1": "1q2w3e4r5t6y7u8i9o0p", "password2": "1q2w3e4r5t6y7u8i9o0p"}, "too common", id="common"
        ),
        pytest.param({"password2": "another one here"}, "match", id="not the same twice"),
        pytest.param({"username": "ADA"}, "already exists", id="a name that is taken, in other letters"),
        pytest.param({"username": "n\u200bora"}, "valid username", id="a name that looks like another"),
        pytest.param({"last_name": ""}, "required", id="no name"),
    ],
)
def test_a_new_person_is_told_what_to_correct_and_nothing_typed_is_lost(
    client: Client, clinic: Clinic, ada: User, typed: dict[str, str], sentence: str
) -> None:
    token, made = invitation(clinic, ada)

    answer = client.post(link(token), {**NEW_PERSON, **typed})

    assert answer.status_code == 422
    assert sentence in answer.content.decode() and 'value="Nora"' in answer.content.decode()
    made.refresh_from_db()
    assert made.used_at is None and User.objects.count() == 1


def test_an_account_with_the_address_there_is_already_is_not_made_twice(
    client: Client, clinic: Clinic, ada: User
) -> None:
    User.objects.filter(pk=ada.pk).update(email="Nora@example.org")
    token, _ = invitation(clinic, ada, email="nora@example.org")

    answer = client.post(link(token), NEW_PERSON)

    assert answer.status_code == 422 and "There is an account with the address" in answer.content.decode()
    assert User.objects.count() == 1


def ended(clinic: Clinic, ada: User) -> dict[str, UUID]:
    """A link for each reason why one leads nowhere."""
    found = {name: invitation(clinic, ada) for name in ("used", "revoked", "too old", "its maker gone", "suspended")}
    as_new(found["used"][0])
    actions.revoke_invitation(invitation=found["revoked"][1], by=ada)
    Invitation.objects.filter(pk=found["too old"][1].pk).update(made_at=timezone.now() - timedelta(days=7, seconds=1))
    arno, agnes = (make.clinic_administrator(clinic, name) for name in ("arno", "agnes"))
    gone, _ = invitation(clinic, arno)
    out, _ = invitation(clinic, agnes)
    actions.remove_member(clinic=clinic, person=arno, by=ada)
    actions.suspend_member(clinic=clinic, person=agnes, because="Lost a badge.", by=ada)
    inactive = make.clinic_administrator(clinic, "ines")
    closed, _ = invitation(clinic, inactive)
    User.objects.filter(pk=inactive.pk).update(is_active=False)
    return {
        **{name: found[name][0] for name in ("used", "revoked", "too old")},
        "its maker gone": gone, "its maker suspended here": out, "its maker suspended everywhere": closed,
        "never made": uuid4(),
    }  # fmt: skip


def test_a_link_that_ended_and_one_that_never_was_are_one_page_to_the_byte(
    client: Client, clinic: Clinic, ada: User
) -> None:
    links = ended(clinic, ada)
    before = User.objects.count()
    answers = {}
    for name, token in links.items():
        answers[name] = {without_token(client.get(link(token))), without_token(client.post(link(token), NEW_PERSON))}

    assert len(set.union(*answers.values())) == 1, {name: len(found) for name, found in answers.items()}
    [(status, page)] = answers["never made"]
    assert status == 404 and clinic.name not in page and "Nora" not in page
    assert User.objects.count() == before


def test_a_link_is_good_to_the_last_moment_of_its_week(client: Client, clinic: Clinic, ada: User) -> None:
    token, made = invitation(clinic, ada)
    Invitation.objects.filter(pk=made.pk).update(made_at=timezone.now() - timedelta(days=7) + timedelta(minutes=1))

    assert client.get(link(token)).status_code == 200


def test_an_invitation_that_was_used_is_not_taken_back(clinic: Clinic, ada: User) -> None:
    token, made = invitation(clinic, ada)
    as_new(token)

    with pytest.raises(Refused, match="has used this invitation"):
        actions.revoke_invitation(invitation=made, by=ada)


def test_links_are_tried_so_often_and_no_more(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"open_invitation": "3/h/ip"}

    assert [client.get(link(uuid4())).status_code for _ in range(5)] == [404, 404, 404, 429, 429]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_gets_in() -> None:
    clinic = make.clinic()
    token, _ = invitation(clinic, make.clinic_administrator(clinic, "ada"))
    together, said = threading.Barrier(2), []

    def accept(name: str) -> None:
        try:
            together.wait(20)
            as_new(token, username=name)
        except Refused as refusal:
            said.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=accept, args=(name,)) for name in ("nora", "nick")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert said == ["This invitation was used or taken back just now."]
    assert Membership.objects.filter(role=Role.NURSE).count() == 1
    assert User.objects.count() == 2
