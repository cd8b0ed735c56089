"""What is taken under one plan counts under every other: no drug is given twice, and rules are told of all of them."""

from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines.engine.content import Package
from patients import actions
from patients.actions import NotSignable
from patients.beside import drugs_of, given_twice
from patients.deciding import decision_for, draft_for
from patients.models import Patient, Plan
from patients.rederiving import rederive
from tests import factories_guidelines as guidelines
from tests import factories_patients as make
from tests.patients.plans_beside import KNEE_CHOICES, knee, knee_that_asks

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


@pytest.fixture
def elbow_plan(patient: Patient, by: User) -> Plan:
    return make.signed(make.answered(patient, by), by)


# --- one drug, one plan -----------------------------------------------------------------------------------------------


def test_a_drug_of_another_plan_is_not_signed_again(patient: Patient, by: User, elbow_plan: Plan) -> None:
    ready = knee(patient, by, guidelines.another(), make.ENOUGH_CHOICES)

    with pytest.raises(NotSignable, match=r"Calmine is given under plan 1 \(.*\) already.* cannot be overridden"):
        make.signed(ready, by)

    assert list(Plan.objects.active()) == [elbow_plan]


def test_the_same_ingredient_under_another_name_is_the_same_drug(patient: Patient, by: User, elbow_plan: Plan) -> None:
    renamed = guidelines.with_other_drug(guidelines.creaking_knee().canonical(), rxnorm="1")
    package = Package.model_validate(
        {
            **renamed,
            "drugs": [{**drug, "rxnorm": "1"} if drug["key"] == "limberine" else drug for drug in renamed["drugs"]],
        }
    )

    with pytest.raises(NotSignable, match="Limberine is given under plan 1"):
        make.signed(knee(patient, by, package), by)


def test_another_drug_is_signed_beside_it_and_again(patient: Patient, by: User, elbow_plan: Plan) -> None:
    make.signed(knee(patient, by), by)
    elbow_again = make.signed(make.answered(patient, by), by)

    assert {plan.guideline.slug for plan in Plan.objects.active()} == {"itching-elbow", "creaking-knee"}
    assert elbow_again.replaces == elbow_plan


def test_a_drug_on_hold_there_is_to_be_given_again_there(patient: Patient, by: User, elbow_plan: Plan) -> None:
    [other] = drugs_of([elbow_plan], make.days_ago(0))
    draft = draft_for(knee(patient, by, guidelines.another(), make.ENOUGH_CHOICES))

    [problem] = given_twice(draft, [other._replace(is_given=False)])

    assert "Calmine is on hold under plan 1" in problem.message


def test_once_the_other_plan_has_ended_the_drug_is_free(patient: Patient, by: User, elbow_plan: Plan) -> None:
    actions.end_plan(plan=elbow_plan, by=by, because="Treated elsewhere from now on.")

    plan = make.signed(knee(patient, by, guidelines.another(), make.ENOUGH_CHOICES), by)

    assert [row.drug_key for row in plan.medications.all()] == ["calmine"]


def test_the_wizard_says_what_to_do_and_leads_to_the_other_plan(
    signed_in: Client, patient: Patient, by: User, elbow_plan: Plan
) -> None:
    ready = knee(patient, by, guidelines.another(), make.ENOUGH_CHOICES)
    address = reverse("consultation_recommendation", args=[ready.pk])

    assert "Not beside plan 1: calmine is that plan's" in unescape(signed_in.get(address).content.decode())
    sent = {"lock": ready.lock_version, "option": "E1-calmine", "go": "1"}
    html = signed_in.post(address, sent).content.decode()

    assert 'href="#beside.calmine"' in html and 'id="beside.calmine"' in html
    assert "choose an option without it, or first sign a plan without it there, or end that plan" in html
    assert reverse("plan_detail", args=[elbow_plan.pk]) in html
    assert signed_in.get(reverse("consultation_review", args=[ready.pk])).status_code == 302


