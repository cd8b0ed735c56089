"""Lets somebody sign in again who has lost the second factor and the recovery codes."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from patients.actions import forget_second_factors


class Command(BaseCommand):
    help = "Forgets the second factors of a person, who then signs in by the password alone and sets up another one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="The user name. Make sure that it is this person who asks.")

    def handle(self, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"Nobody here has the user name {username}.")
        count = forget_second_factors(user=user)
        self.stdout.write(
            f"{username}: {count} forgotten, every session ended. Until another is set up, this person signs nothing."
        )
