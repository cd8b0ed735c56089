"""The pages of reminder letters, and the queue that makes them."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from patients import actions
from patients.actions import letters as making
from patients.impact.tasks import take_up_again
from patients.models import AccessEvent, Aside, JobState, LetterRun, MonitoringTask, Patient, Plan
from tests import factories_patients as make
from tests.patients.letter_samples import document, pages, people, started, task
from tests.patients.test_impact_queue import work


@pytest.fixture
def plan(patient: Patient, by: User) -> Plan:
    return make.signed(make.answered(patient, by), by)


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
    assert len(AccessEvent.objects.get(what="letter_run_pdf").patients) == 2
    assert client.get(reverse("letter_run_pdf", args=[run.pk, 2])).status_code == 404
    assert client.get(reverse("letter_run_pdf", args=[run.pk, 0])).status_code == 404
    client.post(reverse("letter_run_sent", args=[run.pk]), {"days": "14"})
    assert MonitoringTask.objects.filter(aside_why=Aside.CONTACTED).count() == 2
    assert (
        "1 to 14 days"
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
