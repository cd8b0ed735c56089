"""What commands that make tables have in common: they run as the owner of the tables, and let the application in."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections


class AsOwner(BaseCommand):
    def handle(self, *arguments: Any, **options: Any) -> None:
        connection: Any = connections[options["database"]]
        with connection.as_owner():
            super().handle(*arguments, **options)
            connection.let_the_application_in()
