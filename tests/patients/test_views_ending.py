"""A plan is ended on a page that says what ends, what goes on, and what results still asked for."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines.package import compiled_version
from patients import actions
from patients.actions import Entry
from patients.deciding import active_plan, decision_for, decision_hash
from patients.models import (
    AlertOutcome,
    MonitoringTask,
    Patient,
    Plan,
    PlanState,
    ResultAlert,
    TaskOutcome,
)
from tests import factories_guidelines as guidelines
from tests import factories_patients as make
from tests.patients.calendar_samples import opened, read

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]
REASON = "Treated in another town from now on."


@pytest.fixture
def plan(by: User, patient: Patient) -> Plan:
    return make.signed(make.answered(patient, by), by)


def page_of(client: Client, plan: Plan, name: str = "plan_end") -> str:
    return client.get(reverse(name, args=[plan.pk])).content.decode()


def end(client: Client, plan: Plan, because: str = REASON, **more: Any) -> Any:
    return client.post(reverse("plan_end", args=[plan.pk]), {"because": because, **more})


def raise_alert(plan: Plan, by: User, marker: str) -> ResultAlert:
    """The marker is above three times its limit."""
    answer = {"value": marker, "unit": "U/L", "upper_limit": "40"}
    actions.record_observations(
        patient=plan.patient, compiled=compiled_version(plan.version), by=by, entries=[Entry("itch_marker", answer)]
    )
    return ResultAlert.objects.open().get(plan=plan)


def test_a_plan_is_ended_for_a_reason_that_stands_on_the_patients_page(signed_in: Client, plan: Plan, by: User) -> None:
    assert MonitoringTask.objects.open().filter(plan=plan).exists()

    response = end(signed_in, plan)

    assert response.headers["Location"] == reverse("patient_detail", args=[plan.patient_id])
    page = signed_in.get(response.headers["Location"]).content.decode()
    assert f"Plan {plan.number} is ended. Nobody has been told" in page and REASON in page
    plan.refresh_from_db()
    assert (plan.state, plan.ended_by, plan.ended_because) == (PlanState.ENDED, by, REASON)
    outcomes = set(MonitoringTask.objects.filter(plan=plan).values_list("outcome", flat=True))
    assert outcomes <= {TaskOutcome.DONE, TaskOutcome.SUPERSEDED}


def test_what_was_reviewed_under_a_plan_that_was_ended_since_is_read_again_before_it_is_signed(
    plan: Plan, by: User
) -> None:
    again = make.answered(plan.patient, by)
    shown = decision_hash(decision_for(again), again.version, active_plan(again))
    actions.end_plan(plan=plan, by=by, because=REASON)

    with pytest.raises(actions.Refused, match="Read the review again"):
        make.signed(again, by, shown_hash=shown)

    assert not Plan.objects.active().filter(patient=plan.patient_id).exists()


def test_nothing_is_asked_for_any_more(signed_in: Client, plan: Plan, by: User) -> None:
    alert, token, whose = raise_alert(plan, by, "150"), opened(by, plan.patient), str(plan.patient_id)
    assert read(signed_in, token) and whose in signed_in.get(reverse("worklist")).content.decode()

    end(signed_in, plan, seen=alert.as_shown)

    assert read(signed_in, token) == {}
    assert whose not in signed_in.get(reverse("worklist")).content.decode()


def test_the_page_says_what_is_taken_how_often_and_that_it_is_not_stopped(signed_in: Client, plan: Plan) -> None:
    page = page_of(signed_in, plan)

    assert "Calmine" in page and "once a week, on" in page and 'aria-label="Once a week' in page
    assert "No medicine is stopped by it" in page and "Nobody tells the patient" in page
    count = MonitoringTask.objects.open().filter(plan=plan).count()
    assert f"{count} open test" in page


def test_no_reason_ends_nothing(signed_in: Client, plan: Plan) -> None:
    response = end(signed_in, plan, " ")

    assert response.status_code == 422 and "Say why" in response.content.decode()
    plan.refresh_from_db()
    assert plan.state == PlanState.ACTIVE


def test_a_reason_that_is_too_long_is_refused_and_never_cut(plan: Plan, by: User) -> None:
    with pytest.raises(actions.Refused, match="at most 2000"):
        actions.end_plan(plan=plan, by=by, because="x" * 2001)


def test_what_a_result_asks_for_is_shown_and_closed_with_the_plan(signed_in: Client, plan: Plan, by: User) -> None:
    alert = raise_alert(plan, by, "150")
    page = page_of(signed_in, plan)
    assert "Results still ask for this" in page and alert.action_text in page and f'value="{alert.as_shown}"' in page

    assert end(signed_in, plan, seen=alert.as_shown).status_code == 302

    alert.refresh_from_db()
    assert alert.outcome == AlertOutcome.SUPERSEDED


@pytest.mark.parametrize("earlier", ["", "150"], ids=["nothing was asked for", "an earlier result asked for it"])
def test_a_result_that_came_meanwhile_is_read_first(signed_in: Client, plan: Plan, by: User, earlier: str) -> None:
    seen = [raise_alert(plan, by, earlier).as_shown] if earlier else []
    alert = raise_alert(plan, by, "170")

    response = end(signed_in, plan, seen=seen)

    page = response.content.decode()
    assert response.status_code == 422 and "A result came since you opened this" in page
    assert REASON in page and f'value="{alert.as_shown}"' in page
    plan.refresh_from_db()
    assert plan.state == PlanState.ACTIVE


def test_a_plan_that_was_ended_meanwhile_keeps_its_reason_and_what_is_typed(signed_in: Client, plan: Plan) -> None:
    end(signed_in, plan)

    response = end(signed_in, plan, "Wants to stop.")

    page = response.content.decode()
    assert response.status_code == 422 and "This plan is ended already." in page and "Wants to stop." in page
    assert "What ends" not in page
    plan.refresh_from_db()
    assert plan.ended_because == REASON


def test_a_nurse_reads_who_may_and_finds_no_way_there(client: Client, plan: Plan) -> None:
    client.force_login(make.nurse(plan.patient.clinic))

    page = page_of(client, plan)

    assert "Only a physician" in page and 'name="because"' not in page
    assert reverse("plan_end", args=[plan.pk]) not in page_of(client, plan, "plan_detail")
    assert end(client, plan).status_code == 403
    plan.refresh_from_db()
    assert plan.state == PlanState.ACTIVE


def test_a_physician_elsewhere_who_is_a_nurse_here_may_not(client: Client, plan: Plan) -> None:
    nurse = make.nurse(plan.patient.clinic)
    actions.add_member(clinic=make.clinic("Knee Clinic"), user=nurse, role="physician")
    client.force_login(nurse)

    response = end(client, plan)

    assert response.status_code == 422
    assert "Only a physician" in response.content.decode() and REASON in response.content.decode()


def test_what_another_plan_no_longer_counts_as_taken_is_said(signed_in: Client, plan: Plan, by: User) -> None:
    choices = guidelines.with_other_drug(make.ENOUGH_CHOICES)
    knee = guidelines.published(guidelines.creaking_knee())
    make.signed(make.answered(plan.patient, by, knee, choices), by)
    page = page_of(signed_in, plan)

    assert "Plan 2: Creaking knee</a> is followed still" in page and "no longer counts as taken there" in page


def test_another_clinic_finds_no_plan(client: Client, plan: Plan) -> None:
    client.force_login(make.physician(make.clinic("Knee Clinic")))

    assert client.get(reverse("plan_end", args=[plan.pk])).status_code == 404
    assert end(client, plan).status_code == 404


def test_the_plan_leads_to_its_end_while_it_is_followed(signed_in: Client, plan: Plan) -> None:
    address = reverse("plan_end", args=[plan.pk])
    assert address in page_of(signed_in, plan, "plan_detail")

    end(signed_in, plan)

    assert address not in page_of(signed_in, plan, "plan_detail")
