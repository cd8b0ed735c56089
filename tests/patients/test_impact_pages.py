"""The pages of an impact run: counts for everybody who may read the version, patients for those who look after them."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines import actions as guideline_actions
from guidelines.models import ImpactRun, JobState
from patients import actions
from patients.models import AccessEvent, Plan
from tests import factories_patients as make
from tests import impact_samples as sample
from tests.factories_guidelines import draft, editor, published

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def plan(by: User) -> Plan:
    return sample.signed_plan(by, published())


@pytest.fixture
def run(plan: Plan) -> ImpactRun:
    return guideline_actions.begin_impact(version=draft(sample.lower_cap()), by=None)


def works_on_guidelines(user: User) -> None:
    guideline_actions.give_role(user=user, role="reviewers")


def address(run: ImpactRun) -> str:
    return reverse("impact_detail", args=[run.pk])


def done(run: ImpactRun) -> ImpactRun:
    actions.compare_plans(run.pk)
    run.refresh_from_db()
    return run


def test_an_editor_sees_counts_and_no_patient(client: Client, run: ImpactRun) -> None:
    client.force_login(editor())

    page = client.get(address(done(run))).content.decode()

    assert "of 1 active plan affected" in page and "changes the dose" in page
    assert "Ellen" not in page and "counts alone" in page
    assert not AccessEvent.objects.filter(what="impact_detail").exists()


def test_who_looks_after_the_patient_sees_the_plan_and_leaves_a_trace(client: Client, run: ImpactRun, by: User) -> None:
    works_on_guidelines(by)
    client.force_login(by)

    page = client.get(address(done(run))).content.decode()

    assert "ELBOW, Ellen 1" in page and "5–10 mg once a week" in page
    assert AccessEvent.objects.filter(what="impact_detail", user=by).count() == 1


def test_a_physician_of_another_clinic_sees_counts_alone(client: Client, run: ImpactRun) -> None:
    other = make.physician(make.clinic("Knee Clinic"), "kim")
    works_on_guidelines(other)
    client.force_login(other)

    page = client.get(address(done(run))).content.decode()

    assert "Ellen" not in page and "No plan of your patients changes" in page


def test_the_run_of_a_draft_is_not_there_for_who_may_not_read_the_draft(
    client: Client, run: ImpactRun, by: User
) -> None:
    client.force_login(by)

    assert client.get(address(run)).status_code == 404


def test_a_run_under_way_is_asked_for_again_and_again_until_it_is_done(client: Client, run: ImpactRun) -> None:
    client.force_login(editor())

    waiting = client.get(address(run), headers=HTMX).content.decode()
    finished = client.get(address(done(run)), headers=HTMX).content.decode()

    assert waiting.lstrip().startswith("<section") and 'hx-trigger="every 2s"' in waiting
    assert "Waiting for a worker" in waiting
    assert "hx-trigger" not in finished and "Which plans" in finished


def test_what_is_polled_says_nothing_of_patients(client: Client, run: ImpactRun, by: User) -> None:
    works_on_guidelines(by)
    client.force_login(by)

    assert "Ellen" not in client.get(address(done(run)), headers=HTMX).content.decode()


def test_starting_and_cancelling_by_hand(client: Client, plan: Plan) -> None:
    version = draft(sample.lower_cap())
    client.force_login(editor())

    started = client.post(reverse("impact_start", args=[version.guideline.slug, version.number]))
    run = ImpactRun.objects.get(version=version)
    cancelled = client.post(reverse("impact_cancel", args=[run.pk]))

    run.refresh_from_db()
    assert started["Location"] == cancelled["Location"] == address(run)
    assert run.state == JobState.CANCELLED
    assert "Called off by" in client.get(address(run)).content.decode()


def test_an_edit_is_said_beside_the_counts_of_the_content_before(client: Client, run: ImpactRun) -> None:
    author = editor()
    done(run)
    guideline_actions.replace_content(
        version=run.version, package=sample.stricter_rule(), by=author, content_hash=run.content_hash
    )
    client.force_login(author)

    assert "The content has been changed since" in client.get(address(run)).content.decode()
