"""A patient who follows plans of two guidelines: each result is drawn once, and each guideline speaks in its own name."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines.engine.content import Package
from guidelines.package import compiled_version
from patients import actions
from patients.actions import Entry
from patients.models import MonitoringTask, Patient, Plan
from patients.outputs.calendar import BOOK
from patients.presentation.patient_page import PatientPage, patient_page
from patients.presentation.trend_page import Trend
from tests import factories_guidelines as guidelines
from tests import factories_patients as make
from tests.patients.calendar_samples import opened, read
from tests.patients.letter_samples import task

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


def creaking_knee(when: str = "itch_marker > 2 * itch_marker_limit", kind: str = "hold", **more: Any) -> Package:
    """A second guideline, which measures the same and holds it to another limit."""
    knee = guidelines.creaking_knee()
    mark = next(rule for rule in knee.safety_rules if rule.key == "CAL-W-MARK")
    other = mark.model_copy(update={"when": when, "action": mark.action.model_copy(update={"kind": kind}), **more})
    return guidelines.edited(knee, safety_rules=[other if rule is mark else rule for rule in knee.safety_rules])


def follow_both(patient: Patient, by: User, knee: Package) -> tuple[Plan, Plan]:
    """Plans of both guidelines, the second one signed last."""
    first = make.signed(make.answered(patient, by), by)
    choices = guidelines.with_other_drug(make.ENOUGH_CHOICES)
    return first, make.signed(make.answered(patient, by, guidelines.published(knee), choices), by)


def record(plan: Plan, by: User, value: str) -> None:
    answer: dict[str, Any] = {"value": value, "unit": "U/L", "upper_limit": "40", "taken_on": str(make.days_ago(0))}
    actions.record_observations(
        patient=plan.patient, compiled=compiled_version(plan.version), by=by, entries=[Entry("itch_marker", answer)]
    )


def marker(page: PatientPage) -> Trend:
    assert page.trends is not None
    found = [one for one in (*page.trends.shown, *page.trends.more) if one.key.startswith("itch_marker")]
    assert len(found) == 1, "a fact is drawn once"
    return found[0]


def test_a_result_is_drawn_once_with_the_lines_of_both_guidelines_named(patient: Patient, by: User) -> None:
    _, second = follow_both(patient, by, creaking_knee())
    record(second, by, "100")

    page = patient_page(patient, by)

    assert {(edge.words, edge.kind) for edge in marker(page).plot.edges} == {
        ("Limit 40", "limit"), ("2 × limit 80 (1)", "stop"), ("3 × limit 120 (2)", "caution"),
    }  # fmt: skip
    assert page.trends is not None
    assert page.trends.named == (("1", "Creaking knee"), ("2", "Itching elbow"))


def test_what_one_guideline_alone_says_of_a_result_bears_its_name(patient: Patient, by: User) -> None:
    _, second = follow_both(patient, by, creaking_knee())
    record(second, by, "100")

    trend = marker(patient_page(patient, by))

    assert trend.tag is not None
    assert (trend.tag.word, trend.tag.css) == ("Over 2 × limit (1)", "tag--stop")  # there is little room
    assert trend.plot.marks[-1].level == "stop"
    assert trend.rows[0].words == "Over 2 × limit (Creaking knee)"


def test_what_both_say_in_their_own_way_is_said_twice_the_graver_first(patient: Patient, by: User) -> None:
    _, second = follow_both(patient, by, creaking_knee())
    record(second, by, "150")

    trend = marker(patient_page(patient, by))

    assert trend.rows[0].words == "Over 2 × limit (Creaking knee); Over 3 × limit (Itching elbow)"


def test_what_both_say_alike_is_one_line_and_one_sentence(patient: Patient, by: User) -> None:
    _, second = follow_both(patient, by, creaking_knee("itch_marker > 3 * itch_marker_limit"))
    record(second, by, "150")

    trend = marker(patient_page(patient, by))

    assert [edge.words for edge in trend.plot.edges if edge.kind != "limit"] == ["3 × limit 120"]
    assert trend.rows[0].words == "Over 3 × limit"
    assert not patient_page(patient, by).trends.named  # type: ignore[union-attr]


def test_a_guideline_without_a_rule_about_it_needs_no_names(patient: Patient, by: User) -> None:
    _, second = follow_both(patient, by, creaking_knee(kind="inform", severity="note"))
    record(second, by, "150")

    page = patient_page(patient, by)

    assert {edge.words for edge in marker(page).plot.edges} == {"Limit 40", "3 × limit 120"}
    assert marker(page).rows[0].words == "Over 3 × limit"
    assert page.trends is not None and not page.trends.named


def test_within_the_lines_of_both_the_laboratorys_limit_is_nobodys(patient: Patient, by: User) -> None:
    _, second = follow_both(patient, by, creaking_knee())
    record(second, by, "50")

    assert marker(patient_page(patient, by)).rows[0].words == "Over the limit"


def test_each_call_is_judged_and_cited_by_its_own_guideline(patient: Patient, by: User, client: Client) -> None:
    first, second = follow_both(patient, by, creaking_knee())
    record(second, by, "150")

    asked = {one.alert.plan_id: one for one in patient_page(patient, by).asked}

    assert {key: one.results[0].over for key, one in asked.items()} == {
        first.pk: "Over 3 × limit", second.pk: "Over 2 × limit",
    }  # fmt: skip
    assert len({source.key for one in asked.values() for source in one.sources}) == 2
    client.force_login(by)
    html = client.get(reverse("patient_detail", args=[patient.pk])).content.decode()
    assert html.count('id="source-R1"') == 1 and html.count('id="source-1-R1"') == 1
    assert "of Creaking knee, raised" in html and "of Itching elbow, raised" in html


def test_the_drugs_of_both_plans_are_drawn(patient: Patient, by: User) -> None:
    follow_both(patient, by, creaking_knee())

    trends = patient_page(patient, by).trends

    assert trends is not None
    assert {row.name for row in trends.doses} == {"calmine", "limberine"}


def test_what_only_a_guideline_without_a_plan_measures_is_drawn_without_a_rule(patient: Patient, by: User) -> None:
    plan = make.signed(make.answered(patient, by), by)
    elbow = guidelines.itching_elbow()
    creak = next(fact for fact in elbow.facts if fact.key == "height_cm").model_copy(
        update={"key": "creak_db", "label": "loudness of the creak"}
    )
    knee = guidelines.edited(creaking_knee(), facts=[*elbow.facts, creak])
    version = guidelines.published(knee)
    answer = {"value": "60", "unit": "cm", "taken_on": str(make.days_ago(0))}
    actions.record_observations(
        patient=plan.patient, compiled=compiled_version(version), by=by, entries=[Entry("creak_db", answer)]
    )

    trends = patient_page(patient, by).trends

    assert trends is not None
    assert [(one.key, one.tag) for one in trends.more if one.key == "creak_db"] == [("creak_db", None)]
    assert [edge.words for edge in marker(patient_page(patient, by)).plot.edges] == ["Limit 40", "3 × limit 120"]


def test_a_call_leads_to_a_consultation_by_its_own_guideline(client: Client, patient: Patient, by: User) -> None:
    _, second = follow_both(patient, by, creaking_knee("itch_marker > 9 * itch_marker_limit"))
    record(second, by, "150")
    client.force_login(by)

    html = client.get(patient_address(patient)).content.decode()

    asked = html.split('id="asked"')[1].split("</section>")[0]
    assert 'value="itching-elbow"' in asked and 'value="creaking-knee"' not in asked
    assert "Current plan: Creaking knee" in html and "Current plan: Itching elbow" in html
    menu = html.split('id="start"')[1].split("</div>")[0]
    assert ">Follow-up<" in menu
    assert 'value="itching-elbow"' in menu and 'value="creaking-knee"' in menu


def patient_address(patient: Patient) -> str:
    return reverse("patient_detail", args=[patient.pk])


def test_calendar_worklist_and_letter_have_the_tests_of_both_plans(client: Client, patient: Patient, by: User) -> None:
    plans = follow_both(patient, by, creaking_knee())
    tasks = [task(plan, item_key=f"MON-EXTRA-{plan.number}") for plan in plans]

    events = read(client, opened(by, patient))
    run = actions.start_letters(key=uuid4(), clinic=patient.clinic, tasks=[one.pk for one in tasks], by=by)
    client.force_login(by)
    html = client.get(reverse("worklist")).content.decode()

    required = MonitoringTask.objects.open().filter(plan__in=plans, required=True)
    booked = [event for event in events.values() if str(event["summary"]) == BOOK]
    assert len(booked) == required.count()
    assert {task.plan_id for task in required} == {plan.pk for plan in plans}
    assert [letter.patient_id for letter in run.letters.all()] == [patient.pk], "one letter, about the tests of both"
    assert all(reverse("task_close", args=[one.pk]) in html for one in tasks)
