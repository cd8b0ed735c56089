"""A second guideline beside the itching elbow's, for patients who follow plans of both."""

from typing import Any

from django.contrib.auth.models import User

from guidelines.engine.content import Package, SafetyRule
from patients.models import Consultation, Patient
from tests import factories_guidelines as guidelines
from tests import factories_patients as make

KNEE_CHOICES = guidelines.with_other_drug(make.ENOUGH_CHOICES)


def knee(patient: Patient, by: User, package: Package | None = None, choices: Any = KNEE_CHOICES) -> Consultation:
    """A consultation by another guideline, with all that a signature needs but for the other plan."""
    return make.answered(patient, by, guidelines.published(package or guidelines.creaking_knee()), choices)


def knee_that_asks(drug: str = "calmine", when: str = '"calmine" in medications', **columns: Any) -> Package:
    """The other guideline, with the elbow's drug among the medicines it asks about, and a rule about it."""
    package = guidelines.creaking_knee()
    medications = next(fact for fact in package.facts if fact.key == "medications")
    choice = medications.choices[0].model_copy(update={"key": drug, "label": drug, "code": "RxNorm 1"})
    asked = medications.model_copy(update={"group": "medicines", "choices": (*medications.choices, choice)})
    rule = {
        "key": "LIM-X", "drug": "limberine", "kind": "interaction", "when": when, "severity": "stop",
        "message": "Never both.", "action": {"kind": "stop", "text": "Choose one."}, "override": "prohibited",
    }  # fmt: skip
    return guidelines.edited(
        package,
        fact_groups=[*package.fact_groups, {"key": "medicines", "title": "Medicines"}],
        facts=[asked if fact is medications else fact for fact in package.facts],
        safety_rules=[*package.safety_rules, SafetyRule.model_validate(rule | columns)],
    )
