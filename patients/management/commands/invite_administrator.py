"""Invites an administrator of the installation: the way in where nobody can invite yet."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from guidelines.workflow import ADMINISTRATORS
from patients.actions import ValuesRefused, invite
from patients.models.joining import LASTS


class Command(BaseCommand):
    help = (
        "Prints a link by which an administrator of this installation makes an account. It holds for a week, and once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="Whom it is for, in quotes.")
        parser.add_argument("email", nargs="?", default="", help="The address of the account, if there is one.")

    def handle(self, name: str, email: str, **options: Any) -> None:
        token = uuid4()
        try:
            invitation = invite(clinic=None, roles=[ADMINISTRATORS], name=name, email=email, by=None, token=token)
        except ValuesRefused as refusal:
            raise CommandError(str(refusal)) from None
        until = invitation.made_at + LASTS
        self.stdout.write(f"{settings.SITE_URL}{reverse('invitation_accept', args=[token])}")
        self.stdout.write(f"For {name}, once, until {until:%d %B %Y, %H:%M} UTC. It is not shown again.")
