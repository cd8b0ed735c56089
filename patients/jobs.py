"""How the queue's work ends: done, tried again while the database is away, or failed with a sentence that people read."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.db import OperationalError
from procrastinate import RetryStrategy
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import JobContext

from config.acting import NOBODY, acting_as, acting_as_system, acting_in_clinic
from guidelines.actions import fail_job
from guidelines.models import Job

TRIES, PAUSE = 20, 15  # the database was away, or the worker was asked to end
RETRY = RetryStrategy(max_attempts=TRIES, wait=PAUSE, retry_exceptions=[OperationalError, JobAborted])
AGAIN = "Start it again; if it fails once more, tell whoever looks after this installation."


def work(context: JobContext, kind: type[Job], key: Any, steps: Callable[..., bool]) -> None:
    """`steps` works on the run of this key until it is done or told to stop, and says whether it came to its end. Work for
    one clinic sees the rows of no other."""
    with acting_for(kind, key):
        done_or_failed(context, kind, key, steps)


def acting_for(kind: type[Job], key: Any) -> AbstractContextManager[None]:
    if "clinic" not in {field.name for field in kind._meta.fields}:
        return acting_as_system()
    runs: Any = kind
    with acting_as_system():
        clinic = runs.objects.filter(pk=key).values_list("clinic", flat=True).first()
    return acting_as(NOBODY) if clinic is None else acting_in_clinic(clinic)


def done_or_failed(context: JobContext, kind: type[Job], key: Any, steps: Callable[..., bool]) -> None:
    try:
        if not steps(key, should_stop=context.should_abort):
            raise JobAborted
    except (OperationalError, JobAborted):
        if context.job.attempts >= TRIES:
            fail_job(kind=kind, key=key, why=f"It was broken off {TRIES} times. {AGAIN}")
        raise
    except Exception as error:
        # The text of an error may hold what a patient's row says; its kind and the job's number do not.
        told = f"{type(error).__name__}, job {context.job.id}"
        fail_job(kind=kind, key=key, why=f"Something went wrong that nobody foresaw ({told}). {AGAIN}")
        raise
