"""Django's own, as the owner of the tables."""

from django.core.management.commands import migrate

from patients.management.owner import AsOwner


class Command(AsOwner, migrate.Command):
    pass
