"""A patient's page: what is asked for now stands first, results are drawn, everything that happened is told."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guidelines.models import Version
from guidelines.package import compiled_version
from patients import actions
from patients.actions import Entry
from patients.models import Aside, MonitoringTask, Observation, Patient, PatientNote, Plan, ResultAlert, TaskOutcome
from patients.presentation.patient_page import patient_page
from tests import factories_patients as make
from tests.patients.worklist_samples import passing

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


@pytest.fixture
def plan(by: User, patient: Patient) -> Plan:
    return make.signed(make.answered(patient, by), by)


def record(plan: Plan, by: User, value: str, *, days_ago: int = 0, **more: str) -> None:
    answer: dict[str, Any] = {"value": value, "unit": "U/L", "upper_limit": "40", **more}
    answer["taken_on"] = make.days_ago(days_ago).isoformat()
    actions.record_observations(
        patient=plan.patient, compiled=compiled_version(plan.version), by=by, entries=[Entry("itch_marker", answer)]
    )


def shown(client: Client, patient: Patient, query: str = "", **headers: str) -> str:
    response = client.get(reverse("patient_detail", args=[patient.pk]) + query, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_what_a_result_asks_for_stands_first_with_its_rule(signed_in: Client, plan: Plan, by: User) -> None:
    record(plan, by, "150")

    html = shown(signed_in, plan.patient)

    assert html.index("What is asked for now") < html.index("Current plan") < html.index("Results over time")
    assert "The marker is high." in html and "Repeat it." in html and "CAL-W-MARK" in html
    assert "150\u00a0U/L, 3.8\u00a0× the upper limit of 40" in html
    assert 'id="source-R1"' in html


def test_a_value_just_over_a_multiple_is_not_rounded_onto_it(plan: Plan, by: User) -> None:
    record(plan, by, "120.4")

    asked = patient_page(plan.patient, by).asked

    assert (asked[0].results[0].over, asked[0].results[0].tag) == ("Over 3 × limit", "tag--caution")
    assert asked[0].results[0].value == "120.4\u00a0U/L, 3.01\u00a0× the upper limit of 40"


def test_what_cannot_be_checked_leads_to_the_field_that_is_missing(
    signed_in: Client, by: User, patient: Patient
) -> None:
    plan = make.signed(make.answered(patient, by), by)
    ResultAlert.objects.create(
        plan=plan, patient=patient, kind="not_evaluable", rule_key="CAL-W-MARK", severity="caution", action="repeat",
        message="Could not be checked.", action_text="Repeat it.", needs=["itch_marker_limit", "weight_kg"],
        raised_on=make.days_ago(0),
    )  # fmt: skip

    html = shown(signed_in, patient)

    add = reverse("patient_results_add", args=[patient.pk])
    assert f'href="{add}#limit-itch_marker"' in html and f'href="{add}#value-weight_kg"' in html
    assert "Cannot be checked" in html


def test_nothing_is_asked_for_since_the_plan_was_signed(signed_in: Client, plan: Plan) -> None:
    html = shown(signed_in, plan.patient)

    assert "Nothing is asked for" in html
    assert f"when plan {plan.number} was signed" in html


def test_a_nurse_reads_who_may_decide(client: Client, plan: Plan, by: User) -> None:
    record(plan, by, "150")
    client.force_login(make.nurse(plan.patient.clinic))

    html = shown(client, plan.patient)

    assert "Only a physician" in html
    assert reverse("alert_close", args=[ResultAlert.objects.get().pk]) not in html


def test_what_is_set_aside_is_shown_and_says_until_when(signed_in: Client, plan: Plan, by: User) -> None:
    record(plan, by, "150")
    until = plan.patient.clinic.today() + timedelta(days=3)
    actions.set_aside(
        work=ResultAlert.objects.get(), by=by, why=Aside.CONTACTED, until_on=until, note="Left a message."
    )

    html = shown(signed_in, plan.patient)

    assert f"Set aside until {until:%-d %b %Y}" in html
    assert "Left a message." in html


def test_what_is_overdue_stands_first_and_is_counted_at_the_top(
    signed_in: Client, plan: Plan, by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = MonitoringTask.objects.open().filter(plan=plan).order_by("overdue_after_on")[0]
    passing(monkeypatch)((first.overdue_after_on - plan.signed_on).days + 1)
    signed_in.force_login(by)

    page = patient_page(plan.patient, by)

    assert page.due[0].task == first and page.due[0].word == "1 day overdue"
    assert [one.is_overdue for one in page.due] == sorted((one.is_overdue for one in page.due), reverse=True)
    html = shown(signed_in, plan.patient)
    assert 'href="#due">' in html and f"{page.overdue} overdue</a>" in html
    actions.set_aside(work=first, by=by, why=Aside.REMIND, until_on=plan.patient.clinic.today() + timedelta(days=2))
    assert patient_page(plan.patient, by).overdue == page.overdue - 1


def test_each_time_something_was_set_aside_is_told(signed_in: Client, plan: Plan, by: User) -> None:
    record(plan, by, "150")
    alert, task = ResultAlert.objects.get(), MonitoringTask.objects.open().filter(plan=plan)[0]
    today, nurse = plan.patient.clinic.today(), make.nurse(plan.patient.clinic)
    for work in (alert, task):
        actions.set_aside(
            work=work, by=nurse, why=Aside.CONTACTED, until_on=today + timedelta(days=1), note="Nobody in."
        )
        actions.set_aside(work=work, by=by, why=Aside.REMIND, until_on=today + timedelta(days=2), note="Line busy.")
    actions.put_back(work=[alert], by=by)
    actions.close_task(task=task, by=by, outcome=TaskOutcome.REMOVED, because="Done elsewhere.")

    both = {
        kind: shown(signed_in, plan.patient, f"?kind={kind}").split('id="events"')[1] for kind in ("alerts", "tests")
    }

    for html in both.values():
        assert html.count("Set aside: ") == html.count("To be shown again on") == 2
        assert html.count("Nobody in.") == html.count("Line busy.") == 1
        assert "Patient contacted. To be shown again" in html and "Remind me. To be shown again" in html
        assert nurse.get_username() in html and by.get_username() in html


def test_a_result_over_a_line_is_marked_and_said(plan: Plan, by: User) -> None:
    record(plan, by, "30", days_ago=3, upper_limit="40")
    record(plan, by, "150")

    trends = patient_page(plan.patient, by).trends

    assert trends is not None
    trend = next(one for one in trends.shown if one.key == "itch_marker")
    assert [mark.level for mark in trend.plot.marks] == ["", "caution"]
    assert trend.tag is not None and trend.tag.word == "Over 3 × limit"
    assert {edge.words for edge in trend.plot.edges} == {"Limit 40", "3 × limit 120"}
    assert [row.value for row in trend.rows] == ["150\u00a0U/L", "30\u00a0U/L"]


def test_a_result_without_its_upper_limit_says_so(by: User, patient: Patient) -> None:
    plan = make.signed(make.answered(patient, by), by)
    row = Observation.objects.get(patient=patient, fact_key="itch_marker")
    without = {"value": "31", "unit": "U/L"}
    actions.correct_observation(observation=row, compiled=compiled_version(plan.version), answer=without, by=by)

    trends = patient_page(patient, by).trends

    assert trends is not None
    tag = next(one.tag for one in trends.shown if one.key == "itch_marker")
    assert tag is not None and tag.word == "No upper limit"


def test_what_was_taken_is_a_band_and_a_weekly_drug_says_weekly(signed_in: Client, plan: Plan) -> None:
    trends = patient_page(plan.patient).trends

    assert trends is not None
    assert [(row.name, row.often) for row in trends.doses] == [("calmine", "Weekly")]
    assert "10\u00a0mg a week from" in trends.doses[0].said
    band = shown(signed_in, plan.patient).split('id="trends"')[1]
    assert '<span class="weekly">Weekly</span>' in band


def test_a_correction_and_a_disowned_result_are_told(signed_in: Client, plan: Plan, by: User) -> None:
    record(plan, by, "35")
    row = Observation.objects.filter(fact_key="itch_marker").latest("recorded_at")
    answer = {"value": "36", "unit": "U/L", "upper_limit": "40"}
    newer = actions.correct_observation(observation=row, compiled=compiled_version(plan.version), answer=answer, by=by)
    actions.disown_observation(observation=newer, by=by)

    html = shown(signed_in, plan.patient, "?kind=results")

    assert "Result corrected" in html and "is now itch marker 36\u00a0U/L" in html
    assert "Result disowned" in html and "another patient" in html


def test_a_note_is_added_and_told_with_its_author(signed_in: Client, plan: Plan, by: User) -> None:
    address = reverse("patient_note_add", args=[plan.patient_id])

    assert signed_in.post(address, {"text": "Prefers the <afternoon>."}).status_code == 302
    assert signed_in.post(address, {"text": "Prefers the <afternoon>."}).status_code == 302

    assert PatientNote.objects.count() == 1  # sent twice, meant once
    html = shown(signed_in, plan.patient, "?kind=notes")
    assert "Prefers the &lt;afternoon&gt;." in html and by.get_username() in html


def test_an_empty_note_is_refused_with_a_sentence(signed_in: Client, plan: Plan) -> None:
    response = signed_in.post(reverse("patient_note_add", args=[plan.patient_id]), {"text": "  "})

    assert response.status_code == 422
    assert "Write what the next person should know." in response.content.decode()


def test_events_are_filtered_by_kind_and_fetched_alone(signed_in: Client, plan: Plan, by: User) -> None:
    record(plan, by, "150")
    actions.close_alert(alert=ResultAlert.objects.get(), by=by, because="Known for years.")
    task = MonitoringTask.objects.open().earliest("pk")
    actions.close_task(task=task, by=by, outcome=TaskOutcome.REMOVED, because="Done elsewhere.")

    alerts = shown(signed_in, plan.patient, "?kind=alerts", **{"HX-Request": "true"})
    tests = shown(signed_in, plan.patient, "?kind=tests", **{"HX-Request": "true"})

    assert "<html" not in alerts and 'id="events"' in alerts
    # htmx puts the focus back on what has the same id.
    pressed = re.findall(r"<a [^>]*hx-get[^>]*>", alerts)
    assert len(pressed) > 3 and all(" id=" in link for link in pressed)
    assert "Known for years." in alerts and "Done elsewhere." not in alerts
    assert "Done elsewhere." in tests and "Known for years." not in tests


def test_earlier_events_are_on_the_next_page(signed_in: Client, plan: Plan, by: User) -> None:
    for number in range(20):
        actions.add_note(patient=plan.patient, by=by, text=f"Note number {number:02}.")

    first, second = (shown(signed_in, plan.patient, f"?kind=notes&page={page}") for page in (1, 2))

    assert "Note number 19." in first and "Note number 04." not in first
    assert "Note number 04." in second and "Earlier" not in second.split('id="events"')[1]


@pytest.mark.parametrize("query", ["?page=0", "?page=x", "?page=99999", "?kind=nothing", "?page=-1"])
def test_a_page_that_does_not_exist_is_no_error(signed_in: Client, plan: Plan, query: str) -> None:
    assert "Timeline" in shown(signed_in, plan.patient, query)


def test_a_plan_without_lines_of_its_medicines_is_shown(
    signed_in: Client, patient: Patient, by: User, version: Version
) -> None:
    make.plan_row(make.consultation(patient, by, version), by)

    assert "Plan 1" in shown(signed_in, patient)


def test_the_page_asks_as_often_for_many_results_and_plans_as_for_few(
    signed_in: Client, plan: Plan, by: User, patient: Patient
) -> None:
    shown(signed_in, patient)
    with CaptureQueriesContext(connection) as few:
        shown(signed_in, patient)

    for number in range(40):
        record(plan, by, str(20 + number % 15), days_ago=number + 1)
    make.signed(make.answered(patient, by, plan.version), by)
    for number in range(12):
        actions.add_note(patient=patient, by=by, text=f"Note {number}.")
    with CaptureQueriesContext(connection) as many:
        shown(signed_in, patient)

    assert len(many) <= len(few) + 1  # only somebody who set something aside is looked up besides
    assert len(few) <= 22
    old = [query["sql"] for query in many if '"patients_plan"."frozen"' in query["sql"]]
    assert old == []
