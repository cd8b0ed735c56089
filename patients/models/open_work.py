"""What waits for somebody in a clinic: it can be set aside until a day, and comes back by itself."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models

from patients.models.clinic import clinics_of
from patients.models.patient import PatientRowQuerySet, Row

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class Aside(models.TextChoices):
    CONTACTED = "contacted", "Patient contacted"
    REMIND = "remind", "Remind me"


SET_ASIDE_OR_NOT = models.Q(aside_until_on__isnull=True, aside_at__isnull=True, aside_by__isnull=True, aside_why="") | (
    models.Q(aside_until_on__isnull=False, aside_at__isnull=False, aside_by__isnull=False) & ~models.Q(aside_why="")
)


class OpenWorkQuerySet(PatientRowQuerySet[Row]):
    """Open until somebody closes it; the patient's clinic stands in the row itself."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The only way a view may reach these rows. The clinic is the patient's: a trigger holds it."""
        return self.filter(clinic__in=clinics_of(user))

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)


class OpenWork(models.Model):
    """Set aside: not shown before `aside_until_on`, and never closed by that. Earlier times are in the history, and told from there."""

    aside_until_on = models.DateField(null=True, blank=True)
    aside_why = models.CharField(max_length=20, choices=Aside.choices, blank=True)
    aside_note = models.TextField(max_length=2000, blank=True)
    aside_at = models.DateTimeField(null=True, blank=True)
    aside_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True
