"""Clinics and who works in them. Only physicians and nurses of a clinic reach its patients; administrators do not."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone

from guidelines.models.columns import refuse, tracked
from patients.models.in_clinic import stays_in_its_clinic

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class Role(models.TextChoices):
    """What a person does in a clinic."""

    PHYSICIAN = "physician", "Physician"
    NURSE = "nurse", "Nurse"
    ADMINISTRATOR = "administrator", "Administrator"


CLINICAL_ROLES = (Role.PHYSICIAN, Role.NURSE)


class Paper(models.TextChoices):
    A4 = "A4", "A4"
    LETTER = "Letter", "Letter"


def check_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ValueError, OSError):
        raise ValidationError(f"{name} is not a time zone. Write one such as Europe/Berlin.") from None


class ClinicQuerySet(models.QuerySet["Clinic"]):
    def clinical_for(self, user: "User | AnonymousUser", *roles: Role) -> Self:
        """The clinics whose patients this person looks after, in one of these roles (any clinical one)."""
        return self.filter(pk__in=clinics_of(user, *roles))


def clinics_of(user: "User | AnonymousUser", *roles: Role) -> "models.QuerySet[Membership, Any]":
    """Their keys, to be asked for inside another query."""
    if not user.is_active:
        return Membership.objects.none().values("clinic")
    return (
        Membership.objects.in_force()
        .filter(user_id=user.pk, role__in=roles or CLINICAL_ROLES)
        .order_by()
        .values("clinic")
    )


@tracked
class Clinic(models.Model):
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=60)
    after_hours_phone = models.CharField(max_length=60)
    emergency_number = models.CharField(max_length=30)
    poison_line = models.CharField(max_length=60)
    fever_limit = models.CharField(max_length=60)  # as it is printed, in the units people here use
    paper = models.CharField(max_length=10, choices=Paper.choices, default=Paper.A4)
    time_zone = models.CharField(max_length=60, default="UTC", validators=[check_time_zone])
    is_demo = models.BooleanField(default=False)
    # Under which address a FHIR file names the numbers of this clinic's patients; without it any identifier counts.
    patient_number_system = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001

    objects = ClinicQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        triggers = [
            pgtrigger.Trigger(
                name="a_demonstration_clinic_stays_one",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("is_demo"),
                condition=pgtrigger.Q(old__is_demo__df=pgtrigger.F("new__is_demo")),
                func=refuse("a_demonstration_clinic_stays_one: make another clinic for real patients"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """In which every moment of the clinic is told: here, and in templates by `|timezone:clinic.zone`."""
        return ZoneInfo(self.time_zone)

    def today(self) -> date:
        """The day it is at the clinic."""
        return timezone.localdate(timezone=self.zone)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self) -> Self:
        """Those that let somebody in; whether the person is suspended everywhere is asked of the person."""
        return self.filter(suspended_at__isnull=True)

    def administrators(self) -> Self:
        """Who can let others into a clinic today."""
        return self.in_force().filter(role=Role.ADMINISTRATOR, user__is_active=True)


@tracked
class Membership(models.Model):
    """A person's role in a clinic. Somebody with two roles has two rows, which are suspended together.

    Whoever leaves has no row any more; the history keeps it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    given_at = models.DateTimeField(auto_now_add=True, null=True)  # empty only in history that is older than the column
    # Nobody only for what was given at the console.
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    suspended_because = models.TextField(  # noqa: DJ001  # empty is NULL: what is chained changes by no other new column
        max_length=500, null=True, blank=True, validators=[MaxLengthValidator(500)]
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["clinic", "role", "user"]
        constraints = [
            models.UniqueConstraint(fields=["user", "clinic", "role"], name="a_person_has_a_role_in_a_clinic_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="memberships_have_a_known_role"),
            models.CheckConstraint(
                condition=models.Q(suspended_at__isnull=True, suspended_by__isnull=True, suspended_because__isnull=True)
                | (
                    models.Q(suspended_at__isnull=False, suspended_by__isnull=False, suspended_because__isnull=False)
                    & ~models.Q(suspended_because="")
                ),
                name="a_suspended_membership_says_when_by_whom_and_why",
            ),
        ]
        triggers = [stays_in_its_clinic]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
