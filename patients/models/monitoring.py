"""Tests a plan asks for, with the days between which they are in time. Overdue is computed when read, never stored."""

import uuid
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models

from guidelines.models.columns import tracked
from patients.models.change import shown_of_a_patient
from patients.models.in_clinic import clinic_of_another_row, in_the_clinic_of
from patients.models.open_work import SET_ASIDE_OR_NOT, OpenWork, OpenWorkQuerySet
from patients.models.patient import Patient, never_deleted
from patients.models.plan import Plan


class TaskOutcome(models.TextChoices):
    DONE = "done", "Done"
    REMOVED = "removed", "Removed, with a reason"
    SUPERSEDED = "superseded", "The plan was replaced or ended"


class MonitoringTaskQuerySet(OpenWorkQuerySet["MonitoringTask"]):
    """Those of a plan that is replaced or ended are closed with it."""

    def overdue(self, today: date) -> Self:
        return self.open().filter(overdue_after_on__lt=today)

    def due(self, today: date) -> Self:
        return self.open().filter(opens_on__lte=today, overdue_after_on__gte=today)


@shown_of_a_patient(is_listed=True)
@tracked
class MonitoringTask(OpenWork):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="monitoring_tasks", db_constraint=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="monitoring_tasks", db_constraint=False)
    clinic = clinic_of_another_row()
    position = models.PositiveIntegerField()
    item_key = models.CharField(max_length=80)
    test_keys = models.JSONField(default=list)
    phase = models.CharField(max_length=500)
    required = models.BooleanField()
    opens_on = models.DateField()
    overdue_after_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=TaskOutcome.choices, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_because = models.TextField(max_length=2000, blank=True)

    objects = MonitoringTaskQuerySet.as_manager()

    class Meta:
        ordering = ["opens_on", "overdue_after_on", "position"]
        indexes = [
            models.Index(fields=["patient", "opens_on"], name="tasks_by_day"),
            models.Index(
                fields=["clinic", "overdue_after_on"], name="open_tasks", condition=models.Q(closed_at__isnull=True)
            ),
            # What has opened or soon will: counted for the worklist without a look at the rows themselves.
            models.Index(
                fields=["clinic", "opens_on"],
                include=["overdue_after_on", "patient", "item_key", "aside_until_on"],
                name="open_tasks_by_opening",
                condition=models.Q(closed_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(overdue_after_on__gte=models.F("opens_on")), name="a_test_opens_before_it_is_overdue"
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, closed_by__isnull=True, outcome="", done_on__isnull=True)
                | (models.Q(closed_at__isnull=False, closed_by__isnull=False) & ~models.Q(outcome="")),
                name="a_closed_task_says_when_by_whom_and_how",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome=TaskOutcome.DONE) | models.Q(done_on__isnull=False),
                name="a_task_that_is_done_has_a_day",
            ),
            models.CheckConstraint(condition=SET_ASIDE_OR_NOT, name="a_task_set_aside_says_when_by_whom_and_why"),
        ]
        triggers = [
            never_deleted("monitoring_tasks_are_not_deleted"), in_the_clinic_of("patient"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.item_key} from {self.opens_on}"
