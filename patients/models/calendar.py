"""Private calendar feeds: whoever has the address may read it, until it is revoked. One of a whole clinic ends with the right
of whoever made it, too. Only the hash of the address is kept."""

from typing import Self

from django.conf import settings
from django.db import models

from guidelines.models.columns import tracked
from patients.models.clinic import CLINICAL_ROLES, Clinic, Membership
from patients.models.in_clinic import stays_in_its_clinic
from patients.models.laboratory import ClinicRowQuerySet
from patients.models.patient import Patient, never_deleted


class CalendarFeedQuerySet(ClinicRowQuerySet):
    def with_right(self) -> Self:
        """`is_answered_for`: a patient's is the patient's, who is to be reminded whoever leaves; of a clinic's, whether
        whoever made it still looks after its patients, asked now."""
        members = Membership.objects.in_force().filter(
            user=models.OuterRef("made_by"), clinic=models.OuterRef("clinic"), role__in=CLINICAL_ROLES,
            user__is_active=True,
        )  # fmt: skip
        is_of_a_patient = models.Q(patient__isnull=False)
        return self.annotate(
            is_answered_for=models.ExpressionWrapper(
                is_of_a_patient | models.Exists(members.order_by()), output_field=models.BooleanField()
            )
        )

    def open(self) -> Self:
        return self.with_right().filter(revoked_at__isnull=True, is_answered_for=True)


@tracked
class CalendarFeed(models.Model):
    """Of one patient, or of the whole clinic where `patient` is empty."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="calendar_feeds")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="calendar_feeds", db_constraint=False
    )
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
        triggers = [never_deleted("calendar_feeds_are_not_deleted"), stays_in_its_clinic]

    def __str__(self) -> str:
        return f"calendar of {self.patient or self.clinic}"
