"""The review says every rule that bears on the plan, also those that are followed."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from patients.models import Consultation
from patients.presentation.review_page import review_page
from patients.presentation.run import Run
from tests import factories_patients as make
from tests.factories_guidelines import edited, itching_elbow, published, with_cases_that_pass

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]

MAY_BE_PREGNANT = {"can_become_pregnant": {"value": True}, "pregnant": {"status": "not_known"}}


@pytest.fixture
def held(by: User) -> Consultation:
    """Calmine is taken, and whether it may go on could not be checked."""
    ready = make.answered(make.patient(by), by)
    placed = make.actions.place_on_step(
        consultation=ready, by=by, lock_version=ready.lock_version, step="E1", started_on=make.days_ago(30)
    )
    saved = make.saved(placed, by, **MAY_BE_PREGNANT).consultation
    choices = {"review_on": make.days_ago(-14).isoformat()}
    return make.actions.save_choices(consultation=saved, choices=choices, by=by, lock_version=saved.lock_version)


def test_a_stop_that_holds_a_medicine_is_on_the_review(client: Client, held: Consultation, by: User) -> None:
    client.force_login(by)

    page = client.get(reverse("consultation_review", args=[held.pk])).content.decode()

    assert "No rule fired" not in page
    assert "Test first." in page
    assert "Held: calmine." in page
    assert "Could not be checked" in page


def test_a_stop_that_forbids_any_plan_is_shown_before_anything_is_chosen(client: Client, by: User) -> None:
    package = itching_elbow()
    rule = next(rule for rule in package.safety_rules if rule.key == "CAL-W-MARK")
    stop = {**dict(rule), "key": "CAL-B-SCAR", "when": "weight_kg > 50", "severity": "stop", "override": "no_plan"}
    stop |= {"kind": "contraindication", "resolvable": True, "if_unknown": None}
    forbidding = published(with_cases_that_pass(edited(package, safety_rules=[*package.safety_rules, stop])))
    ready = make.answered(make.patient(by), by, forbidding)
    client.force_login(by)

    answer = client.get(reverse("consultation_review", args=[ready.pk]))
    page = client.get(reverse("consultation_recommendation", args=[ready.pk])).content.decode()

    assert answer.url == reverse("consultation_recommendation", args=[ready.pk])
    assert "No plan can be signed while this holds." in page
    assert reverse("consultation_facts", args=[ready.pk]) + "#question-weight_kg" in page
    assert 'name="reason-CAL-B-SCAR"' not in page
    with pytest.raises(make.actions.NotSignable, match="No plan can be signed"):
        make.signed(ready, by)


def test_a_stop_that_stops_a_medicine_says_so(held: Consultation, by: User) -> None:
    expecting = make.saved(held, by, pregnant={"value": True}).consultation

    stops = review_page(Run(expecting)).stops

    assert [(row.card.key, row.card.state, row.does) for row in stops] == [("CAL-B-PREG", "Met", "Stopped")]
