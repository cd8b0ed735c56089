"""Invitations as tests of people need them: the smallest form, and the link that a page has shown."""

import re
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from patients import actions
from patients.models import Clinic, Invitation, Role

NEW_PERSON = {
    "first_name": "Nora",
    "last_name": "Nagel",
    "username": "nora",
    "password1": "seven green kettles",
    "password2": "seven green kettles",
}
LINK = re.compile(r"/invitations/([0-9a-f-]{36})/")
TOKEN = re.compile(r'name="token" value="([^"]+)"')


def invitation(
    clinic: Clinic | None, by: User | None, *roles: str, name: str = "Nora Nagel", email: str = ""
) -> tuple[UUID, Invitation]:
    token = uuid4()
    made = actions.invite(clinic=clinic, roles=roles or [Role.NURSE], name=name, email=email, by=by, token=token)
    return token, made


def as_new(token: UUID, **otherwise: str) -> User:
    told = {"username": "nora", "password": "seven green kettles", "first_name": "Nora", "last_name": "Nagel"}
    return actions.accept_as_new_person(token=token, **{**told, **otherwise})[1]


def link(token: UUID) -> str:
    return reverse("invitation_accept", args=[token])


def form_token(client: Client, address: str) -> str:
    [found] = TOKEN.findall(client.get(address).content.decode())
    return found


def sent(client: Client, address: str, **typed: Any) -> Any:
    """The form of an invitation, with the mark its page put into it."""
    return client.post(address, {"name": "Nora Nagel", "token": form_token(client, address), **typed})
