"""Reminder letters, one and many: who gets one, made once by whatever worker lives, and only for one's own patients."""

import asyncio
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pypdf
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from guidelines.models import Version
from patients import actions
from patients.actions import letters as making
from patients.impact.tasks import take_up_again
from patients.letter_texts import to_remind_of
from patients.models import AccessEvent, Aside, JobState, Letter, LetterRun, MonitoringTask, Patient, Plan, TaskOutcome
from tests import factories_patients as make
from tests.factories_guidelines import published


@pytest.fixture
def plan(patient: Patient, by: User) -> Plan:
    return make.signed(make.answered(patient, by), by)


def task(plan: Plan, *, opens: int = -3, until: int = 3, **more: Any) -> MonitoringTask:
    today = plan.patient.clinic.today()
    told = {
        "position": 90, "item_key": "MON-EXTRA", "test_keys": ["itch_panel"], "phase": "Now", "required": True,
        "opens_on": today + timedelta(days=opens), "overdue_after_on": today + timedelta(days=until),
    }  # fmt: skip
    return MonitoringTask.objects.create(plan=plan, patient=plan.patient, clinic=plan.patient.clinic, **(told | more))


@pytest.mark.django_db
def test_reminded_of_are_required_tests_that_could_be_done_now(plan: Plan, by: User) -> None:
    clinic, today = plan.patient.clinic, plan.patient.clinic.today()
    due, late = task(plan), task(plan, opens=-9, until=-2)
    task(plan, opens=1)
    task(plan, required=False)
    aside = task(plan)
    actions.set_aside(work=aside, by=by, why=Aside.REMIND, until_on=today + timedelta(days=2))

    found = to_remind_of(clinic, today).filter(item_key="MON-EXTRA")
    later = to_remind_of(clinic, today + timedelta(days=2)).filter(item_key="MON-EXTRA")

    assert set(found) == {due, late}
    assert aside in later


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


@pytest.mark.django_db
def test_one_letter_is_made_at_once_and_on_record(client: Client, plan: Plan, by: User) -> None:
    task(plan)
    client.force_login(by)

    answer = client.get(reverse("patient_letter", args=[plan.patient_id]))

    assert answer["Content-Type"] == "application/pdf"
    assert "Blood test for itching" in pages(answer.content)[0]
    assert "calmine" not in pages(answer.content)[0].lower()
    assert AccessEvent.objects.filter(patient=plan.patient, user=by, what="patient_letter").count() == 1


@pytest.mark.django_db
def test_nothing_due_is_no_letter(client: Client, plan: Plan, by: User) -> None:
    client.force_login(by)
    for row in to_remind_of(plan.patient.clinic, plan.patient.clinic.today()):
        actions.close_task(task=row, by=by, outcome=TaskOutcome.REMOVED, because="Elsewhere.")

    answer = client.get(reverse("patient_letter", args=[plan.patient_id]))

    assert answer.status_code == 409
    assert "nothing to remind" in answer.content.decode()


# --- many -------------------------------------------------------------------------------------------------------------


def people(by: User, count: int) -> list[MonitoringTask]:
    version, found = Version.objects.current().first() or published(), []
    for n in range(count):
        patient = make.patient(by, given_names=f"Person{n:02}", number=f"P-{n:02}")
        found.append(task(make.plan_row(make.consultation(patient, by, version), by)))
    return found


def started(by: User, tasks: list[MonitoringTask], **more: Any) -> LetterRun:
    told = {"key": uuid4(), "clinic": tasks[0].clinic, "tasks": [row.pk for row in tasks], "by": by}
    return actions.start_letters(**(told | more))


def document(run: LetterRun) -> list[str]:
    return [page for letter in making.parts_of(run) for page in pages(bytes(letter.document or b""))]


@pytest.mark.django_db
def test_each_patient_gets_one_letter_in_the_order_of_names_and_each_is_on_record(by: User) -> None:
    tasks = people(by, 3)
    more = task(tasks[1].plan, item_key="MON-OTHER", test_keys=["skin_look"])

    run = started(by, [more, *reversed(tasks)])
    actions.make_letters(run.pk)

    run.refresh_from_db()
    found = document(run)
    assert run.state == JobState.DONE
    assert [f"Person{n:02}" in page for n, page in enumerate(found)] == [True] * 3
    assert ["A look at your skin" in page for page in found] == [False, True, False]
    assert AccessEvent.objects.filter(what="letter_run", user=by).values("patient").distinct().count() == 3


