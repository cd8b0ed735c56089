"""What the queue's workers do with a file of results that somebody has agreed to."""

from uuid import UUID

from django.db import OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import JobContext

from patients import actions
from patients.actions.importing import WRITE_IMPORT
from patients.impact.tasks import PAUSE, TRIES


@app.task(
    name=WRITE_IMPORT,
    pass_context=True,
    retry=RetryStrategy(max_attempts=TRIES, wait=PAUSE, retry_exceptions=[OperationalError, JobAborted]),
)
def write_import(context: JobContext, run: str) -> None:
    if not actions.write_import(UUID(run), should_stop=context.should_abort):
        raise JobAborted
