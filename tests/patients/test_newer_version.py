"""Plans on an older version: who is listed, what is urgent, and what becomes of each."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse

from guidelines import actions as guideline_actions
from guidelines.engine.content import Package
from guidelines.models import Version
from patients import actions
from patients.impact.affected import Affected, concerning
from patients.models import AccessEvent, Consultation, ConsultationState, Handled, Plan, PlanHandling, PlanState
from tests import factories_patients as make
from tests import impact_samples as sample
from tests.factories_guidelines import administrator, compared, editor, published, reviewer

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]
LIST = "newer_version_list"


@pytest.fixture
def plan(by: User) -> Plan:
    return sample.signed_plan(by, sample.used_for_a_while(published()))


def newer(package: Package | None = None, *, level: str = "dose") -> Version:
    """Another version, compared with the plans there are, approved and published today."""
    version = guideline_actions.load_package(
        package=package or sample.lower_cap(), by=None, reason="New evidence.", level=level
    )
    guideline_actions.submit(version=version, by=editor(f"editor-of-{version.number}"))
    compared(version)
    for name in ("rob", "rita"):
        by = reviewer(f"{name}-of-{version.number}")
        guideline_actions.approve(version=version, by=by, content_hash=version.content_hash)
    by = administrator(f"administrator-of-{version.number}")
    return guideline_actions.publish(version=version, by=by, content_hash=version.content_hash)


def concern(plan: Plan) -> Affected | None:
    return next(iter(concerning(Plan.objects.filter(pk=plan.pk), plan.patient.clinic)), None)


def page_of(client: Client, name: str, *arguments: Any) -> str:
    response = client.get(reverse(name, args=arguments))
    assert response.status_code == 200
    return response.content.decode()


def test_a_plan_that_a_newer_version_changes_is_listed_with_old_and_new(signed_in: Client, plan: Plan) -> None:
    newer()

    page = page_of(signed_in, LIST)

    assert "ELBOW, Ellen 1" in page and "Changed by a newer version" in page
    assert "5–12.5 mg once a week" in page and "5–10 mg once a week" in page
    assert "Weekly" in page


def test_a_plan_that_nothing_changes_is_not_listed(signed_in: Client, plan: Plan) -> None:
    newer(sample.reworded(), level="editorial")

    assert "Nothing to decide" in page_of(signed_in, LIST)


def test_a_plan_that_was_not_compared_is_listed_as_such_and_compared_when_asked(
    signed_in: Client, plan: Plan, by: User
) -> None:
    version = newer(sample.reworded(), level="editorial")
    compared(version)
    sample.signed_plan(by, plan.version, 2)  # begun, and signed, on the version before

    assert "Not compared yet" in page_of(signed_in, LIST)
    signed_in.post(reverse("newer_version_compare"))
    compared(version)

    assert "Nothing to decide" in page_of(signed_in, LIST)


def test_a_version_that_is_not_in_use_yet_concerns_nobody(plan: Plan) -> None:
    version = guideline_actions.load_package(package=sample.lower_cap(), by=None, reason="New.", level="safety")
    run = guideline_actions.begin_impact(version=version, by=None)
    actions.compare_plans(run.pk)

    assert concern(plan) is None


def test_another_clinic_sees_neither_the_list_nor_the_page(client: Client, plan: Plan) -> None:
    newer()
    client.force_login(make.physician(make.clinic("Knee Clinic"), "kim"))

    assert "Ellen" not in page_of(client, LIST)
    assert client.get(reverse("plan_newer_version", args=[plan.pk])).status_code == 404
    assert (
        client.post(reverse("plan_newer_version", args=[plan.pk]), {"what": "keep", "reason": "x"}).status_code == 404
    )
    assert not PlanHandling.objects.exists()


def test_listing_leaves_a_trace_for_each_patient(signed_in: Client, plan: Plan, by: User) -> None:
    newer()

    page_of(signed_in, LIST)

    assert AccessEvent.objects.of(plan.patient.pk).filter(user=by, what=LIST).count() == 1


@pytest.mark.parametrize(
    ("package", "level"),
    [
        pytest.param(sample.lower_cap(), "safety", id="a safety version"),
        pytest.param(sample.stricter_rule(), "dose", id="what warns has changed"),
    ],
)
def test_a_safety_change_is_urgent_and_marked_until_it_is_dealt_with(
    signed_in: Client, plan: Plan, by: User, package: Package, level: str
) -> None:
    newer(package, level=level)

    assert "Urgent" in page_of(signed_in, LIST)
    assert "for safety" in page_of(signed_in, "patient_detail", plan.patient_id)
    assert "for safety" in page_of(signed_in, "plan_detail", plan.pk)
    assert "1 urgent" in page_of(signed_in, "home")

    actions.keep_plan(plan=plan, by=by, reason="Seen and discussed.")

    assert "for safety" not in page_of(signed_in, "patient_detail", plan.patient_id)
    assert "Nothing to decide" in page_of(signed_in, LIST)
    assert "urgent" not in page_of(signed_in, "home")


def test_a_change_of_dose_is_not_urgent(plan: Plan) -> None:
    newer()

    row = concern(plan)

    assert row is not None and not row.is_urgent


def test_a_safety_version_in_between_keeps_the_change_urgent(plan: Plan) -> None:
    sample.used_for_a_while(newer(level="safety"), 50)
    newer(sample.earlier_test(), level="monitoring")

    row = concern(plan)

    assert row is not None and row.is_urgent


def test_a_withdrawn_version_marks_its_plans_also_when_none_is_in_use(signed_in: Client, plan: Plan) -> None:
    guideline_actions.withdraw(version=plan.version, by=administrator("ada"), why="A wrong limit")

    row = concern(plan)
    assert row is not None and row.is_urgent and row.is_withdrawn and row.newer is None
    for page in (
        page_of(signed_in, LIST),
        page_of(signed_in, "patient_detail", plan.patient_id),
        page_of(signed_in, "plan_newer_version", plan.pk),
    ):
        assert "A wrong limit" in page


def test_keeping_needs_a_reason_and_loses_nothing_typed(signed_in: Client, plan: Plan) -> None:
    because = newer().pk
    address = reverse("plan_newer_version", args=[plan.pk])

    refused = signed_in.post(address, {"what": "keep", "reason": " ", "because": because})
    kept = signed_in.post(address, {"what": "keep", "reason": "Stable for years.", "because": because})

    assert refused.status_code == 422 and "Say why the plan is kept." in refused.content.decode()
    assert kept.status_code == 302
    handling = PlanHandling.objects.get()
    assert (handling.outcome, handling.reason) == (Handled.KEPT, "Stable for years.")
    plan.refresh_from_db()
    assert plan.state == PlanState.ACTIVE


def test_a_version_that_came_after_the_page_was_opened_is_not_decided_about(signed_in: Client, plan: Plan) -> None:
    seen = sample.used_for_a_while(newer(sample.stricter_rule()), 50)
    address = reverse("plan_newer_version", args=[plan.pk])
    assert f'name="because" value="{seen.pk}"' in page_of(signed_in, "plan_newer_version", plan.pk)
    newer(level="safety")

    refused = signed_in.post(address, {"what": "keep", "reason": "Stable for years.", "because": seen.pk})

    assert refused.status_code == 422 and "has changed since you opened it" in refused.content.decode()
    assert "Stable for years." in refused.content.decode()
    assert not PlanHandling.objects.exists()


def test_keeping_twice_is_keeping_once(plan: Plan, by: User) -> None:
    newer()
    actions.keep_plan(plan=plan, by=by, reason="Stable.")

    actions.keep_plan(plan=plan, by=by, reason="Stable.")

    assert PlanHandling.objects.count() == 1


def test_a_plan_that_was_kept_is_listed_again_for_the_next_version(plan: Plan, by: User) -> None:
    sample.used_for_a_while(newer(), 50)
    actions.keep_plan(plan=plan, by=by, reason="Stable.")
    assert concern(plan) is None

    newer(sample.earlier_test(), level="monitoring")

    assert concern(plan) is not None


def test_stopping_ends_the_plan_and_says_because_of_which_version(signed_in: Client, plan: Plan) -> None:
    version = newer()

    signed_in.post(reverse("plan_newer_version", args=[plan.pk]), {"what": "stop", "reason": "Too much now."})

    plan.refresh_from_db()
    assert (plan.state, plan.ended_because) == (PlanState.ENDED, "Too much now.")
    assert PlanHandling.objects.filter(plan=plan, version=version, outcome=Handled.STOPPED).count() == 1


def test_moving_opens_a_consultation_on_the_new_version_and_signing_it_moves_the_plan(
    signed_in: Client, plan: Plan, by: User
) -> None:
    version = newer()

    signed_in.post(reverse("plan_newer_version", args=[plan.pk]), {"what": "move"})

    begun = Consultation.objects.open().get()
    assert begun.version == version
    assert not PlanHandling.objects.exists()
    after = sample.signed_plan(by, version, of=plan.patient)
    plan.refresh_from_db()
    assert (plan.state, after.replaces) == (PlanState.REPLACED, plan)
    handling = PlanHandling.objects.get()
    assert (handling.plan, handling.version, handling.outcome) == (plan, version, Handled.MOVED)
    assert concern(after) is None


def test_a_consultation_on_another_version_must_be_finished_before_the_plan_is_moved(
    signed_in: Client, plan: Plan, by: User
) -> None:
    make.consultation(plan.patient, by, plan.version)
    newer()

    refused = signed_in.post(reverse("plan_newer_version", args=[plan.pk]), {"what": "move"})

    assert refused.status_code == 422
    assert "Finish or discard it" in refused.content.decode()


def test_the_consultation_in_the_way_is_discarded_when_it_was_shown(signed_in: Client, plan: Plan, by: User) -> None:
    old = make.consultation(plan.patient, by, plan.version)
    version = newer()
    address = reverse("plan_newer_version", args=[plan.pk])
    assert str(old.pk) in signed_in.get(address).content.decode()

    signed_in.post(address, {"what": "move", "discards": str(old.pk)})

    old.refresh_from_db()
    assert old.state == ConsultationState.DISCARDED
    assert Consultation.objects.open().get().version == version


def test_a_new_plan_on_the_same_version_is_no_move(plan: Plan, by: User) -> None:
    sample.signed_plan(by, plan.version, of=plan.patient)

    assert not PlanHandling.objects.exists()


def test_a_nurse_sees_what_is_open_and_decides_nothing(client: Client, plan: Plan) -> None:
    newer()
    nurse = make.nurse(plan.patient.clinic)
    client.force_login(nurse)

    assert "Only a physician" in page_of(client, "plan_newer_version", plan.pk)
    with pytest.raises(actions.Refused, match="Only a physician"):
        actions.keep_plan(plan=plan, by=nurse, reason="x")


def test_what_was_decided_is_a_record(plan: Plan, by: User) -> None:
    newer()
    actions.keep_plan(plan=plan, by=by, reason="Stable.")

    with pytest.raises(Exception, match="handlings_are_records"), transaction.atomic():
        PlanHandling.objects.update(reason="Another")


def test_the_list_asks_no_more_for_many_plans_than_for_one(
    signed_in: Client, plan: Plan, by: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(2, 8):
        sample.signed_plan(by, plan.version, number)
    newer()

    with django_assert_max_num_queries(16):
        page = page_of(signed_in, LIST)

    assert page.count("Keep, move or stop") == 7
