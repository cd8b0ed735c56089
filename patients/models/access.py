"""Who looked at which patient, and who changed what. Records in themselves, so they have no history beside them."""

import pghistory.models
import pgtrigger
from django.conf import settings
from django.db import models

from guidelines.models.columns import append_only, never_emptied, refuse
from patients.models.patient import Patient, PatientRowQuerySet


class AccessEvent(models.Model):
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="access_events")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    what = models.CharField(max_length=80)  # the name of the page or the document

    objects = PatientRowQuerySet["AccessEvent"].as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["patient", "-at"], name="access_by_patient")]
        constraints = [models.CheckConstraint(condition=~models.Q(what=""), name="an_access_says_to_what")]
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
