"""A clinic in which something waits: signed plans of the smallest guideline, results, and days that pass."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guidelines.engine.content import Package
from guidelines.models import Version
from guidelines.package import compiled_version
from patients import actions
from patients.models import Patient, Plan
from tests import impact_samples as sample
from tests.factories_guidelines import published, with_cases_that_pass

Clock = Callable[[int], datetime]


def passing(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Gives a function by which so many days pass; nothing else happens meanwhile, and nobody works."""
    began = timezone.now()

    def days_later(days: int) -> datetime:
        moment = began + timedelta(days=days)
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return moment

    return days_later


def asking_for(action: str, **more: Any) -> Package:
    """A high marker asks for this."""
    content = sample.raw()
    rule = next(rule for rule in content["safety_rules"] if rule["key"] == "CAL-W-MARK")
    rule["action"] = {**rule["action"], "kind": action, **more}
    return Package.model_validate(content)


def with_a_review() -> Package:
    """The second item is a question to the patient, and the first of the others a look without results."""
    content = sample.raw()
    content["tests"].append(
        {"key": "asked", "label": "How it itches", "plain_label": "How it itches", "facts": ["itch"]}
    )
    content["monitoring"][1]["tests"] = ["asked", "itch_panel"]
    content["monitoring"].append(
        {**content["monitoring"][1], "key": "MON-LOOK", "tests": ["skin_look"], "why": "The skin can change."}
    )
    return Package.model_validate(content)


def published_with(package: Package) -> Version:
    """In use, its test patients expecting what it says."""
    return published(with_cases_that_pass(package))


def plan_of(by: User, version: Version, number: int = 1) -> Plan:
    return sample.signed_plan(by, version, number)


def marker(patient: Patient, by: User, value: str, on: date | None = None) -> None:
    version = patient.plans.get(state="active").version
    answer = {
        "value": value, "unit": "U/L", "upper_limit": "40", "taken_on": (on or patient.clinic.today()).isoformat(),
    }  # fmt: skip
    actions.record_observations(
        patient=patient, compiled=compiled_version(version), by=by, entries=[actions.Entry("itch_marker", answer)]
    )


def page_of(client: Client, **asked: str) -> str:
    response = client.get(reverse("worklist"), asked)
    assert response.status_code == 200
    return response.content.decode()
