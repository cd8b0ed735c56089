"""Impact runs: a version's content against the plans that are followed, counted. Which plans they are is not kept here."""

from django.conf import settings
from django.db import models

from guidelines.models.columns import tracked
from guidelines.models.drug_knowledge import DrugKnowledge
from guidelines.models.job import Job, says_why
from guidelines.models.version import Version


@tracked
class ImpactRun(Job):
    """One comparison of one exact content with all active plans of the guideline. The counts are filled in at the end.

    With `knowledge` the content is that of the version with this state of a drug's knowledge taken over, and the plans
    are those of the version: what the drug's new state alone would change.
    """

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="impact_runs")
    knowledge = models.ForeignKey(
        DrugKnowledge, on_delete=models.PROTECT, null=True, blank=True, related_name="impact_runs"
    )
    content_hash = models.CharField(max_length=64)
    asked_at = models.DateTimeField(auto_now_add=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="impact_runs"
    )
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
            says_why("a_failed_comparison_says_why"),
        ]

    @property
    def changed(self) -> int:
        """Plans that something would change for, or that could not be decided."""
        return self.total - self.unchanged

    def __str__(self) -> str:
        return f"impact of {self.version}"
