"""What somebody wants the next person to know about a patient. Never changed; a later note may say otherwise."""

from django.conf import settings
from django.db import models

from guidelines.models.columns import append_only, tracked
from patients.models.change import shown_of_a_patient
from patients.models.in_clinic import clinic_of_another_row, in_the_clinic_of
from patients.models.patient import Patient, PatientRowQuerySet


@shown_of_a_patient(is_listed=False)
@tracked
class PatientNote(models.Model):
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="notes", db_constraint=False)
    clinic = clinic_of_another_row()
    text = models.TextField(max_length=4000)
    noted_on = models.DateField()  # the day at the clinic
    noted_at = models.DateTimeField(auto_now_add=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = PatientRowQuerySet["PatientNote"].as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="a_note_says_something")]
        triggers = [append_only("notes_are_records"), in_the_clinic_of("patient")]

    def __str__(self) -> str:
        return f"note of {self.noted_on}"
