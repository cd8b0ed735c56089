"""Who looked at which patient, and when. A record in itself, so it has no history beside it."""

from django.conf import settings
from django.db import models

from guidelines.models.columns import append_only, never_emptied
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
