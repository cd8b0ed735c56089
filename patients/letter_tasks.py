"""What the queue's workers do about reminder letters."""

from uuid import UUID

from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext

from patients import actions
from patients.actions.letters import MAKE_LETTERS
from patients.jobs import RETRY, work
from patients.models import LetterRun


@app.task(name=MAKE_LETTERS, pass_context=True, retry=RETRY)
def make_letters(context: JobContext, run: str) -> None:
    work(context, LetterRun, UUID(run), actions.make_letters)
