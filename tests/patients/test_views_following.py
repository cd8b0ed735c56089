"""Tests and alerts are closed or set aside by forms, which lead back to where they came from and lose nothing typed."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines.package import compiled_version
from patients import actions
from patients.actions import Entry
from patients.models import AccessEvent, MonitoringTask, Patient, Plan, ResultAlert
from tests import factories_patients as make

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


@pytest.fixture
def plan(by: User, patient: Patient) -> Plan:
    return make.signed(make.answered(patient, by), by)


@pytest.fixture
def task(plan: Plan) -> MonitoringTask:
    return MonitoringTask.objects.open().filter(plan=plan).first() or pytest.fail("the plan has no test")


@pytest.fixture
def alert(plan: Plan, by: User) -> ResultAlert:
    """The marker is above three times its limit since today."""
    answer = {"value": "150", "unit": "U/L", "upper_limit": "40"}
    actions.record_observations(
        patient=plan.patient, compiled=compiled_version(plan.version), by=by, entries=[Entry("itch_marker", answer)]
    )
    return ResultAlert.objects.open().get(plan=plan)


ELSEWHERE = {"because": "In the letter of the hospital."}


def send(client: Client, name: str, row: MonitoringTask | ResultAlert, **fields: Any) -> Any:
    return client.post(reverse(name, args=[row.pk]), fields)


def test_a_test_is_done_on_the_day_that_is_named(signed_in: Client, task: MonitoringTask) -> None:
    day = task.patient.clinic.today()

    response = send(signed_in, "task_close", task, outcome="done", done_on=day.isoformat(), **ELSEWHERE)

    assert response.headers["Location"] == reverse("patient_detail", args=[task.patient_id])
    task.refresh_from_db()
    assert (task.outcome, task.done_on) == ("done", day)


def test_a_test_whose_results_are_not_on_record_asks_where_they_are(signed_in: Client, task: MonitoringTask) -> None:
    day = task.patient.clinic.today().isoformat()

    refused = send(signed_in, "task_close", task, outcome="done", done_on=day)

    assert refused.status_code == 422
    assert "Say where the results are, or enter them" in refused.content.decode()
    done = signed_in.post(
        reverse("task_close", args=[task.pk]), {"outcome": "done", "done_on": day, **ELSEWHERE}, follow=True
    )
    assert "results that count for it are not on record, so no rule has looked at them" in done.content.decode()
    assert ELSEWHERE["because"] in done.content.decode()


def test_the_patients_page_leads_to_the_results_of_a_test_and_not_past_them(
    signed_in: Client, task: MonitoringTask
) -> None:
    page = signed_in.get(reverse("patient_detail", args=[task.patient_id])).content.decode()

    assert "Enter its results" in page
    assert f'id="done-{task.pk}"' not in page


def test_a_test_is_removed_for_a_reason(signed_in: Client, task: MonitoringTask) -> None:
    assert send(signed_in, "task_close", task, outcome="removed", because="Done elsewhere.").status_code == 302

    task.refresh_from_db()
    assert (task.outcome, task.closed_because) == ("removed", "Done elsewhere.")


def test_a_refused_day_comes_back_with_its_sentence(signed_in: Client, task: MonitoringTask) -> None:
    tomorrow = (task.patient.clinic.today() + timedelta(days=1)).isoformat()

    response = send(signed_in, "task_close", task, outcome="done", done_on=tomorrow, back="worklist", **ELSEWHERE)

    assert response.status_code == 422
    assert f'value="{tomorrow}"' in response.content.decode()
    assert "cannot be in the future" in response.content.decode()
    assert response.context["back"] == "worklist"
    task.refresh_from_db()
    assert task.closed_at is None


def test_nothing_is_removed_without_a_reason(signed_in: Client, task: MonitoringTask) -> None:
    response = send(signed_in, "task_close", task, outcome="removed", because=" ")

    assert response.status_code == 422
    assert "Say why" in response.content.decode()


def test_a_test_set_aside_is_still_open(signed_in: Client, task: MonitoringTask) -> None:
    until = task.patient.clinic.today() + timedelta(days=30)

    response = send(signed_in, "task_set_aside", task, why="contacted", until_on=until.isoformat(), note="Called.")

    assert response.status_code == 302
    task.refresh_from_db()
    assert (task.aside_until_on, task.aside_why, task.aside_note, task.closed_at) == (
        until,
        "contacted",
        "Called.",
        None,
    )


def test_what_a_result_asks_for_waits_a_week_at_most(signed_in: Client, alert: ResultAlert) -> None:
    late = alert.raised_on + timedelta(days=8)

    response = send(signed_in, "alert_set_aside", alert, why="remind", until_on=late.isoformat(), note="Away.")

    assert response.status_code == 422
    assert "Choose a day from tomorrow" in response.content.decode()
    assert "Away." in response.content.decode()


def test_a_physician_says_that_the_plan_needs_no_change(signed_in: Client, alert: ResultAlert) -> None:
    assert send(signed_in, "alert_close", alert, because="Known since years.").status_code == 302

    alert.refresh_from_db()
    assert (alert.outcome, alert.closed_because) == ("no_change", "Known since years.")


def test_a_nurse_may_not_say_so(client: Client, alert: ResultAlert) -> None:
    client.force_login(make.nurse(alert.clinic))

    response = send(client, "alert_close", alert, because="It is nothing.")

    assert response.status_code == 403
    assert "Only physicians of a clinic" in response.content.decode()
    alert.refresh_from_db()
    assert alert.closed_at is None


def test_a_physician_elsewhere_who_is_a_nurse_here_may_not_say_so_and_reads_why(
    client: Client, alert: ResultAlert
) -> None:
    nurse = make.nurse(alert.clinic)
    actions.add_member(clinic=make.clinic("Knee Clinic"), user=nurse, role="physician")
    client.force_login(nurse)

    response = send(client, "alert_close", alert, because="It is nothing.")

    assert response.status_code == 422
    assert "Only a physician" in response.content.decode()
    assert "It is nothing." in response.content.decode()
    alert.refresh_from_db()
    assert alert.closed_at is None


def test_a_form_never_leads_to_an_address_that_was_sent_along(signed_in: Client, task: MonitoringTask) -> None:
    day = task.patient.clinic.today().isoformat()

    response = send(signed_in, "task_close", task, outcome="done", done_on=day, back="//elsewhere.example", **ELSEWHERE)

    assert response.headers["Location"] == reverse("patient_detail", args=[task.patient_id])


def test_a_form_of_the_worklist_leads_back_to_it(signed_in: Client, task: MonitoringTask) -> None:
    day = task.patient.clinic.today().isoformat()

    response = send(signed_in, "task_close", task, outcome="done", done_on=day, back="worklist", **ELSEWHERE)

    assert response.headers["Location"] == reverse("worklist")


@pytest.mark.parametrize("name", ["task_close", "task_set_aside"])
def test_another_clinic_finds_no_test(client: Client, task: MonitoringTask, name: str) -> None:
    client.force_login(make.physician(make.clinic("Knee Clinic")))

    assert client.get(reverse(name, args=[task.pk])).status_code == 404


@pytest.mark.parametrize("name", ["alert_close", "alert_set_aside"])
def test_another_clinic_finds_no_alert(client: Client, alert: ResultAlert, name: str) -> None:
    client.force_login(make.physician(make.clinic("Knee Clinic")))

    assert client.get(reverse(name, args=[alert.pk])).status_code == 404


def test_each_form_stands_alone_and_leaves_a_trace(signed_in: Client, task: MonitoringTask, alert: ResultAlert) -> None:
    names = {"task_close": task, "task_set_aside": task, "alert_close": alert, "alert_set_aside": alert}

    for name, row in names.items():
        assert signed_in.get(reverse(name, args=[row.pk])).status_code == 200

    assert set(names) <= set(AccessEvent.objects.of(task.patient_id).values_list("what", flat=True))


def test_what_is_said_of_a_patient_waits_in_the_session_and_in_no_cookie(signed_in: Client, patient: Patient) -> None:
    page = reverse("patient_detail", args=[patient.pk])

    signed_in.post(reverse("patient_note_add", args=[patient.pk]), {"text": "Moves house in May."})

    assert set(signed_in.cookies) <= {"sessionid", "csrftoken"}
    assert "The note is kept." in signed_in.get(page).content.decode()


def removing(client: Client, task: MonitoringTask, **asked: str) -> str:
    """What stands above the reason why a test is removed."""
    page = client.get(reverse("task_close", args=[task.pk]), asked).content.decode()
    return page[page.index('id="remove-title"') :]


def test_who_removes_the_last_of_an_open_ended_series_reads_that_nothing_follows_and_what_to_do_instead(
    signed_in: Client, plan: Plan
) -> None:
    task = MonitoringTask.objects.open().get(plan=plan, item_key="MON-CAL-2")
    aside = f"{reverse('task_set_aside', args=[task.pk])}?back=worklist&amp;tab=overdue"

    said = removing(signed_in, task, back="worklist", tab="overdue")

    assert "Once it is removed, nothing follows it under this plan." in said
    assert f'<a href="{aside}">set it aside until a day</a>' in said


def test_who_removes_one_that_others_follow_does_not_read_that_nothing_does(signed_in: Client, plan: Plan) -> None:
    first, *others = MonitoringTask.objects.open().filter(plan=plan, item_key="MON-CAL-1")
    again = MonitoringTask.objects.open().get(plan=plan, item_key="MON-CAL-2")
    again.pk = None
    again.save(force_insert=True)  # another of its kind, which brings the next

    assert others and "nothing follows" not in removing(signed_in, first)
    assert "nothing follows" not in removing(signed_in, again)
