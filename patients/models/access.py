"""Who looked at which patient, and who changed what. Records in themselves, so they have no history beside them."""

from typing import TYPE_CHECKING, Self
from uuid import UUID

import pghistory.models
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from guidelines.models.columns import append_only, never_emptied, refuse
from patients.models.clinic import Clinic, clinics_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class AccessEventQuerySet(models.QuerySet["AccessEvent"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The only way a view may reach these rows."""
        return self.filter(clinic__in=clinics_of(user))

    def of(self, patient: UUID) -> Self:
        """The looks at one patient, alone or in a list."""
        return self.filter(patients__contains=[patient])


class AccessEvent(models.Model):
    """One look at one or many patients of a clinic. Whoever writes it reads clinic and patients from the patients' rows, so
    keys are not checked again: looks are by far the most rows that are written."""

    # The indexes below begin with clinic and user.
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    patients = ArrayField(models.UUIDField())
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(auto_now_add=True)
    what = models.CharField(max_length=80)  # the name of the page or the document

    objects = AccessEventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["clinic", "-at"], name="access_by_clinic"),
            models.Index(fields=["user", "-at"], name="access_by_person"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(what=""), name="an_access_says_to_what"),
            models.CheckConstraint(condition=~models.Q(patients=[]), name="an_access_says_to_whom"),
        ]
        triggers = [append_only("accesses_are_records"), never_emptied]

    def __str__(self) -> str:
        return f"{self.what} at {self.at}"


# The library writes into the row of the request that is running, and into no other.
authors_are_records = pgtrigger.Trigger(
    name="authors_are_records",
    when=pgtrigger.Before,
    operation=pgtrigger.Update | pgtrigger.Delete,
    func=f"""
        IF TG_OP = 'UPDATE' AND NEW.id = OLD.id AND NEW.created_at = OLD.created_at
            AND OLD.id::TEXT = CURRENT_SETTING('pghistory.context_id', true) THEN
            RETURN NEW;
        END IF;
        {refuse("authors_are_records: who made a change is a record; it is not changed")}
    """,
)


class ChangeAuthor(pghistory.models.Context):
    """Who made a change, on which page and by which action: the context that rows of history lead to, with its locks."""

    class Meta:
        proxy = True
        triggers = [authors_are_records, never_emptied]

    def __str__(self) -> str:
        return f"changes since {self.created_at}"
