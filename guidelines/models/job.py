"""Work that outlives a request: how far it is, and why it failed, for both apps."""

from django.db import models


class JobState(models.TextChoices):
    PREVIEW = "preview", "To be looked at"
    WAITING = "waiting", "Waiting for a worker"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"  # called off while it was under way
    DISCARDED = "discarded", "Discarded"  # looked at, and never begun


UNFINISHED = (JobState.WAITING, JobState.RUNNING)


def says_why(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=~models.Q(state=JobState.FAILED) | ~models.Q(failure=""), name=name)


class Job(models.Model):
    """What each kind of it has. A failed one keeps what is done and can be started again."""

    state = models.CharField(max_length=20, choices=JobState.choices, default=JobState.WAITING)
    failure = models.TextField(max_length=600, blank=True)  # a sentence for whoever waits for it

    class Meta:
        abstract = True

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED
