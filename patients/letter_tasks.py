"""What the queue's workers do about reminder letters."""

from uuid import UUID

from django.db import OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import JobContext

from patients import actions
from patients.actions.letters import MAKE_LETTERS
from patients.impact.tasks import PAUSE, TRIES


@app.task(
    name=MAKE_LETTERS,
    pass_context=True,
    retry=RetryStrategy(max_attempts=TRIES, wait=PAUSE, retry_exceptions=[OperationalError, JobAborted]),
)
def make_letters(context: JobContext, run: str) -> None:
    if not actions.make_letters(UUID(run), should_stop=context.should_abort):
        raise JobAborted
