"""Clinics and who works in them. Only physicians and nurses of a clinic reach its patients; administrators do not."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from guidelines.models.columns import refuse, tracked

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
    return Membership.objects.filter(user_id=user.pk, role__in=roles or CLINICAL_ROLES).order_by().values("clinic")


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

    def today(self) -> date:
        """The day it is at the clinic."""
        return timezone.localdate(timezone=ZoneInfo(self.time_zone))


@tracked
class Membership(models.Model):
    """A person's role in a clinic. Somebody with two roles has two rows."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        ordering = ["clinic", "role", "user"]
        constraints = [
            models.UniqueConstraint(fields=["user", "clinic", "role"], name="a_person_has_a_role_in_a_clinic_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="memberships_have_a_known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
