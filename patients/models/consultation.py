"""One run through a guideline for one patient, saved as it goes. Once signed or discarded it is never changed."""

import uuid
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models

from guidelines.models import Guideline, Version
from guidelines.models.columns import refuse, tracked
from patients.models.change import shown_of_a_patient
from patients.models.in_clinic import clinic_of_another_row, in_the_clinic_of
from patients.models.patient import Patient, PatientRowQuerySet, never_deleted


class ConsultationState(models.TextChoices):
    OPEN = "open", "Open"
    SIGNED = "signed", "Signed"
    DISCARDED = "discarded", "Discarded"


class ConsultationQuerySet(PatientRowQuerySet["Consultation"]):
    def open(self) -> Self:
        return self.filter(state=ConsultationState.OPEN)


@shown_of_a_patient(is_listed=False)
@tracked
class Consultation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consultations", db_constraint=False)
    clinic = clinic_of_another_row()
    guideline = models.ForeignKey(Guideline, on_delete=models.PROTECT, related_name="consultations")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="consultations")
    as_of = models.DateField()  # the day it decides for
    current_step = models.CharField(max_length=80, blank=True)  # none: not yet on the pathway
    step_started_on = models.DateField(null=True, blank=True)
    # By fact, as in a facts file: {"value", "unit", "taken_on", "upper_limit"} or {"status": "not_known"}.
    answers = models.JSONField(default=dict, blank=True)
    choices = models.JSONField(default=dict, blank=True)
    furthest_step = models.CharField(max_length=40, blank=True)  # of the wizard
    state = models.CharField(max_length=20, choices=ConsultationState.choices, default=ConsultationState.OPEN)
    started_at = models.DateTimeField(auto_now_add=True)
    # The number of the newest result there was then. None for those begun before results had one.
    results_upto = models.BigIntegerField(null=True, blank=True, editable=False)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Rises with every change; whoever writes names the one that was read.
    lock_version = models.PositiveIntegerField(default=1)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "guideline"],
                condition=models.Q(state=ConsultationState.OPEN),
                name="one_open_consultation_per_patient_and_guideline",
            ),
            models.CheckConstraint(
                condition=models.Q(state=ConsultationState.OPEN, closed_at__isnull=True, closed_by__isnull=True)
                | models.Q(
                    state__in=[ConsultationState.SIGNED, ConsultationState.DISCARDED],
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                ),
                name="a_closed_consultation_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=models.Q(step_started_on__isnull=True)
                | (~models.Q(current_step="") & models.Q(step_started_on__lte=models.F("as_of"))),
                name="a_step_began_before_it_is_decided_about",
            ),
        ]
        triggers = [
            never_deleted("consultations_are_not_deleted"),
            in_the_clinic_of("patient"),
            pgtrigger.Trigger(
                name="a_closed_consultation_is_a_record",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__df=ConsultationState.OPEN),
                func=refuse("a_closed_consultation_is_a_record: start a new one"),
            ),
        ]

    def __str__(self) -> str:
        return f"consultation of {self.as_of}"

    @property
    def is_open(self) -> bool:
        return self.state == ConsultationState.OPEN
