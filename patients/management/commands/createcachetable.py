"""Django's own, as the owner of the tables."""

from django.core.management.commands import createcachetable

from patients.management.owner import AsOwner


class Command(AsOwner, createcachetable.Command):
    pass
