"""Reminder letters, many at once: asked for, made by workers part by part, and their tests set aside once they are sent.

What a letter says is fixed when it is asked for. A part is made in one transaction: a worker that dies leaves it free.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import UUID

import pghistory
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Mod
from django.utils import timezone

from guidelines.actions import queue_job, start_over
from patients import permissions
from patients.actions.following import LONGEST_AFTER_LETTER
from patients.actions.people import record_accesses
from patients.actions.refusals import Refused, allow
from patients.letter_texts import letter_texts
from patients.models import Aside, Clinic, JobState, Letter, LetterRun, MonitoringTask
from patients.outputs.letter import LetterText, letters_pdf

MAKE_LETTERS = "make_letters"  # the task, whoever does it
PART = 50  # letters in one document: what a worker holds in memory, and loses when it dies
MOST = 900  # tests; a form has room for no more


@transaction.atomic
def start_letters(*, key: UUID, clinic: Clinic, tasks: Iterable[UUID], by: User) -> LetterRun:
    """A letter to each patient of these tests, about those that are still open. The same key again: the run there is."""
    allow(permissions.why_not_write_letters(by, clinic))
    wanted = list(dict.fromkeys(tasks))
    if len(wanted) > MOST:
        raise Refused(f"Choose at most {MOST} tests at a time.")
    with pghistory.context(action="start_letters", user=by.pk):
        run, is_new = LetterRun.objects.get_or_create(
            pk=key, defaults={"clinic": clinic, "written_on": clinic.today(), "asked_by": by}
        )
        if not is_new:
            if (run.clinic_id, run.asked_by_id) != (clinic.pk, by.pk):
                raise Refused("This form has made other letters already. Choose the tests again.")
            return run
        found = MonitoringTask.objects.open().filter(pk__in=wanted, clinic=clinic)
        letters = letter_texts(clinic, found, run.written_on)
        if not letters:
            raise Refused("Nothing is left to remind of: these tests are done or no longer asked for.")
        Letter.objects.bulk_create(
            Letter(run=run, position=position, patient=patient, told=text.as_json())
            for position, (patient, text) in enumerate(letters)
        )
    record_accesses(patients=[patient.pk for patient, _ in letters], by=by, what="letter_run_start")
    queue_job(MAKE_LETTERS, run=str(run.pk))
    return run


@transaction.atomic
def restart_letters(*, run: LetterRun, by: User) -> LetterRun:
    """Letters whose making failed or came to a halt are made on; a job more than needed finds nothing to do."""
    current = LetterRun.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=run.pk)
    allow(permissions.why_not_write_letters(by, current.clinic))
    if current.state == JobState.FAILED:
        with pghistory.context(action="restart_letters", user=by.pk):
            start_over(current)
    if current.is_unfinished:
        queue_job(MAKE_LETTERS, run=str(current.pk))
    return current


def make_letters(run_id: UUID, *, should_stop: Callable[[], bool] = lambda: False) -> bool:
    """Works on the run until no part is left, or it is told to stop. Whether it came to an end."""
    while make_part(run_id):
        if should_stop():
            return False
    return True


@transaction.atomic
def make_part(run_id: UUID) -> bool:
    """The next part, as one document kept with its first letter. Whether there was one."""
    run = LetterRun.objects.select_for_update(of=("self",)).select_related("clinic").filter(pk=run_id).first()
    if run is None or not run.is_unfinished:
        return False
    first = parts_of(run).filter(document__isnull=True).first()
    if first is not None:
        told = run.letters.filter(position__range=(first.position, first.position + PART - 1)).order_by("position")
        texts = [LetterText.from_json(raw) for raw in told.values_list("told", flat=True)]
        first.document = letters_pdf(texts, paper=run.clinic.paper)
        first.save(update_fields=["document"])
    state = JobState.RUNNING if parts_of(run).filter(document__isnull=True).exists() else JobState.DONE
    if run.state != state:
        run.state = state
        with pghistory.context(action="make_letters"):
            run.save(update_fields=["state"])
    return state == JobState.RUNNING


def parts_of(run: LetterRun) -> QuerySet[Letter]:
    """The letters that hold the documents: the first of every part."""
    every = run.letters.annotate(turn=Mod("position", PART))
    return every.filter(turn=0).order_by("position")


@transaction.atomic
def letters_sent(*, run: LetterRun, by: User, days: int) -> int:
    """The patients are contacted: their tests, still to be done, are not shown for so many days. How many they are."""
    current = LetterRun.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=run.pk)
    allow(permissions.why_not_write_letters(by, current.clinic))
    longest = LONGEST_AFTER_LETTER.days
    if not 1 <= days <= longest:
        raise Refused(f"Choose 1 to {longest} days.")
    told = [key for raw in current.letters.values_list("told__tasks", flat=True) for key in raw]
    with pghistory.context(action="letters_sent", user=by.pk):
        return MonitoringTask.objects.open().filter(pk__in=told, clinic=current.clinic).update(
            aside_until_on=current.clinic.today() + timedelta(days=days), aside_why=Aside.CONTACTED,
            aside_note=f"Letter of {current.written_on:%-d %B %Y}", aside_at=timezone.now(), aside_by=by,
        )  # fmt: skip
