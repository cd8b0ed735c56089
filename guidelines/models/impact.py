"""Impact runs: a version's content against the plans that are followed, counted. Which plans they are is not kept here."""

from django.conf import settings
from django.db import models

from guidelines.models.columns import tracked
from guidelines.models.version import Version


class RunState(models.TextChoices):
    WAITING = "waiting", "Waiting for a worker"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


@tracked
class ImpactRun(models.Model):
    """One comparison of one exact content with all active plans of the guideline. The counts are filled in at the end."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="impact_runs")
    content_hash = models.CharField(max_length=64)
    asked_at = models.DateTimeField(auto_now_add=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="impact_runs"
    )
    state = models.CharField(max_length=20, choices=RunState.choices, default=RunState.WAITING)
    total = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    proposal = models.PositiveIntegerField(default=0)
    dose = models.PositiveIntegerField(default=0)
    safety = models.PositiveIntegerField(default=0)
    monitoring = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(cancelled_at__isnull=True, cancelled_by__isnull=True)
                | models.Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                name="a_cancelled_run_says_when_and_by_whom",
            ),
        ]

    @property
    def changed(self) -> int:
        """Plans that something would change for, or that could not be decided."""
        return self.total - self.unchanged

    def __str__(self) -> str:
        return f"impact of {self.version}"