def test_a_page_that_was_kept_is_made_anew_once_another_plan_is_signed(
    signed_in: Client, patient: Patient, by: User
) -> None:
    ready = knee(patient, by)
    address = reverse("consultation_recommendation", args=[ready.pk])
    before = signed_in.get(address).content.decode()
    make.signed(make.answered(patient, by), by)

    assert "Also taken, under other plans" not in before
    assert "Also taken, under other plans" in signed_in.get(address).content.decode()


# --- what is taken elsewhere is taken ---------------------------------------------------------------------------------


@pytest.mark.parametrize("named", ["calmine", "calming_agent"])
def test_a_rule_about_a_drug_of_another_plan_is_met_whatever_was_answered(
    patient: Patient, by: User, elbow_plan: Plan, named: str
) -> None:
    ready = knee(patient, by, knee_that_asks(named, f'"{named}" in medications'))

    alerts = {alert.rule.key: alert.state for alert in decision_for(ready).alerts}

    assert ready.answers["medications"]["value"] == []
    assert alerts["LIM-X"] == "met"
    assert not make.signed(ready, by).medications.exists(), "the drug that must not stand beside it is not given"


def test_nobody_was_asked_and_what_the_other_plan_gives_is_known_all_the_same(
    patient: Patient, by: User, elbow_plan: Plan
) -> None:
    when = '"calmine" in medications and not ("soother" in medications)'
    ready = knee(patient, by, knee_that_asks(when=when))
    asked = make.saved(ready, by, medications=None).consultation

    [alert] = [alert for alert in decision_for(asked).alerts if alert.rule.key == "LIM-X"]

    assert (alert.state, alert.open_facts) == ("unknown", frozenset({"medications"}))


def test_a_caution_is_seen_and_the_plan_is_the_same_when_worked_out_again(
    patient: Patient, by: User, elbow_plan: Plan
) -> None:
    package = knee_that_asks(severity="caution", override="acknowledge", action={"kind": "inform", "text": "Watch."})
    ready = knee(patient, by, package)
    [seen] = draft_for(ready).to_acknowledge()
    ready = actions.save_choices(
        consultation=ready, choices=KNEE_CHOICES | {"acknowledged": [seen.rule.key]}, by=by,
        lock_version=ready.lock_version,
    )  # fmt: skip

    plan = make.signed(ready, by)

    assert plan.frozen["facts"]["elsewhere"] == {"facts": {"medications": ["calmine"]}}
    assert rederive(plan).is_same


def test_a_drug_of_another_plan_that_a_step_may_go_on_with_is_left_to_that_plan(patient: Patient, by: User) -> None:
    package = guidelines.itching_elbow()
    step = package.steps[0]
    takes = [{"drug": "calmine"}, {"drug": "limberine", "when": "creaks"}]
    own = guidelines.creaking_knee()
    drug = next(drug for drug in own.drugs if drug.key == "limberine")
    product = drug.products[0].model_copy(update={"key": "limberine_tablet"})
    creaks = next(fact for fact in package.facts if fact.type == "boolean").model_copy(
        update={"key": "creaks", "label": "takes limberine", "formula": None, "implied": (), "unless_reported": None}
    )
    elbow = guidelines.edited(
        package, slug="sore-elbow", facts=[*package.facts, creaks],
        drugs=[*package.drugs, drug.model_copy(update={"products": (product,)})],
        steps=[step.model_copy(update={"takes": tuple(type(step.takes[0]).model_validate(t) for t in takes)}), *package.steps[1:]],
    )  # fmt: skip
    make.signed(knee(patient, by), by)
    ready = make.answered(patient, by, guidelines.published(elbow))
    placed = actions.place_on_step(
        consultation=ready, by=by, lock_version=ready.lock_version, step="E1", started_on=make.days_ago(7)
    )

    decision = decision_for(placed)

    assert decision.facts.states["creaks"].source == "another plan"  # type: ignore[union-attr]
    assert [taking.drug for taking in decision.taking] == ["calmine"]
    refused = make.saved(placed, by, creaks={"value": False})
    assert [problem.place for problem in refused.problems] == ["creaks"]
    assert "another plan gives it" in refused.problems[0].message
