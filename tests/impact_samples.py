"""New content of the smallest guideline that decides otherwise, and a version that has been in use for a while."""

from typing import Any

import pgtrigger
from django.contrib.auth.models import User

from guidelines.engine.content import Package
from guidelines.models import Version
from patients.models import Patient, Plan
from tests import factories_patients as make
from tests.factories_guidelines import itching_elbow


def raw() -> dict[str, Any]:
    return itching_elbow().model_dump(mode="json")


def lower_cap() -> Package:
    """The drug that is taken once a week has a lower limit."""
    content = raw()
    content["regimens"][0]["caps"][0] |= {"amount": "10", "text": "at most 10 mg a week"}
    return Package.model_validate(content)


def stricter_rule() -> Package:
    content = raw()
    rule = next(rule for rule in content["safety_rules"] if rule["key"] == "CAL-W-MARK")
    rule["when"] = "itch_marker > 0.5 * itch_marker_limit"
    content["cases"][0]["expected"] |= {"cautions": ["CAL-W-MARK"], "options": {"E1-calmine": "caution"}}
    return Package.model_validate(content)


def earlier_test() -> Package:
    content = raw()
    content["monitoring"][0]["windows"][0]["after"] = "20 d"
    content["cases"][0]["expected"]["due"][0]["opens"] = "2025-12-21"
    return Package.model_validate(content)


def reworded() -> Package:
    content = raw()
    content["statements"][0]["clinician"] = "Calmine is where to start."
    content["safety_rules"][0]["message"] = "Calmine does harm to the unborn child."
    return Package.model_validate(content)


def without_a_fact() -> Package:
    """A fact that was given is no longer in the catalogue."""
    content = raw()
    content["facts"] = [fact for fact in content["facts"] if fact["key"] != "itch"]
    return Package.model_validate(content)


def used_for_a_while(version: Version, days: int = 100) -> Version:
    """In use since then: no version can be made effective in the past, and no two on one day."""
    version.effective_on = make.days_ago(days)
    with pgtrigger.ignore("guidelines.Version:version_lock"):
        version.save(update_fields=["effective_on"])
    return version


def signed_plan(by: User, version: Version, number: int = 1, of: Patient | None = None) -> Plan:
    patient = of or make.patient(by, number=f"E-{number}", given_names=f"Ellen {number}")
    return make.signed(make.answered(patient, by, version), by)
