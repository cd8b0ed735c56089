"""What somebody wants the next person to know about a patient. Never changed; a later note may say otherwise."""

from django.conf import settings
from django.db import models

from guidelines.models.columns import append_only, tracked
from patients.models.patient import Patient, PatientRowQuerySet


@tracked
class PatientNote(models.Model):
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField(max_length=4000)
    noted_on = models.DateField()  # the day at the clinic
    noted_at = models.DateTimeField(auto_now_add=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = PatientRowQuerySet["PatientNote"].as_manager()

    class Meta:
        ordering = ["-noted_at"]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="a_note_says_something")]
        triggers = [append_only("notes_are_records")]

    def __str__(self) -> str:
        return f"note of {self.noted_on}"
