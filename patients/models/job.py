"""How far work is that outlives a request."""

from django.db import models


class JobState(models.TextChoices):
    PREVIEW = "preview", "To be looked at"
    WAITING = "waiting", "Waiting for a worker"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    DISCARDED = "discarded", "Discarded"
