"""Signed plans: frozen with everything that led to them. A plan is replaced or ended, never changed.

A drug that is taken once a week has no other frequency here: the database refuses it, whoever writes.
"""

import uuid
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models

from guidelines.engine.values import plain
from guidelines.models import Guideline, Version
from guidelines.models.columns import append_only, refuse, tracked
from patients.models.change import shown_of_a_patient
from patients.models.consultation import Consultation
from patients.models.in_clinic import clinic_of_another_row, in_the_clinic_of
from patients.models.patient import Patient, PatientRowQuerySet, never_deleted


class PlanState(models.TextChoices):
    ACTIVE = "active", "Active"
    REPLACED = "replaced", "Replaced"
    ENDED = "ended", "Ended"


class PlanQuerySet(PatientRowQuerySet["Plan"]):
    def active(self) -> Self:
        return self.filter(state=PlanState.ACTIVE)


@shown_of_a_patient(is_listed=True)
@tracked
class Plan(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consultation = models.OneToOneField(
        Consultation, on_delete=models.PROTECT, related_name="plan", db_constraint=False
    )
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="plans", db_constraint=False)
    clinic = clinic_of_another_row()
    guideline = models.ForeignKey(Guideline, on_delete=models.PROTECT, related_name="plans")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="plans")
    content_hash = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signed_plans")
    signed_on = models.DateField()  # the day at the clinic
    idempotency_key = models.UUIDField(unique=True)
    # What it was decided from and what was decided: {"engine", "facts", "decision", "choices", "begun", "changed", "done"};
    # without "engine", it was its first revision; without the last three, no dates were worked out from a drug's first day,
    # from the day its dose was changed, and from when tests were done.
    frozen = models.JSONField()
    care_plan = models.JSONField()  # what every print and screen says
    review_on = models.DateField(null=True, blank=True)  # the next visit, as `care_plan` says, to be counted by
    step = models.CharField(max_length=80, blank=True)
    started_on = models.DateField(null=True, blank=True)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by", db_constraint=False
    )
    state = models.CharField(max_length=20, choices=PlanState.choices, default=PlanState.ACTIVE)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_because = models.TextField(max_length=2000, blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["patient", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "number"], name="one_plan_per_number_of_a_patient"),
            models.UniqueConstraint(
                fields=["patient", "guideline"],
                condition=models.Q(state=PlanState.ACTIVE),
                name="one_active_plan_per_patient_and_guideline",
            ),
            models.CheckConstraint(
                condition=models.Q(state=PlanState.ENDED, ended_at__isnull=False, ended_by__isnull=False)
                | models.Q(
                    state__in=[PlanState.ACTIVE, PlanState.REPLACED], ended_at__isnull=True, ended_by__isnull=True
                ),
                name="an_ended_plan_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=models.Q(content_hash__regex=r"^[0-9a-f]{64}$"), name="a_plan_names_the_content_it_follows"
            ),
        ]
        triggers = [
            never_deleted("plans_are_not_deleted"),
            in_the_clinic_of("patient"),
            pgtrigger.Trigger(
                name="a_signed_plan_is_a_record",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=["state", "ended_at", "ended_by", "ended_because"]),
                func=refuse("a_signed_plan_is_a_record: sign a new plan, which replaces it"),
            ),
            pgtrigger.Trigger(
                name="a_plan_is_replaced_or_ended_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__df=PlanState.ACTIVE),
                func=refuse("a_plan_is_replaced_or_ended_once: sign a new plan"),
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.number}"

    @property
    def short_hash(self) -> str:
        return self.content_hash[:12]


class MedicationChange(models.TextChoices):
    START = "start", "Start"
    CONTINUE = "continue", "Continue"
    RAISE = "raise", "Raise"
    REDUCE = "reduce", "Reduce"
    HOLD = "hold", "Pause"
    TAPER = "taper", "Lower step by step"
    STOP = "stop", "Stop"


NOT_GIVEN = (MedicationChange.HOLD, MedicationChange.STOP)


class FrequencyType(models.TextChoices):
    WEEKLY = "weekly", "Once a week"
    DAILY = "daily", "Every day"
    NONE = "none", "Not given, or as until now"


class Per(models.TextChoices):
    DOSE = "dose", "Dose"
    DAY = "day", "Day"
    WEEK = "week", "Week"


