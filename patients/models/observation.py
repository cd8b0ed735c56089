"""What was observed about a patient, as it was typed. Rows are never changed: a correction is a new row."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.expressions import RawSQL

from guidelines.models.columns import append_only, tracked_without
from patients.models.change import shown_of_a_patient
from patients.models.in_clinic import clinic_of_another_row, in_the_clinic_of
from patients.models.patient import Patient, PatientRowQuerySet


class ResultSource(models.TextChoices):
    CONSULTATION = "visit", "Consultation"
    FORM = "form", "Typed in"
    TABLE = "table", "Pasted table"
    CSV = "csv", "CSV file"
    FHIR = "fhir", "FHIR bundle"


class ObservationQuerySet(PatientRowQuerySet["Observation"]):
    def effective(self) -> Self:
        """As they stand: without those that were corrected, and without those that were another patient's."""
        return self.filter(corrected_by__isnull=True, not_this_patients=False)

    def latest_of_each(self) -> Self:
        """Of each patient and fact the newest effective one."""
        newest_first = ["patient_id", "fact_key", "-taken_on", "-number"]
        return self.effective().order_by(*newest_first).distinct("patient_id", "fact_key")


@shown_of_a_patient(is_listed=True)
@tracked_without("number")
class Observation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="observations", db_constraint=False)
    clinic = clinic_of_another_row()
    fact_key = models.CharField(max_length=80)
    # A text, true or false, or a list of keys, as in a facts file; numbers are texts, in `unit`.
    value_typed = models.JSONField()
    unit = models.CharField(max_length=40, blank=True)
    upper_limit_typed = models.CharField(max_length=20, blank=True)  # the laboratory's, in the same unit
    taken_on = models.DateField()
    laboratory = models.ForeignKey(
        "patients.Laboratory",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    source = models.CharField(max_length=10, choices=ResultSource.choices, default=ResultSource.CONSULTATION)
    external_id = models.CharField(max_length=200, blank=True)  # the sender's own, by which a correction is known
    recorded_at = models.DateTimeField(auto_now_add=True)
    # Higher for whatever was recorded later. `recorded_at` is for people: a clock may have been set back since.
    number = models.BigIntegerField(db_default=RawSQL("nextval('patients_observation_number')", []), editable=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by", db_constraint=False
    )
    # A correction that says: this was another patient's, forget it here.
    not_this_patients = models.BooleanField(default=False)

    objects = ObservationQuerySet.as_manager()

    class Meta:
        ordering = ["patient", "fact_key", "taken_on", "number"]
        indexes = [
            models.Index(fields=["patient", "fact_key", "-taken_on"], name="observations_by_fact"),
            models.Index(
                fields=["patient", "external_id"], name="observations_by_sender", condition=~models.Q(external_id="")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(not_this_patients=False) | models.Q(corrects__isnull=False),
                name="only_a_correction_can_disown_a_result",
            ),
            models.CheckConstraint(
                condition=~models.Q(corrects=models.F("id")), name="an_observation_does_not_correct_itself"
            ),
        ]
        triggers = [append_only("observations_are_records"), in_the_clinic_of("patient")]

    def __str__(self) -> str:
        return f"{self.fact_key} of {self.taken_on}"
