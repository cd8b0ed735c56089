"""How people come in, and how they are kept out: invitations, suspensions, and the roles of this installation.

The secret of an invitation is not kept, only its hash.
"""

from datetime import UTC, timedelta, tzinfo
from typing import TYPE_CHECKING, Self

import pghistory
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone

from config.clocks import latest
from guidelines.models.columns import append_only, never_emptied, tracked
from guidelines.workflow import ADMINISTRATORS, AT_WORK, PROFESSIONS
from patients.models.clinic import Clinic, Role, clinics_of
from patients.models.in_clinic import stays_in_its_clinic
from patients.models.patient import never_deleted

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

LASTS = timedelta(days=7)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> Self:
        """What may still be accepted, as far as the row alone can tell."""
        made_at = (timezone.now() - LASTS, latest())
        return self.filter(used_at__isnull=True, revoked_at__isnull=True, made_at__range=made_at)

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Of the clinics this person administers; for an administrator of the installation, its own and those by which
        a clinic gets an administrator."""
        found = models.Q(clinic__in=clinics_of(user, Role.ADMINISTRATOR))
        if user.is_active and user.groups.filter(name=ADMINISTRATORS).exists():
            found |= models.Q(clinic__isnull=True) | models.Q(roles=[Role.ADMINISTRATOR])
        return self.filter(found)


@tracked
class Invitation(models.Model):
    """Into a clinic, or, where `clinic` is empty, into the work on guidelines and the administration here."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations")
    roles = ArrayField(models.CharField(max_length=20))
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    # Nobody only at the console.
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    models.Q(clinic__isnull=False, roles__contained_by=list(Role.values))
                    | models.Q(clinic__isnull=True, roles__contained_by=[*AT_WORK, *PROFESSIONS])
                )
                & models.Q(roles__len__gt=0),
                name="an_invitation_is_to_roles_there_are",
            ),
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True, used_by__isnull=True)
                | models.Q(used_at__isnull=False, used_by__isnull=False),
                name="a_used_invitation_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="a_revoked_invitation_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True) | models.Q(revoked_at__isnull=True),
                name="an_invitation_is_used_or_revoked_and_not_both",
            ),
        ]
        triggers = [never_deleted("invitations_are_not_deleted"), stays_in_its_clinic]

    @property
    def zone(self) -> tzinfo:
        """In which its moments are told, with the name of the zone: whoever is invited may not know it."""
        return self.clinic.zone if self.clinic else UTC

    def __str__(self) -> str:
        return f"invitation of {self.name}"


@tracked
class Suspension(models.Model):
    """A person who may not sign in at all. While it lasts, the person is not active; that is what is asked everywhere."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="suspensions")
    because = models.TextField(max_length=500, validators=[MaxLengthValidator(500)])
    suspended_at = models.DateTimeField(auto_now_add=True)
    suspended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-suspended_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(ended_at__isnull=True),
                name="a_person_is_suspended_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
                name="a_suspension_that_ended_says_when_and_by_whom",
            ),
            models.CheckConstraint(condition=~models.Q(because=""), name="a_suspension_says_why"),
        ]
        triggers = [never_deleted("suspensions_are_not_deleted")]

    def __str__(self) -> str:
        return f"suspension of {self.person}"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.DeleteEvent(),
    obj_field=None,
    meta={"triggers": [append_only("history_is_a_record"), never_emptied]},
)
class HeldRole(User.groups.through):  # type: ignore[name-defined]  # the table is Django's, which names its class at run time
    """Who is editor, reviewer or administrator here: rows that Django writes, with a history of ours beside them."""

    class Meta:
        proxy = True
        triggers = [never_emptied]


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.DeleteEvent(),
    obj_field=None,
    exclude=["data", "last_used_at"],
    meta={"triggers": [append_only("history_is_a_record"), never_emptied]},
)
class SecondFactor(Authenticator):
    """What somebody signs in with besides the password: rows that allauth writes, with a history of ours that tells which
    kind came and went, and of its secret nothing."""

    class Meta:
        proxy = True
