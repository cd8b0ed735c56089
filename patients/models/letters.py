"""Reminder letters, one or many, made by a worker and kept as one document until somebody fetches it."""

import uuid

from django.conf import settings
from django.db import models

from guidelines.models.columns import never_emptied, tracked
from patients.models.clinic import Clinic
from patients.models.job import JobState
from patients.models.laboratory import ClinicRowQuerySet
from patients.models.patient import Patient


@tracked
class LetterRun(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="letter_runs")
    written_on = models.DateField()  # the day the letters bear
    state = models.CharField(max_length=20, choices=JobState.choices, default=JobState.WAITING)
    asked_at = models.DateTimeField(auto_now_add=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = ClinicRowQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return f"letters of {self.written_on}"


class Letter(models.Model):
    """To one patient, about the tests that are due. `document` is kept with the first letter of
    each part of a run: the PDF of the whole part, once it is made."""

    run = models.ForeignKey(LetterRun, on_delete=models.PROTECT, related_name="letters", db_index=False)
    position = models.PositiveIntegerField()
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="letters")
    told = models.JSONField(default=dict)  # everything it says, so that it says the same whenever it is made
    document = models.BinaryField(null=True, blank=True)

    class Meta:
        ordering = ["run", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="one_letter_per_position_of_a_run"),
        ]
        triggers = [never_emptied]

    def __str__(self) -> str:
        return f"letter {self.position}"
