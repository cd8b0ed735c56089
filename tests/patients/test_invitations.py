"""Invitations: what comes of one, who may make one, and how it is mailed."""

import re
import smtplib
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from guidelines.workflow import ADMINISTRATORS, EDITORS, PHARMACIST, REVIEWERS
from patients import actions
from patients.actions import Refused
from patients.models import Clinic, Invitation, Membership
from tests import factories_patients as make
from tests.factories_guidelines import administrator, person
from tests.patients.joining_samples import LINK, NEW_PERSON, as_new, invitation, link, sent

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


# --- made and accepted -------------------------------------------------------------------------------------------------


def test_from_the_form_to_a_nurse_who_signs_in(client: Client, clinic: Clinic, ada: User) -> None:
    client.force_login(ada)
    made = sent(client, reverse("clinic_invite", args=[clinic.pk]), roles=["nurse", "administrator"])
    [token] = set(LINK.findall(made.content.decode()))
    stranger = Client()

    page = stranger.get(link(UUID(token))).content.decode()
    answer = stranger.post(link(UUID(token)), NEW_PERSON)

    assert "ada invites you" in page and "nurse and administrator of Elbow Clinic" in page
    assert answer.headers["Location"] == reverse("account_login")
    nora = User.objects.get(username="nora")
    assert set(nora.memberships.values_list("role", "given_by")) == {("nurse", ada.pk), ("administrator", ada.pk)}
    assert nora.get_full_name() == "Nora Nagel"
    entered = stranger.post(reverse("account_login"), {"login": "nora", "password": NEW_PERSON["password1"]})
    assert entered.headers["Location"] == reverse("home")
    assert stranger.get(reverse("patient_list")).status_code == 200


def test_the_link_is_kept_nowhere_and_shown_once(client: Client, clinic: Clinic, ada: User) -> None:
    client.force_login(ada)
    made = sent(client, reverse("clinic_invite", args=[clinic.pk]), roles=["nurse"])
    [token] = set(LINK.findall(made.content.decode()))

    row = Invitation.objects.values().get()
    assert token not in str(row)
    assert row["token_hash"] == actions.joining.hash_of(UUID(token))
    assert not LINK.findall(client.get(reverse("people_list")).content.decode())
    assert "Nora Nagel" in client.get(reverse("people_list")).content.decode()


def test_the_form_sent_twice_makes_one(client: Client, clinic: Clinic, ada: User) -> None:
    client.force_login(ada)
    address = reverse("clinic_invite", args=[clinic.pk])
    [token] = re.findall(r'name="token" value="([^"]+)"', client.get(address).content.decode())
    typed = {"name": "Nora Nagel", "roles": ["nurse"], "token": token}

    first, second = (client.post(address, typed).content.decode() for _ in "ab")

    assert LINK.findall(first) == LINK.findall(second)
    assert Invitation.objects.count() == 1
    assert client.post(address, {**typed, "token": "made-up"}).status_code == 422


def test_somebody_with_an_account_gets_the_roles_beside_those_there_are(clinic: Clinic, ada: User) -> None:
    nell = make.nurse(clinic, "nell")
    token, _ = invitation(clinic, ada, "physician", "nurse")
    client = Client()
    client.force_login(nell)

    assert "Signed in as nell" in client.get(link(token)).content.decode()
    answer = client.post(link(token), follow=True)

    assert "You are now physician and nurse of Elbow Clinic" in answer.content.decode()
    assert sorted(nell.memberships.values_list("role", flat=True)) == ["nurse", "physician"]


def test_a_stranger_with_an_account_is_led_to_the_sign_in_and_back(clinic: Clinic, ada: User) -> None:
    nell = make.nurse(clinic, "nell")
    nell.set_password("seven green kettles")
    nell.save()
    token, _ = invitation(clinic, ada, "physician")
    client = Client()
    page = client.get(link(token)).content.decode()
    [to] = re.findall(r'href="(/accounts/login/[^"]+)"', page)[-1:]

    back = client.post(to, {"login": "nell", "password": "seven green kettles"})

    assert back.headers["Location"] == link(token)


def test_an_invitation_to_work_on_guidelines_gives_groups_with_a_history() -> None:
    ada = administrator()
    token, _ = invitation(None, ada, REVIEWERS, PHARMACIST, EDITORS)

    nora = as_new(token)

    assert set(nora.groups.values_list("name", flat=True)) == {REVIEWERS, PHARMACIST, EDITORS}
    rows = apps.get_model("patients", "HeldRoleEvent").objects.filter(user=nora).select_related("pgh_context")
    assert [(row.pgh_label, row.pgh_context.metadata["action"]) for row in rows] == [
        ("insert", "accept_invitation")
    ] * 3


