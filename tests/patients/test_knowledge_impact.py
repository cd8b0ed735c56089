"""What newer drug knowledge would change for the plans in use: of every guideline that uses the drug, on one page."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.dateformat import format as date_format
from django.utils.timezone import localtime

from guidelines import actions
from guidelines.actions import Refused
from guidelines.models import ImpactRun, Version
from patients.actions import compare_plans
from patients.models import Patient, Plan
from tests import factories_guidelines as guidelines
from tests import factories_patients as make
from tests.guidelines.library_samples import DRUG, library, recorded

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]
STRICTER = {"key": "CAL-B-NEW", "when": "weight_kg > 60", "severity": "stop", "override": "prohibited"}


@pytest.fixture
def plans(by: User, patient: Patient) -> list[Plan]:
    """Of two guidelines, both with the first state; the second one stops calmine above 60 kg."""
    recorded(library())
    other = make.patient(by, number="E-2")
    found = [
        make.signed(make.answered(patient, by), by),
        make.signed(make.answered(other, by, guidelines.published(guidelines.another())), by),
    ]
    recorded(library(**STRICTER))
    return found


def done(runs: list[ImpactRun]) -> list[ImpactRun]:
    for run in runs:
        compare_plans(run.pk)
        run.refresh_from_db()
    return runs


def test_the_plans_of_every_guideline_are_decided_again_with_the_newest(plans: list[Plan]) -> None:
    before = set(Version.objects.values_list("pk", "content_hash"))

    runs = done(actions.compare_knowledge(drug=DRUG, by=guidelines.editor()).runs)

    assert {run.version_id for run in runs} == {plan.version_id for plan in plans}
    assert [(run.state, run.total, run.unchanged, run.safety) for run in runs] == [("done", 1, 0, 1)] * 2
    assert set(Version.objects.values_list("pk", "content_hash")) == before, "no version was touched or made"


def test_asked_for_again_while_it_is_under_way_there_is_one_comparison(plans: list[Plan]) -> None:
    by = guidelines.editor()
    first = actions.compare_knowledge(drug=DRUG, by=by).runs

    assert actions.compare_knowledge(drug=DRUG, by=by).runs == first
    assert ImpactRun.objects.filter(knowledge__isnull=False).count() == 2


def test_asked_for_again_the_plans_signed_since_are_counted_and_the_day_is_said(
    client: Client, by: User, plans: list[Plan]
) -> None:
    asked_by = guidelines.editor()
    done(actions.compare_knowledge(drug=DRUG, by=asked_by).runs)
    make.signed(make.answered(make.patient(by, number="E-3"), by, plans[0].version), by)

    runs = done(actions.compare_knowledge(drug=DRUG, by=asked_by).runs)

    assert {run.version_id: run.total for run in runs} == {plans[0].version_id: 2, plans[1].version_id: 1}
    client.force_login(asked_by)
    page = client.get(reverse("knowledge_list")).content.decode()
    assert "Would change 2 of 2 active plans of this version" in page
    assert page.count(f"Asked {date_format(localtime(runs[0].asked_at), 'j M Y, H:i T')}.") == 2


def test_the_page_has_the_counts_of_each_guideline(client: Client, plans: list[Plan]) -> None:
    client.force_login(guidelines.editor())

    waiting = client.post(reverse("knowledge_compare"), {"drug": DRUG}, follow=True).content.decode()
    done(list(ImpactRun.objects.filter(knowledge__isnull=False)))
    page = client.get(reverse("knowledge_list")).content.decode()

    assert "2 guidelines are being compared" in waiting and waiting.count("Waits for a worker.") == 2
    assert page.count("Would change 1 of 1 active plan of this version") == 2
    assert page.count("1 changes what warns") == 2
    run = ImpactRun.objects.filter(knowledge__isnull=False).first()
    assert run is not None
    detail = client.get(reverse("impact_detail", args=[run.pk])).content.decode()
    assert "Impact of calmine 2, taken into version 1" in detail
    assert "The content has been changed since" not in detail


def test_a_version_that_could_not_run_with_the_newest_is_said_to_have_no_comparison(
    client: Client, plans: list[Plan]
) -> None:
    recorded(library(key="CAL-B-NEW", when="unheard_of > 3"))
    client.force_login(guidelines.editor())

    page = client.post(reverse("knowledge_compare"), {"drug": DRUG}, follow=True).content.decode()

    assert page.count("could not run with calmine 3") == 2 and "unheard_of" in page
    assert not ImpactRun.objects.filter(knowledge__isnull=False).exists()


def test_a_version_that_has_the_newest_would_not_change(client: Client, plans: list[Plan]) -> None:
    recorded(library())
    client.force_login(guidelines.editor())

    page = client.post(reverse("knowledge_compare"), {"drug": DRUG}, follow=True).content.decode()

    assert "No guideline in use would change by it." in page


@pytest.mark.parametrize("drug", ["", "unheard"])
def test_what_nobody_shares_is_not_compared(client: Client, drug: str) -> None:
    client.force_login(guidelines.editor())

    page = client.post(reverse("knowledge_compare"), {"drug": drug}, follow=True).content.decode()

    assert "Nothing is shared about this drug." in page


def test_who_does_not_work_on_guidelines_compares_nothing(plans: list[Plan], by: User, client: Client) -> None:
    client.force_login(by)

    assert client.post(reverse("knowledge_compare"), {"drug": DRUG}).status_code == 403
    with pytest.raises(Refused, match="Only editors, reviewers and administrators"):
        actions.compare_knowledge(drug=DRUG, by=by)
