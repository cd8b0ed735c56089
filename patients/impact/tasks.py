"""What the queue's workers do: compare plans with new content, and take up what a worker that died has left."""

from django.db import OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import JobContext

from guidelines.actions.impact import COMPARE_PLANS
from patients import actions

TRIES, PAUSE = 20, 15  # the database was away, or the worker was asked to end


@app.task(
    name=COMPARE_PLANS,
    pass_context=True,
    retry=RetryStrategy(max_attempts=TRIES, wait=PAUSE, retry_exceptions=[OperationalError, JobAborted]),
)
def compare_plans(context: JobContext, run: int) -> None:
    if not actions.compare_plans(run, should_stop=context.should_abort):
        raise JobAborted


@app.periodic(cron="* * * * *")
@app.task(name="take_up_again", queueing_lock="take_up_again", pass_context=True)
async def take_up_again(context: JobContext, timestamp: int) -> None:
    """Jobs whose worker gives no sign of life any more go back into the queue."""
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs():
        await jobs.retry_job(job)
