"""Results that came in a file: what was understood of each, and what became of it. Nothing is written before a person agrees."""

import uuid

from django.conf import settings
from django.db import models

from guidelines.models.columns import never_emptied, tracked
from guidelines.models.job import Job, JobState, says_why
from patients.models.clinic import Clinic
from patients.models.in_clinic import clinic_of_another_row, in_the_clinic_of, stays_in_its_clinic
from patients.models.laboratory import ClinicRowQuerySet, Laboratory
from patients.models.observation import Observation, ResultSource
from patients.models.patient import Patient


@tracked
class ResultImport(Job):
    """One file. PREVIEW: understood, shown, nothing written; it waits for somebody to agree or to discard it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="result_imports")
    laboratory = models.ForeignKey(
        Laboratory, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False
    )
    source = models.CharField(max_length=10, choices=ResultSource.choices)
    file_name = models.CharField(max_length=200, blank=True)
    file_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=JobState.choices, default=JobState.PREVIEW)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ClinicRowQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at"]
        constraints = [says_why("a_failed_import_says_why")]
        triggers = [stays_in_its_clinic]
        indexes = [models.Index(fields=["clinic", "-uploaded_at"], name="imports_by_clinic")]

    def __str__(self) -> str:
        return self.file_name or self.get_source_display()


class RowState(models.TextChoices):
    READY = "ready", "Will be written"
    KNOWN = "known", "Is on record already"
    REFUSED = "refused", "Refused"
    WRITTEN = "written", "Written"


class ResultImportRow(models.Model):
    """One result of a file. `answer` is as in a facts file; `told` is what the file said, for the person who reads it."""

    run = models.ForeignKey(
        ResultImport, on_delete=models.PROTECT, related_name="rows", db_index=False, db_constraint=False
    )
    clinic = clinic_of_another_row()
    position = models.PositiveIntegerField()
    place = models.CharField(max_length=80)  # line or entry of the file
    told = models.JSONField(default=dict)
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False
    )
    fact_key = models.CharField(max_length=80, blank=True)
    answer = models.JSONField(default=dict, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    corrects_external = models.BooleanField(default=False)  # the file says it corrects what has this identifier
    converted = models.CharField(max_length=200, blank=True)  # what was turned into what, in words
    state = models.CharField(max_length=10, choices=RowState.choices)
    why = models.TextField(max_length=1000, blank=True)  # refused because
    observation = models.ForeignKey(
        Observation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False
    )

    class Meta:
        ordering = ["run", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="one_row_per_position_of_an_import"),
            models.CheckConstraint(
                condition=~models.Q(state=RowState.REFUSED) | ~models.Q(why=""), name="a_refused_row_says_why"
            ),
        ]
        triggers = [never_emptied, in_the_clinic_of("run", "patients_resultimport")]

    def __str__(self) -> str:
        return f"{self.place}: {self.state}"
