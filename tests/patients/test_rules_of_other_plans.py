"""Before a plan is signed, and when a result comes, the rules of the patient's other plans are told of its drugs."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines.package import compiled_version
from patients import actions
from patients.actions import NotSignable
from patients.deciding import draft_for
from patients.models import Patient, Plan, ResultAlert
from patients.rederiving import rederive
from tests import factories_patients as make
from tests.patients.plans_beside import KNEE_CHOICES, knee, knee_that_asks

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


def test_a_stop_of_the_plan_that_was_signed_first_stands_in_the_way_of_the_second(
    signed_in: Client, patient: Patient, by: User
) -> None:
    other = make.signed(knee(patient, by, knee_that_asks()), by)
    ready = make.answered(patient, by)

    with pytest.raises(NotSignable, match=r"Never both.*a rule of plan 1 \(Creaking knee\), which gives limberine"):
        make.signed(ready, by)

    html = signed_in.get(reverse("consultation_safety", args=[ready.pk])).content.decode()
    assert "For the other plans" in html and reverse("plan_detail", args=[other.pk]) in html
    assert "1 stop that cannot be overridden" in html


def test_a_caution_of_the_plan_that_was_signed_first_is_seen_before_the_second(
    signed_in: Client, patient: Patient, by: User
) -> None:
    package = knee_that_asks(severity="caution", override="acknowledge", action={"kind": "inform", "text": "Watch."})
    make.signed(knee(patient, by, package), by)
    ready = make.answered(patient, by)
    [alert] = draft_for(ready).beside
    address = reverse("consultation_safety", args=[ready.pk])

    with pytest.raises(NotSignable, match="Confirm that you have seen this: Never both"):
        make.signed(ready, by)
    refused = signed_in.post(address, {"lock": ready.lock_version, "go": "1"})
    ready.refresh_from_db()
    signed_in.post(address, {"lock": ready.lock_version, "go": "1", f"seen-{alert.key}": "1"})

    assert (refused.status_code, alert.key) == (422, "plan-1-LIM-X")
    ready.refresh_from_db()
    html = signed_in.get(reverse("consultation_review", args=[ready.pk])).content.decode()
    assert "For other plans" in html and "Never both." in html
    plan = make.signed(ready, by)
    assert plan.frozen["choices"]["acknowledged"] == ["plan-1-LIM-X"]
    assert rederive(plan).is_same


def test_what_was_met_before_was_decided_about_and_is_not_asked_again(patient: Patient, by: User) -> None:
    package = knee_that_asks(
        when='"soother" in medications or "calmine" in medications', severity="caution", override="acknowledge",
        action={"kind": "inform", "text": "Watch."},
    )  # fmt: skip
    ready = knee(patient, by, package)
    soothed = make.saved(ready, by, medications={"value": ["soother"]}).consultation
    seen = [alert.rule.key for alert in draft_for(soothed).to_acknowledge()]
    soothed = actions.save_choices(
        consultation=soothed, choices=KNEE_CHOICES | {"acknowledged": seen}, by=by, lock_version=soothed.lock_version
    )
    make.signed(soothed, by)

    assert draft_for(make.answered(patient, by)).beside == ()


SHORT = '"calmine" in medications and height_cm < 150'


def record_height(patient: Patient, by: User, plan: Plan, value: str) -> None:
    answer = {"value": value, "unit": "cm", "taken_on": str(make.days_ago(0))}
    entries = [actions.Entry("height_cm", answer)]
    actions.record_observations(patient=patient, compiled=compiled_version(plan.version), by=by, entries=entries)


def test_a_stop_that_can_no_longer_be_told_not_to_be_met_stands_in_the_way_until_it_can(
    patient: Patient, by: User
) -> None:
    other = make.signed(knee(patient, by, knee_that_asks(when=SHORT, marks=["CD"])), by)
    ready = make.answered(patient, by)

    with pytest.raises(
        NotSignable, match=r"Could not be checked: Never both.*Not known there: .*Record it as a result"
    ):
        make.signed(ready, by)

    record_height(patient, by, other, "170")
    assert make.signed(ready, by).medications.get().drug_key == "calmine"


def test_a_result_since_the_other_plan_was_signed_counts_for_its_rules(patient: Patient, by: User) -> None:
    other = make.signed(knee(patient, by, knee_that_asks(when=SHORT, marks=["CD"])), by)
    record_height(patient, by, other, "140")

    [alert] = draft_for(make.answered(patient, by)).beside

    assert (alert.rule, alert.severity, alert.message) == ("LIM-X", "stop", "Never both.")


def test_an_answer_of_this_very_visit_counts_for_them_too(patient: Patient, by: User) -> None:
    make.signed(knee(patient, by, knee_that_asks(when=SHORT, marks=["CD"])), by)

    tall = make.saved(make.answered(patient, by), by, height_cm={"value": "170", "unit": "cm"}).consultation
    assert draft_for(tall).beside == ()

    short = make.saved(tall, by, height_cm={"value": "140", "unit": "cm"}).consultation
    assert [alert.message for alert in draft_for(short).beside] == ["Never both."]


def test_what_the_visit_says_of_the_other_drug_alone_is_no_matter_of_this_draft(patient: Patient, by: User) -> None:
    make.signed(knee(patient, by, knee_that_asks(when="weight_kg > 90", override="reason", marks=["CD"])), by)
    ready = make.answered(patient, by)

    heavy = make.saved(ready, by, weight_kg={"value": "95", "unit": "kg"}).consultation

    assert draft_for(heavy).beside == ()


def test_a_result_asks_for_what_a_rule_says_about_it_beside_a_drug_of_another_plan(patient: Patient, by: User) -> None:
    package = knee_that_asks(
        when='"calmine" in medications and itch_marker > 2 * itch_marker_limit', severity="caution",
        override="acknowledge", action={"kind": "hold", "text": "Hold it."}, marks=["CD"],
    )  # fmt: skip
    other = make.signed(knee(patient, by, package), by)
    answer = {"value": "100", "unit": "U/L", "upper_limit": "40", "taken_on": str(make.days_ago(0))}
    entries = [actions.Entry("itch_marker", answer)]

    make.signed(make.answered(patient, by), by)
    actions.record_observations(patient=patient, compiled=compiled_version(other.version), by=by, entries=entries)

    assert [alert.rule_key for alert in ResultAlert.objects.filter(plan=other)] == ["LIM-X"]


def test_an_answer_that_was_taken_back_is_lost_whatever_another_plan_gives(patient: Patient, by: User) -> None:
    other = make.signed(
        knee(patient, by, knee_that_asks(when='"soother" in medications', override="reason", marks=["CD"])), by
    )
    make.signed(make.answered(patient, by), by)

    for row in patient.observations.filter(fact_key="medications").effective():
        actions.disown_observation(observation=row, by=by, today=make.days_ago(0))

    [alert] = ResultAlert.objects.open().filter(plan=other, rule_key="LIM-X")
    assert alert.kind == "not_evaluable" and alert.message.startswith(
        "A result that was known when the plan was signed"
    )
