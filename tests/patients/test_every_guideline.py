"""Every guideline that is shipped leads a patient from the questions to a signed plan on paper, by the pages alone."""

import re
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from guidelines.engine.cases import facts_of
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Case
from guidelines.engine.decision import Decision, decide
from guidelines.engine.dosing import Dose, selectable
from guidelines.engine.reading import read_facts
from patients import actions
from patients.care_plan import build_care_plan
from patients.deciding import decision_for, draft_for
from patients.facts import FROM_PATIENT
from patients.models import Consultation, Plan
from tests import factories_patients as make
from tests.engine.patients import all_shipped, slug_of
from tests.factories_guidelines import published
from tests.patients.plan_samples import NOW, header_of, settled, usual_choices

everywhere = pytest.mark.parametrize("shipped", all_shipped(), ids=slug_of)


def decided(shipped: CompiledPackage, case: Case) -> Decision:
    return decide(shipped, read_facts(facts_of(shipped, case), shipped))


@everywhere
def test_every_test_patient_who_can_have_a_plan_gets_one_that_breaks_no_print_rule(shipped: CompiledPackage) -> None:
    signed = 0
    for case in shipped.package.cases:
        decision = decided(shipped, case)
        draft, choices = settled(decision, usual_choices(decision), NOW if decision.facts.step else {})
        if not draft.problems:
            build_care_plan(decision.compiled, decision, draft, choices, header_of(decision))
            signed += 1

    assert signed > len(shipped.package.cases) * 2 / 3


# --- by the pages ----------------------------------------------------------------------------------------------------


def offered_something(shipped: CompiledPackage) -> Case:
    """The first test patient without a stop to whom an option is proposed."""
    return next(
        case for case in shipped.package.cases
        if case.expected.outcome == "propose" and case.expected.options and not case.expected.stops
    )  # fmt: skip


def typed_answers(shipped: CompiledPackage, case: Case) -> dict[str, Any]:
    """The facts of the case as the facts page sends them; age and sex stand in the register."""
    sent: dict[str, Any] = {"shown": []}
    known = facts_of(shipped, case)["facts"]
    limits = {fact.upper_limit for fact in shipped.package.facts if fact.upper_limit}
    for key, answer in known.items():
        fact, value = shipped.facts[key], answer["value"]
        if key in FROM_PATIENT or key in limits:
            continue
        sent["shown"].append(key)
        sent[f"fact-{key}"] = (value or "none_of_these") if fact.type == "set" else str(value).lower()
        sent |= {f"unit-{key}": fact.unit} if fact.unit else {}
        sent |= {f"limit-{key}": known[fact.upper_limit]["value"]} if fact.upper_limit else {}
    return sent


def picked_doses(consultation: Consultation) -> dict[str, Any]:
    """Of the chosen option: the proposed dose, or one from the middle; and a weekday."""
    sent: dict[str, Any] = {}
    decision = decision_for(consultation)
    option = next(o for o in decision.options if o.option.key == consultation.choices["option"])
    for part in option.regimens:
        regimen = part.regimen.regimen
        if isinstance(part.dose, Dose):
            amounts = selectable(part.regimen, part.dose)
            sent[f"amount-{regimen.key}"] = str(part.dose.start or amounts[len(amounts) // 2])
        if regimen.frequency.type == "weekly":
            sent[f"weekday-{regimen.drug}"] = "thursday"
    return sent | {f"taking-{taking.drug}": "stop" for taking in decision.taking if taking.change == "choose"}


class Pages:
    """Somebody at the wizard, without JavaScript."""

    def __init__(self, client: Client, begun: Consultation) -> None:
        self.client, self.key = client, begun.pk

    @property
    def now(self) -> Consultation:
        return Consultation.objects.get(pk=self.key)

    def send(self, step: str, **fields: Any) -> HttpResponse:
        sent = {"lock": str(self.now.lock_version), "go": "1", **fields}
        answer = self.client.post(reverse(f"consultation_{step}", args=[self.key]), sent)
        told = re.findall(r"data-error-summary.*?</ul>", answer.content.decode(), re.S)
        assert answer.status_code == 302, (step, answer.status_code, told)
        return answer

    def review(self) -> dict[str, str]:
        page = self.client.get(reverse("consultation_review", args=[self.key])).content.decode()
        return dict(re.findall(r'name="(key|shown)" value="([^"]+)"', page))


@pytest.mark.django_db
@everywhere
def test_a_patient_is_led_from_facts_to_a_signed_plan_on_paper(
    client: Client, by: User, shipped: CompiledPackage
) -> None:
    case, today = offered_something(shipped), make.days_ago(0)
    expected = decided(shipped, case)
    age, sex = (expected.resolved[key] for key in ("age_years", "sex"))
    born_on = today.replace(year=today.year - int(age), day=1)
    patient = make.patient(by, sex=sex, born_on=born_on)
    begun = make.consultation(patient, by, published(shipped.package))
    if case.step:
        begun = actions.place_on_step(
            consultation=begun, by=by, lock_version=begun.lock_version, step=case.step, started_on=today
        )
    client.force_login(by)
    pages = Pages(client, begun)

    pages.send("facts", **typed_answers(shipped, case))
    option = next(o.option.key for o in expected.options if o.state != "excluded")
    pages.send("recommendation", option=option)
    pages.send("dose", **picked_doses(pages.now))
    seen = [alert.rule.key for alert in draft_for(pages.now).to_acknowledge()]
    pages.send("safety", **{f"seen-{key}": "1" for key in seen})
    pages.send("monitoring", review_on="")
    signed = pages.send("review", **pages.review(), birth_year=str(born_on.year))

    plan = Plan.objects.get()
    assert signed.url == reverse("plan_detail", args=[plan.pk])
    assert plan.step == expected.step
    given = {row.drug_key for row in plan.medications.all()}
    assert given >= {part.regimen.drug.key for o in expected.options[:1] for part in o.regimens}
    paper = client.get(reverse("plan_patient_pdf", args=[plan.pk]))
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(paper.content)).pages).lower()
    for drug in given:
        assert shipped.drugs[drug].name in text
    assert ("on thursday" in text) is any(shipped.drugs[drug].weekly_only for drug in given)
    for page in ("plan_detail", "plan_patient_page", "plan_clinician_pdf", "plan_visit_page"):
        assert client.get(reverse(page, args=[plan.pk])).status_code == 200, page
    for page in ("patient_detail", "patient_results"):
        assert client.get(reverse(page, args=[patient.pk])).status_code == 200, page
    # Worked out again from what was frozen, it is the same.
    assert ">THE SAME<" in re.sub(
        r"<svg.*?</svg>", "", client.get(reverse("plan_rederive", args=[plan.pk])).content.decode(), flags=re.S
    )
