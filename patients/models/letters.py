"""Reminder letters, one or many, made by a worker and kept as one document until somebody fetches it."""

import uuid

from django.conf import settings
from django.db import models

from guidelines.models.columns import never_emptied, tracked
from guidelines.models.job import Job, says_why
from patients.models.clinic import Clinic
from patients.models.in_clinic import clinic_of_another_row, in_the_clinic_of, stays_in_its_clinic
from patients.models.laboratory import ClinicRowQuerySet
from patients.models.patient import Patient


@tracked
class LetterRun(Job):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="letter_runs")
    written_on = models.DateField()  # the day the letters bear
    asked_at = models.DateTimeField(auto_now_add=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = ClinicRowQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [says_why("failed_letters_say_why")]
        triggers = [stays_in_its_clinic]

    def __str__(self) -> str:
        return f"letters of {self.written_on}"


class Letter(models.Model):
    """To one patient, about the tests that are due. `document` is kept with the first letter of
    each part of a run: the PDF of the whole part, once it is made."""

    run = models.ForeignKey(
        LetterRun, on_delete=models.PROTECT, related_name="letters", db_index=False, db_constraint=False
    )
    clinic = clinic_of_another_row()
    position = models.PositiveIntegerField()
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="letters", db_constraint=False)
    told = models.JSONField(default=dict)  # everything it says, so that it says the same whenever it is made
    document = models.BinaryField(null=True, blank=True)

    class Meta:
        ordering = ["run", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="one_letter_per_position_of_a_run"),
        ]
        triggers = [never_emptied, in_the_clinic_of("run", "patients_letterrun")]

    def __str__(self) -> str:
        return f"letter {self.position}"
