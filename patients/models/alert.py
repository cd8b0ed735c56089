"""What a result asks for: a rule of the plan's version that is met, cannot be checked, or no longer holds a drug.

A row is raised when results change, and closed by a person or by a newer result. When it is due is worked out on read.
"""

import hashlib
import json
import uuid

from django.conf import settings
from django.db import models

from guidelines.models.columns import tracked
from patients.models.change import shown_of_a_patient
from patients.models.in_clinic import clinic_of_another_row, in_the_clinic_of
from patients.models.open_work import SET_ASIDE_OR_NOT, OpenWork, OpenWorkQuerySet
from patients.models.patient import Patient, never_deleted
from patients.models.plan import Plan


class AlertKind(models.TextChoices):
    ABNORMAL = "abnormal", "Abnormal"
    NOT_EVALUABLE = "not_evaluable", "Cannot be checked"
    MAY_RESUME = "may_resume", "May start again"


class AlertOutcome(models.TextChoices):
    ACTED = "acted", "Acted on"
    NO_CHANGE = "no_change", "No change needed, with a reason"
    CLEARED = "cleared", "No longer so, by a newer result"
    SUPERSEDED = "superseded", "The plan was replaced or ended"


class ResultAlertQuerySet(OpenWorkQuerySet["ResultAlert"]):
    """Those that are open are found by clinic and day."""


@shown_of_a_patient(is_listed=True)
@tracked
class ResultAlert(OpenWork):
    """One rule of one plan, with the action it asks for, in the words of the version that was read."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="result_alerts", db_constraint=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="result_alerts", db_constraint=False)
    clinic = clinic_of_another_row()
    kind = models.CharField(max_length=20, choices=AlertKind.choices)
    rule_key = models.CharField(max_length=80, blank=True)  # none: results that contradict each other
    drug_key = models.CharField(max_length=80, blank=True)
    severity = models.CharField(max_length=10)  # stop, caution, note: what it counts as
    action = models.CharField(max_length=10)  # repeat, hold, reduce, stop, refer, inform
    message = models.TextField(max_length=1000)
    action_text = models.TextField(max_length=1000)
    who = models.CharField(max_length=500, blank=True)
    resume = models.TextField(max_length=1000, blank=True)
    needs = models.JSONField(default=list, blank=True)  # the facts that would settle it
    # The results it was raised by: {"fact", "value", "unit", "upper_limit", "taken_on"}; the same again raise nothing.
    results = models.JSONField(default=list)
    raised_on = models.DateField()
    act_by_on = models.DateField(null=True, blank=True)  # as the rule says; without it at the next visit
    outcome = models.CharField(max_length=20, choices=AlertOutcome.choices, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_because = models.TextField(max_length=2000, blank=True)

    objects = ResultAlertQuerySet.as_manager()

    class Meta:
        ordering = ["raised_on", "pk"]
        indexes = [
            models.Index(
                fields=["clinic", "act_by_on"], name="open_alerts", condition=models.Q(closed_at__isnull=True)
            ),
            # Counted for every list and every page's bar without a look at the rows themselves.
            models.Index(
                fields=["clinic"],
                include=["kind", "action", "act_by_on", "aside_until_on"],
                name="open_alerts_by_kind",
                condition=models.Q(closed_at__isnull=True),
            ),
            models.Index(fields=["patient", "raised_on"], name="alerts_of_a_patient"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "rule_key", "kind"],
                condition=models.Q(closed_at__isnull=True),
                name="a_rule_of_a_plan_is_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, closed_by__isnull=True, outcome="")
                | (models.Q(closed_at__isnull=False, closed_by__isnull=False) & ~models.Q(outcome="")),
                name="a_closed_alert_says_when_by_whom_and_how",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome=AlertOutcome.NO_CHANGE) | ~models.Q(closed_because=""),
                name="no_change_is_for_a_reason",
            ),
            models.CheckConstraint(condition=SET_ASIDE_OR_NOT, name="an_alert_set_aside_says_when_by_whom_and_why"),
        ]
        triggers = [never_deleted("result_alerts_are_not_deleted"), in_the_clinic_of("patient")]

    def __str__(self) -> str:
        return f"{self.rule_key}: {self.get_kind_display()}"

    @property
    def digest(self) -> str:
        """Of the results it stands for: a form that decides about them says by it which it has shown."""
        return hashlib.sha256(json.dumps(self.results, sort_keys=True).encode()).hexdigest()

    @property
    def as_shown(self) -> str:
        """Which one it is, and by which results: for a form that shows several."""
        return f"{self.pk} {self.digest}"
