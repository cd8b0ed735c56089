"""Work of the queue that fails otherwise than by the database: it ends, says so on its page, and is started again."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from guidelines import actions as guideline_actions
from guidelines.models import ImpactRun, JobState, Version
from patients import actions
from patients.letter_texts import letter_text
from patients.models import (
    ImpactChunk,
    Letter,
    LetterRun,
    MonitoringTask,
    Observation,
    Plan,
    ResultImport,
    ResultImportRow,
    RowState,
)
from tests import factories_guidelines as guidelines
from tests import factories_patients as make
from tests import impact_samples as sample
from tests.patients import imported_files, result_files
from tests.patients.test_impact_queue import work


def queued(test: Callable[..., None]) -> Callable[..., None]:
    """Done by a worker of the queue, which sees only what is committed."""
    return pytest.mark.django_db(transaction=True)(pytest.mark.usefixtures("empty_queue")(test))


@pytest.fixture
def by() -> User:
    return make.physician(make.clinic())


@pytest.fixture
def empty_queue() -> Iterator[None]:
    """A job that failed stays in the queue's tables, which no test's end empties."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_events")
        cursor.execute("DELETE FROM procrastinate_jobs")


def letters_that_fail(by: User) -> LetterRun:
    """One letter whose words cannot be read."""
    plan = make.signed(make.answered(make.patient(by), by), by)
    tasks = list(MonitoringTask.objects.open().filter(plan=plan).values_list("pk", flat=True))
    run = actions.start_letters(key=uuid4(), clinic=plan.patient.clinic, tasks=tasks, by=by)
    Letter.objects.filter(run=run).update(told={"of": "another shape"})
    return run


def import_that_fails(client: Client, by: User) -> ResultImport:
    """A result from where no result can come."""
    guidelines.published()
    make.patient(by, number="N-1")
    raw = result_files.csv_of(*result_files.many_lines(["N-1"], 1, make.days_ago(0)))
    run = imported_files.imported(client, raw)
    ResultImport.objects.update(source="dream")
    client.post(reverse("result_import_agree", args=[run.pk]))
    return run


def page(client: Client, name: str, run: Any) -> str:
    response = client.get(reverse(name, args=[run.pk]))
    assert response.status_code == 200
    return response.content.decode()


@queued
def test_letters_that_could_not_be_made_say_so_and_are_started_again(client: Client, by: User) -> None:
    client.force_login(by)
    run = letters_that_fail(by)
    told = Letter.objects.get(run=run)

    work()

    run.refresh_from_db()
    assert run.state == JobState.FAILED
    html = page(client, "letter_run_detail", run)
    assert "Not finished" in html and "Something went wrong that nobody foresaw (" in html and "Start it again" in html
    assert "Failed" in client.get(reverse("letter_run_list")).content.decode()
    assert "hx-trigger" not in html.split('id="letter-run"')[1].split("</section>")[0]  # nothing more will come

    told.told = text_of(told)
    told.save()
    client.post(reverse("letter_run_restart", args=[run.pk]))
    client.post(reverse("letter_run_restart", args=[run.pk]))  # sent twice, meant once
    work()

    run.refresh_from_db()
    assert (run.state, run.failure) == (JobState.DONE, "")
    assert "Ready to print" in page(client, "letter_run_detail", run)


def text_of(letter: Letter) -> Any:
    """What the letter said before it was broken."""
    tasks = MonitoringTask.objects.filter(patient=letter.patient).select_related("plan__version")
    return letter_text(letter.run.clinic, letter.patient, list(tasks), letter.run.written_on).as_json()


@pytest.mark.django_db
def test_only_whoever_may_write_letters_starts_them_again(client: Client, by: User) -> None:
    run = letters_that_fail(by)
    guideline_actions.fail_job(kind=LetterRun, key=run.pk, why="The printer is on fire.")
    client.force_login(make.physician(make.clinic("Knee Clinic")))

    assert client.post(reverse("letter_run_restart", args=[run.pk])).status_code == 404

    run.refresh_from_db()
    assert run.state == JobState.FAILED


@pytest.mark.django_db
def test_letters_whose_job_is_gone_can_be_made_on(client: Client, by: User) -> None:
    client.force_login(by)
    plan = make.signed(make.answered(make.patient(by), by), by)
    run = LetterRun.objects.create(clinic=plan.patient.clinic, written_on=make.days_ago(0), asked_by=by)

    assert "The work came to a halt." in page(client, "letter_run_detail", run)


@queued
def test_a_file_whose_results_could_not_be_written_says_so_and_is_written_on(client: Client, by: User) -> None:
    client.force_login(by)
    run = import_that_fails(client, by)

    work()

    told = client.get(reverse("worklist")).content.decode()
    assert "1 file of results is not whole on record" in told

    run.refresh_from_db()
    assert run.state == JobState.FAILED and not Observation.objects.filter(source="csv").exists()
    html = page(client, "result_import_detail", run)
    assert "Not finished" in html and "still to be written" in html and "Start it again" in html

    ResultImport.objects.update(source="csv")
    client.post(reverse("result_import_agree", args=[run.pk]))
    work()

    run.refresh_from_db()
    assert (run.state, run.failure) == (JobState.DONE, "")
    assert not ResultImportRow.objects.filter(run=run, state=RowState.READY).exists()
    assert Observation.objects.filter(source="csv").count() == run.rows.count()  # type: ignore[attr-defined]


@queued
def test_a_comparison_that_fails_stays_on_record_and_another_begins(client: Client, by: User) -> None:
    version = guidelines.published()
    sample.signed_plan(by, version)
    draft = guidelines.draft(sample.lower_cap())
    run = guideline_actions.begin_impact(version=draft, by=None)
    ImpactChunk.objects.create(run=run, position=0)  # as it cannot be: the chunks are laid out by whoever begins

    work()

    run.refresh_from_db()
    assert run.state == JobState.FAILED and "IntegrityError" in run.failure
    client.force_login(guidelines.editor())
    html = page(client, "impact_detail", run)
    assert "nobody foresaw" in html and "Compare with plans in use" in html

    again = guideline_actions.begin_impact(version=draft, by=None)
    work()

    again.refresh_from_db()
    run.refresh_from_db()
    assert (again.state, again.total, run.state) == (JobState.DONE, Plan.objects.active().count(), JobState.FAILED)


@pytest.mark.django_db
def test_what_was_called_off_does_not_fail(by: User) -> None:
    run = ImpactRun.objects.create(version=one_draft(), content_hash="0" * 64, state=JobState.CANCELLED)

    guideline_actions.fail_job(kind=ImpactRun, key=run.pk, why="Too late.")

    run.refresh_from_db()
    assert (run.state, run.failure) == (JobState.CANCELLED, "")


def one_draft() -> Version:
    return guidelines.draft()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [ImpactRun, LetterRun, ResultImport])
def test_nothing_fails_without_saying_why(by: User, kind: Any) -> None:
    told: dict[Any, dict[str, Any]] = {
        ImpactRun: {"version": one_draft(), "content_hash": "0" * 64},
        LetterRun: {"clinic": by.memberships.get().clinic, "written_on": make.days_ago(0), "asked_by": by},
        ResultImport: {"clinic": by.memberships.get().clinic, "source": "csv", "uploaded_by": by},
    }

    with pytest.raises(IntegrityError, match="why"), transaction.atomic():
        kind.objects.create(state=JobState.FAILED, **told[kind])
