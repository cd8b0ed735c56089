"""What a page says of work in the queue: whether anybody is there to do it, and whether it is still there to be done."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from config.clocks import latest

ALIVE = timedelta(seconds=40)  # workers give a sign of life every ten seconds


def has_worker() -> bool:
    """Whether anybody is there to do what is queued."""
    return ProcrastinateWorker.objects.filter(last_heartbeat__range=(timezone.now() - ALIVE, latest())).exists()


def is_queued(task: str, run: str) -> bool:
    """Whether a job is there to do it; none is where not even that it failed could be kept."""
    jobs = ProcrastinateJob.objects.filter(task_name=task, args__run=run)
    return jobs.filter(status__in=("todo", "doing")).exists()