@pytest.mark.django_db
def test_the_same_key_makes_no_second_letters(by: User) -> None:
    tasks, key = people(by, 2), uuid4()

    first, again = started(by, tasks, key=key), started(by, tasks, key=key)

    assert first == again
    assert Letter.objects.count() == 2
    assert ProcrastinateJob.objects.filter(task_name="make_letters").count() == 1
    with pytest.raises(actions.Refused, match="other letters"):
        started(make.nurse(tasks[0].clinic), tasks, key=key)


@pytest.mark.django_db
def test_what_was_done_meanwhile_is_not_reminded_of(by: User) -> None:
    tasks = people(by, 2)
    actions.close_task(task=tasks[0], by=by, outcome=TaskOutcome.REMOVED, because="Elsewhere.")

    run = started(by, tasks)

    assert [letter.patient_id for letter in run.letters.all()] == [tasks[1].patient_id]
    actions.close_task(task=tasks[1], by=by, outcome=TaskOutcome.REMOVED, because="Elsewhere.")
    with pytest.raises(actions.Refused, match="Nothing is left"):
        started(by, tasks)
    assert LetterRun.objects.count() == 1


@pytest.mark.django_db
def test_a_letter_says_what_it_said_when_it_was_asked_for(by: User) -> None:
    tasks = people(by, 1)
    run = started(by, tasks)

    actions.edit_patient(patient=tasks[0].patient, by=by, lock_version=1, given_names="Renamed")
    actions.make_letters(run.pk)

    assert "Person00" in document(run)[0]


@pytest.mark.django_db
def test_parts_are_made_one_by_one_and_a_part_that_is_made_is_not_made_again(
    by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "PART", 2)
    run = started(by, people(by, 5))

    is_more = making.make_part(run.pk)  # and then the worker dies

    run.refresh_from_db()
    [first, *_] = parts = list(making.parts_of(run))
    assert (is_more, run.state, [bool(part.document) for part in parts]) == (
        True,
        JobState.RUNNING,
        [True, False, False],
    )
    made = bytes(first.document or b"")
    assert actions.make_letters(run.pk)
    assert actions.make_letters(run.pk)  # a job too many
    first.refresh_from_db()
    assert bytes(first.document or b"") == made
    assert [page.count("Dear Person") for page in document(run)] == [1] * 5


@pytest.mark.django_db
def test_a_worker_that_is_told_to_stop_stops_between_parts(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "PART", 1)
    run = started(by, people(by, 3))

    assert not actions.make_letters(run.pk, should_stop=lambda: True)

    assert Letter.objects.filter(document__isnull=False).count() == 1


@pytest.mark.django_db
def test_letters_that_are_sent_set_their_tests_aside_and_leave_them_to_be_done(by: User) -> None:
    tasks = people(by, 2)
    run, today = started(by, tasks), tasks[0].clinic.today()

    count = actions.letters_sent(run=run, by=by, days=14)

    assert count == 2
    assert not to_remind_of(run.clinic, today).exists()
    assert to_remind_of(run.clinic, today + timedelta(days=14)).count() == 2
    rows = MonitoringTask.objects.open().values_list("aside_why", "aside_until_on", "aside_by")
    assert set(rows) == {(Aside.CONTACTED, today + timedelta(days=14), by.pk)}
    for days in (0, -1, 93):
        with pytest.raises(actions.Refused, match="1 to 92"):
            actions.letters_sent(run=run, by=by, days=days)


@pytest.mark.django_db
def test_only_the_clinics_physicians_and_nurses_write(by: User) -> None:
    tasks = people(by, 1)
    run = started(by, tasks)
    for stranger in (make.clinic_administrator(run.clinic), make.physician(make.clinic("Knee Clinic"))):
        with pytest.raises(actions.Refused, match="Only"):
            started(stranger, tasks)
        with pytest.raises(actions.Refused, match="Only"):
            actions.letters_sent(run=run, by=stranger, days=7)


