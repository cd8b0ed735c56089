"""What the queue's workers do with a file of results that somebody has agreed to."""

from uuid import UUID

from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext

from patients import actions
from patients.actions.importing import WRITE_IMPORT
from patients.jobs import RETRY, work
from patients.models import ResultImport


@app.task(name=WRITE_IMPORT, pass_context=True, retry=RETRY)
def write_import(context: JobContext, run: str) -> None:
    work(context, ResultImport, UUID(run), actions.write_import)
