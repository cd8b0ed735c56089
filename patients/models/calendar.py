"""Private calendar feeds: whoever has the address may read it, until it is revoked. Only the hash of the address is kept."""

from typing import Self

from django.conf import settings
from django.db import models

from guidelines.models.columns import tracked
from patients.models.clinic import Clinic
from patients.models.laboratory import ClinicRowQuerySet
from patients.models.patient import Patient, never_deleted


class CalendarFeedQuerySet(ClinicRowQuerySet):
    def open(self) -> Self:
        return self.filter(revoked_at__isnull=True)


@tracked
class CalendarFeed(models.Model):
    """Of one patient, or of the whole clinic where `patient` is empty."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="calendar_feeds")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="calendar_feeds")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="a_revoked_feed_says_when_and_by_whom",
            ),
        ]
        triggers = [never_deleted("calendar_feeds_are_not_deleted")]

    def __str__(self) -> str:
        return f"calendar of {self.patient or self.clinic}"
