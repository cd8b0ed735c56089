"""What the queue's workers do: compare plans with new content, and take up what a worker that died has left."""

from asgiref.sync import sync_to_async
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext

from guidelines.actions import forget_times_to_come
from guidelines.actions.impact import COMPARE_PLANS
from guidelines.models import ImpactRun
from patients import actions
from patients.jobs import RETRY, work


@app.task(name=COMPARE_PLANS, pass_context=True, retry=RETRY)
def compare_plans(context: JobContext, run: int) -> None:
    work(context, ImpactRun, run, actions.compare_plans)


@app.periodic(cron="* * * * *")
@app.task(name="take_up_again", queueing_lock="take_up_again", pass_context=True)
async def take_up_again(context: JobContext, timestamp: int) -> None:
    """Jobs whose worker gives no sign of life any more go back into the queue."""
    await sync_to_async(forget_times_to_come)()
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs():
        await jobs.retry_job(job)
