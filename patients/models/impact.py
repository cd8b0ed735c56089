"""What new content of a guideline means for each plan, and what was done about it.

Outcomes are worked out by workers, a chunk of plans at a time; what people decide about a plan is on record for good.
"""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models

from guidelines.models import ImpactRun, Version
from guidelines.models.columns import append_only, never_emptied, tracked
from patients.models.change import shown_of_a_patient
from patients.models.clinic import clinics_of
from patients.models.in_clinic import clinic_of_another_row, in_the_clinic_of
from patients.models.plan import Plan

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

OF_THE_PLAN = "(SELECT patient_id FROM patients_plan WHERE id = ROW.plan_id)"
CHANGED = (
    models.Q(proposal=True) | models.Q(dose=True) | models.Q(safety=True) | models.Q(monitoring=True)
    | ~models.Q(failure="")
)  # fmt: skip


class ImpactChunk(models.Model):
    """A stretch of plans by their keys. Whoever holds its row compares it; a worker that dies lets go of it."""

    run = models.ForeignKey(ImpactRun, on_delete=models.PROTECT, related_name="chunks")
    position = models.PositiveIntegerField()
    # The stretches together hold every key there can be, so that a plan signed meanwhile lies in one of them.
    after = models.UUIDField(null=True, blank=True)
    upto = models.UUIDField(null=True, blank=True)
    is_done = models.BooleanField(default=False)

    class Meta:
        ordering = ["run", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="one_chunk_per_position_of_a_run"),
        ]

    def __str__(self) -> str:
        return f"chunk {self.position}"


class PlanRowQuerySet(models.QuerySet):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The only way a view may reach these rows."""
        return self.filter(plan__patient__clinic__in=clinics_of(user))


class ImpactOutcomeQuerySet(PlanRowQuerySet):
    def changed(self) -> Self:
        return self.filter(CHANGED)


@shown_of_a_patient(is_listed=True, whose=OF_THE_PLAN)
class ImpactOutcome(models.Model):
    """One plan under the content of a run: which parts of its decision differ, and how, in short."""

    run = models.ForeignKey(ImpactRun, on_delete=models.PROTECT, related_name="outcomes", db_index=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="impact_outcomes", db_constraint=False)
    clinic = clinic_of_another_row()
    proposal = models.BooleanField(default=False)
    dose = models.BooleanField(default=False)
    safety = models.BooleanField(default=False)
    monitoring = models.BooleanField(default=False)
    failure = models.TextField(max_length=600, blank=True)  # why it could not be worked out
    summary = models.JSONField(default=dict, blank=True)  # by part: what, before, after

    objects = ImpactOutcomeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "plan"], name="a_plan_is_compared_once_in_a_run"),
        ]
        triggers = [append_only("outcomes_are_records"), never_emptied, in_the_clinic_of("plan")]

    def __str__(self) -> str:
        return f"outcome for {self.plan_id}"


class Handled(models.TextChoices):
    KEPT = "kept", "Kept as it is"
    MOVED = "moved", "Moved to the new version"
    STOPPED = "stopped", "Stopped"


@shown_of_a_patient(is_listed=True, whose=OF_THE_PLAN)
@tracked
class PlanHandling(models.Model):
    """What was done about a plan because of a version: a newer one, or its own that was withdrawn."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="handlings", db_constraint=False)
    clinic = clinic_of_another_row()
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=20, choices=Handled.choices)
    reason = models.TextField(max_length=2000, blank=True)
    handled_at = models.DateTimeField(auto_now_add=True)
    handled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = PlanRowQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "version", "outcome"], name="a_plan_is_handled_once_in_each_way"),
            models.CheckConstraint(
                condition=models.Q(outcome=Handled.MOVED) | ~models.Q(reason=""),
                name="keeping_and_stopping_have_a_reason",
            ),
        ]
        triggers = [append_only("handlings_are_records"), in_the_clinic_of("plan")]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.plan_id}"