# --- the pages --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_selection_is_looked_through_made_printed_and_set_aside(client: Client, by: User) -> None:
    tasks = people(by, 2)
    client.force_login(by)
    start = reverse("letter_run_start")

    shown = client.post(start, {"tasks": [str(row.pk) for row in tasks]})
    form = {"key": str(shown.context["key"]), "tasks": [str(key) for key in shown.context["tasks"]]}
    made, again = client.post(start, form), client.post(start, form)

    assert "2 letters to make" in shown.content.decode()
    run = LetterRun.objects.get()
    at = reverse("letter_run_detail", args=[run.pk])
    assert made["Location"] == again["Location"] == at
    assert "None is running" in client.get(at).content.decode()
    actions.make_letters(run.pk)
    paper = reverse("letter_run_pdf", args=[run.pk, 1])
    assert paper in client.get(at, headers={"HX-Request": "true"}).content.decode()
    assert len(pages(client.get(paper).content)) == 2
    assert AccessEvent.objects.filter(what="letter_run_pdf").count() == 2
    assert client.get(reverse("letter_run_pdf", args=[run.pk, 2])).status_code == 404
    assert client.get(reverse("letter_run_pdf", args=[run.pk, 0])).status_code == 404
    client.post(reverse("letter_run_sent", args=[run.pk]), {"days": "14"})
    assert MonitoringTask.objects.filter(aside_why=Aside.CONTACTED).count() == 2
    assert (
        "1 to 92 days"
        in client.post(reverse("letter_run_sent", args=[run.pk]), {"days": "x"}, follow=True).content.decode()
    )


@pytest.mark.django_db
def test_patients_can_be_chosen_and_everybody_with_an_overdue_test(client: Client, by: User) -> None:
    tasks = people(by, 2)
    late = task(tasks[0].plan, opens=-9, until=-1, item_key="MON-LATE")
    client.force_login(by)
    start = reverse("letter_run_start")

    by_patient = client.post(start, {"patients": [str(tasks[1].patient_id)]})
    overdue = client.post(start, {"overdue": str(late.clinic_id)})

    assert by_patient.context["tasks"] == [tasks[1].pk]
    assert overdue.context["tasks"] == [late.pk]
    assert "1 patient with an overdue test" in client.get(reverse("letter_run_list")).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("form", "status"),
    [({}, 422), ({"tasks": "x"}, 404), ({"tasks": str(uuid4())}, 422), ({"overdue": "1x"}, 404), ({"key": "x"}, 404), ({"patients": "x"}, 404)],
)  # fmt: skip
def test_a_selection_of_nothing_is_a_sentence(client: Client, by: User, form: dict[str, str], status: int) -> None:
    client.force_login(by)

    assert client.post(reverse("letter_run_start"), form).status_code == status


@pytest.mark.django_db
def test_another_clinic_sees_no_letters_and_writes_to_nobody_here(client: Client, by: User) -> None:
    tasks = people(by, 1)
    run = started(by, tasks)
    elsewhere = make.physician(make.clinic("Knee Clinic"))
    client.force_login(elsewhere)

    for page in (reverse("letter_run_detail", args=[run.pk]), reverse("letter_run_pdf", args=[run.pk, 1])):
        assert client.get(page).status_code == 404
    assert client.post(reverse("letter_run_sent", args=[run.pk]), {"days": "5"}).status_code == 404
    assert client.get(reverse("patient_letter", args=[tasks[0].patient_id])).status_code == 404
    for form in ({"tasks": tasks[0].pk}, {"patients": tasks[0].patient_id}, {"tasks": tasks[0].pk, "key": uuid4()}):
        assert client.post(reverse("letter_run_start"), form).status_code == 422
    assert client.post(reverse("letter_run_start"), {"overdue": run.clinic_id}).status_code == 404
    assert list(client.get(reverse("letter_run_list")).context["runs"]) == []


@pytest.mark.django_db
def test_tests_of_two_clinics_are_not_written_about_together(client: Client, by: User) -> None:
    here = people(by, 1)
    there = people(make.physician(make.clinic("Knee Clinic")), 1)
    actions.add_member(clinic=there[0].clinic, user=by, role="nurse")
    client.force_login(by)

    answer = client.post(reverse("letter_run_start"), {"tasks": [here[0].pk, there[0].pk]})

    assert (answer.status_code, "one clinic" in answer.content.decode()) == (422, True)


# --- the queue --------------------------------------------------------------------------------------------------------


def work() -> None:
    """A worker of our own until the queue is empty."""

    async def until_empty() -> None:
        worker_app: Any = app
        async with worker_app.open_async():
            await worker_app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        asyncio.run(until_empty())


@pytest.mark.django_db(transaction=True)
def test_letters_of_a_worker_that_died_are_taken_up_again_and_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "PART", 1)
    by = make.physician(make.clinic())
    run = started(by, people(by, 2))
    making.make_part(run.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        [dead] = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE status = 'todo'", [dead])

    take_up_again.defer(timestamp=0)
    work()
    work()

    run.refresh_from_db()
    assert run.state == JobState.DONE
    assert len(document(run)) == 2
