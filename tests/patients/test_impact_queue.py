"""The queue itself: a worker finds what was asked for, and takes up what a dead one has left."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from guidelines import actions as guideline_actions
from guidelines.jobs import has_worker
from guidelines.models import ImpactRun, JobState
from patients.impact.tasks import take_up_again
from tests import factories_patients as make
from tests import impact_samples as sample
from tests.factories_guidelines import draft, published

pytestmark = pytest.mark.django_db(transaction=True)


def asked() -> ImpactRun:
    by, version = make.physician(make.clinic()), published()
    sample.signed_plan(by, version)
    return guideline_actions.begin_impact(version=draft(sample.lower_cap()), by=None)


def work() -> None:
    """A worker of our own until the queue is empty."""

    async def until_empty() -> None:
        worker_app: Any = app
        async with worker_app.open_async():
            await worker_app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    connector: Any = app.connector
    # In a thread of its own: a browser's tests leave a running loop in theirs.
    with app.replace_connector(connector.get_worker_connector()), ThreadPoolExecutor(1) as own_thread:
        own_thread.submit(lambda: asyncio.run(until_empty())).result()


def test_a_worker_does_what_was_asked_for_and_the_queue_keeps_nothing_of_it() -> None:
    run = asked()

    work()

    run.refresh_from_db()
    assert (run.state, run.total, run.dose) == (JobState.DONE, 1, 1)
    assert not ProcrastinateJob.objects.filter(task_name="compare_plans").exists()


def test_the_job_of_a_worker_that_died_is_taken_up_again() -> None:
    run = asked()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        [dead] = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE status = 'todo'", [dead])
    assert not has_worker()

    take_up_again.defer(timestamp=0)
    work()
    work()

    run.refresh_from_db()
    assert run.state == JobState.DONE
