"""How work of the queue fails: with a sentence, kept where whoever waits for it looks."""

from typing import Any

import pghistory
from django.db import connection, transaction
from procrastinate.contrib.django import app

from config.clocks import APART
from guidelines.models import UNFINISHED, Job, JobState


@transaction.atomic
def fail_job(*, kind: type[Job], key: Any, why: str) -> None:
    """What was called off or done by another worker meanwhile, stays so."""
    jobs: Any = kind
    run = jobs.objects.select_for_update(of=("self",)).filter(pk=key, state__in=UNFINISHED).first()
    if run is None:
        return
    run.state, run.failure = JobState.FAILED, why
    with pghistory.context(action="fail_job"):
        run.save(update_fields=["state", "failure"])


@transaction.atomic
def forget_times_to_come() -> None:
    """For a clock that was set back: what a worker said then is taken for said now, so that one which has died is missed
    as any other; and what was to be tried again then, is tried now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE last_heartbeat > now() + make_interval(secs => %s)",
            [APART.total_seconds()],
        )
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo' AND scheduled_at > now() + make_interval(secs => %s)",
            [APART.total_seconds()],
        )


def queue_job(task: str, **told: Any) -> None:
    """Part of the transaction in which it is asked for: the job is there if what it works on is."""
    forget_times_to_come()
    app.configure_task(task).defer(**told)


def start_over(run: Job) -> None:
    """Part of starting again: what was done is kept, and workers take it up. Whoever calls this has locked the row."""
    run.state, run.failure = JobState.WAITING, ""
    run.save(update_fields=["state", "failure"])