def test_the_first_administrator_comes_by_the_console_and_can_invite_others() -> None:
    told = StringIO()
    call_command("invite_administrator", "Nora Nagel", "nora@example.org", stdout=told)
    [token] = LINK.findall(told.getvalue())

    nora = as_new(UUID(token))

    assert nora.email == "nora@example.org"
    assert list(nora.groups.values_list("name", flat=True)) == [ADMINISTRATORS]
    assert invitation(None, nora, EDITORS)[1].made_by == nora
    with pytest.raises(CommandError, match="valid email"):
        call_command("invite_administrator", "Nora Nagel", "nowhere")


# --- who may -----------------------------------------------------------------------------------------------------------


def test_who_may_invite_to_what(clinic: Clinic, ada: User) -> None:
    installed, other = administrator("ines"), make.clinic_administrator(make.clinic("Knee Clinic"))
    nell = make.nurse(clinic, "nell")
    tried: list[tuple[User, Clinic | None, list[str], bool]] = [
        (ada, clinic, ["physician", "administrator"], True),
        (other, clinic, ["nurse"], False),
        (nell, clinic, ["nurse"], False),
        (installed, clinic, ["administrator"], True),
        (installed, clinic, ["physician"], False),
        (installed, clinic, ["administrator", "nurse"], False),
        (installed, None, [EDITORS], True),
        (ada, None, [EDITORS], False),
        (person("edith", EDITORS), None, [EDITORS], False),
    ]
    for by, where, roles, is_allowed in tried:
        try:
            invitation(where, by, *roles)
        except Refused:
            assert not is_allowed, (by, where, roles)
        else:
            assert is_allowed, (by, where, roles)


def test_whoever_made_it_cannot_accept_it(clinic: Clinic, ada: User) -> None:
    token, _ = invitation(clinic, ada, "physician")
    client = Client()
    client.force_login(ada)

    answer = client.post(link(token))

    assert answer.status_code == 422 and "nobody gives themselves a role" in answer.content.decode()
    assert list(ada.memberships.values_list("role", flat=True)) == ["administrator"]


def test_a_suspension_is_not_ended_by_an_invitation(clinic: Clinic, ada: User) -> None:
    nell = make.nurse(clinic, "nell")
    actions.suspend_member(clinic=clinic, person=nell, because="Lost a badge.", by=ada)
    token, made = invitation(clinic, ada, "physician")

    with pytest.raises(Refused, match="You are suspended in Elbow Clinic"):
        actions.accept_invitation(token=token, by=nell)
    assert not Membership.objects.in_force().filter(user=nell).exists()
    made.refresh_from_db()
    assert made.used_at is None


# --- mail --------------------------------------------------------------------------------------------------------------


def test_the_mail_is_text_with_the_link_and_nothing_else(
    client: Client, clinic: Clinic, ada: User, settings: Any
) -> None:
    settings.HAS_MAIL = True
    client.force_login(ada)
    address = reverse("clinic_invite", args=[clinic.pk])

    made = sent(client, address, roles=["nurse"], email="nora@example.org", mail="1")

    [message] = mail.outbox
    assert message.to == ["nora@example.org"] and message.subject == "Invitation to Stepwise"
    assert LINK.findall(str(message.body)) == LINK.findall(made.content.decode())
    assert "nurse of Elbow Clinic" in str(message.body) and not getattr(message, "alternatives", [])
    assert "on its way to nora@example.org" in made.content.decode()
    sent(client, address, roles=["nurse"], email="nora@example.org")
    assert len(mail.outbox) == 1


def test_without_a_mail_server_nothing_is_sent_and_when_it_fails_the_link_is_there(
    client: Client, clinic: Clinic, ada: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(ada)
    address = reverse("clinic_invite", args=[clinic.pk])
    sent(client, address, roles=["nurse"], email="nora@example.org", mail="1")
    assert mail.outbox == []
    settings.HAS_MAIL = True

    def refuse(self: Any, messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected("no")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    made = sent(client, address, roles=["nurse"], email="nora@example.org", mail="1")

    assert made.status_code == 200 and LINK.findall(made.content.decode())
    assert "could not be sent" in made.content.decode()


def test_an_administrator_takes_an_invitation_back(client: Client, clinic: Clinic, ada: User) -> None:
    token, made = invitation(clinic, ada)
    client.force_login(ada)

    answer = client.post(reverse("invitation_revoke", args=[made.pk]), follow=True)

    assert "leads nowhere" in answer.content.decode()
    made.refresh_from_db()
    assert made.revoked_by == ada
    assert Client().get(link(token)).status_code == 404