class Weekday(models.IntegerChoices):
    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


def q(**conditions: Any) -> models.Q:
    return models.Q(**conditions)


# A check that comes out unknown passes, so each of these says that its columns are there before it compares them.
# No drug at all is given, or its dose goes on as it was without being named.
NO_DOSE = q(
    frequency_type=FrequencyType.NONE, amount__isnull=True, unit="", per="", weekday__isnull=True, times__isnull=True
)
HAS_AMOUNT = q(amount__isnull=False, amount__gt=0) & ~q(unit="")
ONCE_A_WEEK = HAS_AMOUNT & q(
    frequency_type=FrequencyType.WEEKLY, per=Per.WEEK, weekday__isnull=False, times__isnull=True
)
EVERY_DAY = HAS_AMOUNT & q(
    frequency_type=FrequencyType.DAILY, per__in=Per.values, weekday__isnull=True, times__isnull=False, times__gte=1
)


@tracked
class PlannedMedication(models.Model):
    """One drug of a plan. `weekly_only` must be what the guideline's drug says: a foreign key holds it."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="medications", db_constraint=False)
    clinic = clinic_of_another_row()
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    drug_key = models.CharField(max_length=80)
    regimen_key = models.CharField(max_length=80, blank=True)
    change = models.CharField(max_length=20, choices=MedicationChange.choices)
    amount = models.DecimalField(max_digits=15, decimal_places=6, null=True, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    per = models.CharField(max_length=10, choices=Per.choices, blank=True)
    frequency_type = models.CharField(max_length=10, choices=FrequencyType.choices)
    weekday = models.SmallIntegerField(choices=Weekday.choices, null=True, blank=True)
    times = models.PositiveSmallIntegerField(null=True, blank=True)  # a day
    weekly_only = models.BooleanField()
    products = models.JSONField(default=list, blank=True)  # {"product", "count", "per"}

    class Meta:
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "drug_key"], name="a_drug_stands_once_on_a_plan"),
            models.CheckConstraint(
                condition=q(weekly_only=False) | ONCE_A_WEEK | (q(change__in=NOT_GIVEN) & NO_DOSE),
                name="weekly_only_drugs_are_planned_once_a_week",
            ),
            models.CheckConstraint(
                condition=q(weekday__isnull=True) | q(weekday__range=(0, 6)),
                name="a_weekday_is_monday_to_sunday",
            ),
            models.CheckConstraint(
                # Weekly-only drugs have the narrower rule above.
                condition=q(weekly_only=True) | NO_DOSE | ONCE_A_WEEK | EVERY_DAY,
                name="a_dose_has_an_amount_and_a_frequency",
            ),
            models.CheckConstraint(
                condition=q(change__in=NOT_GIVEN) & NO_DOSE
                | q(change=MedicationChange.CONTINUE)
                | q(change__in=["start", "raise", "reduce", "taper"], amount__isnull=False),
                name="a_change_of_dose_names_the_dose",
            ),
        ]
        triggers = [
            in_the_clinic_of("plan"),
            # After, so that a frequency the drug does not have is refused under its own name.
            pgtrigger.Trigger(
                name="planned_medications_are_records",
                when=pgtrigger.After,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=refuse("planned_medications_are_records: sign a new plan, which replaces it"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.change} {self.drug_key}"

    @property
    def is_given(self) -> bool:
        return self.change not in NOT_GIVEN

    @property
    def amount_text(self) -> str:
        """The amount as it is written for people: no trailing zero."""
        return "" if self.amount is None else plain(self.amount)


@tracked
class Override(models.Model):
    """A rule a physician went against, with the coded reason and the words given for it."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="overrides", db_constraint=False)
    clinic = clinic_of_another_row()
    rule_key = models.CharField(max_length=80)
    reason_key = models.CharField(max_length=80)
    text = models.TextField(max_length=2000)
    overridden_at = models.DateTimeField()
    overridden_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["plan", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "rule_key"], name="a_rule_is_overridden_once_in_a_plan"),
            models.CheckConstraint(
                condition=~q(reason_key="") & ~q(text=""), name="an_override_has_a_reason_and_a_text"
            ),
        ]
        triggers = [append_only("overrides_are_records"), in_the_clinic_of("plan")]

    def __str__(self) -> str:
        return f"override of {self.rule_key}"
