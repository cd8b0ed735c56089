"""Somebody at the wizard of any guideline, without JavaScript: what a test patient says is sent as the pages ask for it."""

import re
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from guidelines.engine.cases import facts_of
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Case
from guidelines.engine.decision import Decision, decide
from guidelines.engine.dosing import Dose, selectable
from guidelines.engine.reading import read_facts
from guidelines.models import Version
from patients import actions
from patients.deciding import decision_for, draft_for
from patients.facts import FROM_PATIENT
from patients.models import Consultation
from tests import factories_patients as make


def decided(shipped: CompiledPackage, case: Case) -> Decision:
    return decide(shipped, read_facts(facts_of(shipped, case), shipped))


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


def begun_with(shipped: CompiledPackage, case: Case, by: User, version: Version) -> Consultation:
    """A consultation on the step of the test patient, with somebody of that age and sex."""
    age, sex = (decided(shipped, case).resolved[key] for key in ("age_years", "sex"))
    today = make.days_ago(0)
    patient = make.patient(by, sex=sex, born_on=today.replace(year=today.year - int(age), day=1))
    begun = make.consultation(patient, by, version)
    if case.step is None:
        return begun
    return actions.place_on_step(
        consultation=begun, by=by, lock_version=begun.lock_version, step=case.step, started_on=today
    )


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

    def lead(self, shipped: CompiledPackage, case: Case, option: str) -> HttpResponse:
        """Through every step to the signature, with the answers of the test patient."""
        self.until_review(shipped, case, option)
        return self.send("review", **self.review(), birth_year=str(self.now.patient.born_on.year))

    def until_review(self, shipped: CompiledPackage, case: Case, option: str) -> None:
        self.send("facts", **typed_answers(shipped, case))
        self.send("recommendation", option=option)
        self.send("dose", **picked_doses(self.now))
        seen = [alert.rule.key for alert in draft_for(self.now).to_acknowledge()]
        self.send("safety", **{f"seen-{key}": "1" for key in seen})
        self.send("monitoring", review_on="")
