"""Reminder letters, one and many: who gets one, made once by whatever worker lives, and only for one's own patients."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from patients import actions
from patients.actions import letters as making
from patients.letter_texts import to_remind_of
from patients.models import AccessEvent, Aside, JobState, Letter, LetterRun, MonitoringTask, Patient, Plan, TaskOutcome
from tests import factories_patients as make
from tests.patients.letter_samples import document, pages, people, started, task


@pytest.fixture
def plan(patient: Patient, by: User) -> Plan:
    return make.signed(make.answered(patient, by), by)


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


@pytest.mark.django_db
def test_one_letter_is_made_at_once_and_on_record(client: Client, plan: Plan, by: User) -> None:
    task(plan)
    client.force_login(by)

    answer = client.get(reverse("patient_letter", args=[plan.patient_id]))

    assert answer["Content-Type"] == "application/pdf"
    assert "Blood test for itching" in pages(answer.content)[0]
    assert "calmine" not in pages(answer.content)[0].lower()
    assert AccessEvent.objects.of(plan.patient.pk).filter(user=by, what="patient_letter").count() == 1


@pytest.mark.django_db
def test_nothing_due_is_no_letter(client: Client, plan: Plan, by: User) -> None:
    client.force_login(by)
    for row in to_remind_of(plan.patient.clinic, plan.patient.clinic.today()):
        actions.close_task(task=row, by=by, outcome=TaskOutcome.REMOVED, because="Elsewhere.")

    answer = client.get(reverse("patient_letter", args=[plan.patient_id]))

    assert answer.status_code == 409
    assert "nothing to remind" in answer.content.decode()


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
    [look] = AccessEvent.objects.filter(what="letter_run_start", user=by)
    assert len(look.patients) == 3


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
        with pytest.raises(actions.Refused, match="1 to 14"):
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
