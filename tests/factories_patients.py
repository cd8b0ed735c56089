"""The smallest clinic: its people, a patient, a consultation, a plan. State is reached by actions where there is one."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.utils import timezone

from guidelines.models import Version
from patients import actions
from patients.deciding import active_plan, decision_for, decision_hash
from patients.models import (
    Clinic,
    Consultation,
    FrequencyType,
    MedicationChange,
    Patient,
    Per,
    Plan,
    PlannedMedication,
    Role,
    Weekday,
)
from tests.factories_guidelines import published

WEEKLY_DRUG, DAILY_DRUG = "calmine", "soothine"
ENOUGH_ANSWERS: dict[str, Any] = {
    "weight_kg": {"value": "62", "unit": "kg"},
    "itch": {"value": "mild"},
    "itch_marker": {"value": "30", "unit": "U/L", "upper_limit": "40"},
    "medications": {"value": []},
    "can_become_pregnant": {"value": False},
}
ENOUGH_CHOICES: dict[str, Any] = {
    "option": "E1-calmine",
    "amounts": {"calmine": "10"},
    "weekdays": {"calmine": "tuesday"},
}


def clinic(name: str = "Elbow Clinic", *, is_demo: bool = False) -> Clinic:
    return actions.open_clinic(
        name=name,
        phone="555 0100",
        after_hours_phone="555 0101",
        emergency_number="112",
        poison_line="555 0102",
        fever_limit="38 °C",
        time_zone="UTC",
        is_demo=is_demo,
    )


def member(at: Clinic, role: Role, username: str = "") -> User:
    user = User.objects.create_user(username or f"{role}-{at.pk}")
    actions.add_member(clinic=at, user=user, role=role)
    return user


def physician(at: Clinic, username: str = "") -> User:
    return member(at, Role.PHYSICIAN, username)


def nurse(at: Clinic, username: str = "") -> User:
    return member(at, Role.NURSE, username)


def clinic_administrator(at: Clinic, username: str = "") -> User:
    return member(at, Role.ADMINISTRATOR, username)


def patient(by: User, **details: Any) -> Patient:
    at = Clinic.objects.clinical_for(by).get()
    told = {
        "family_name": "Elbow",
        "given_names": "Ellen",
        "born_on": date(1980, 5, 17),
        "sex": "female",
        "number": "E-1",
    }
    return actions.register_patient(clinic=at, by=by, **{**told, **details})


def consultation(of: Patient, by: User, version: Version | None = None) -> Consultation:
    return actions.start_consultation(patient=of, version=version or published(), by=by)


def answered(
    of: Patient, by: User, version: Version | None = None, choices: dict[str, Any] | None = None
) -> Consultation:
    """A consultation with all answers and choices that a signature needs."""
    begun = consultation(of, by, version)
    saved = actions.save_answers(consultation=begun, answers=ENOUGH_ANSWERS, by=by, lock_version=begun.lock_version)
    assert not saved.problems
    return actions.save_choices(
        consultation=saved.consultation,
        choices=choices or ENOUGH_CHOICES,
        by=by,
        lock_version=saved.consultation.lock_version,
    )


def saved(begun: Consultation, by: User, **answers: Any) -> actions.Saved:
    return actions.save_answers(consultation=begun, answers=answers, by=by, lock_version=begun.lock_version)


def signed(ready: Consultation, by: User, *, key: UUID | None = None, **otherwise: Any) -> Plan:
    return actions.sign_plan(
        **{
            "consultation": ready,
            "by": by,
            "lock_version": ready.lock_version,
            "idempotency_key": key or uuid4(),
            "birth_year": ready.patient.born_on.year,
            "shown_hash": decision_hash(decision_for(ready), ready.version, active_plan(ready)),
            **otherwise,
        }
    )


def plan_row(of: Consultation, by: User, **columns: Any) -> Plan:
    """A plan as a bare row, to try the database's own rules on."""
    told = {
        "consultation": of,
        "patient": of.patient,
        "guideline": of.guideline,
        "version": of.version,
        "content_hash": of.version.content_hash,
        "number": 1,
        "signed_at": timezone.now(),
        "signed_by": by,
        "signed_on": of.as_of,
        "idempotency_key": uuid4(),
        "frozen": {"facts": {"facts": {}}, "decision": {}, "choices": {}},
        "care_plan": {},
    }
    return Plan.objects.create(**{**told, **columns})


def weekly_medication(plan: Plan, **columns: Any) -> PlannedMedication:
    """The drug that is taken once a week, as it must be written. Not yet saved."""
    told = {
        "plan": plan,
        "version": plan.version,
        "position": 0,
        "drug_key": WEEKLY_DRUG,
        "change": MedicationChange.START,
        "amount": Decimal("10"),
        "unit": "mg",
        "per": Per.WEEK,
        "frequency_type": FrequencyType.WEEKLY,
        "weekday": Weekday.TUESDAY,
        "weekly_only": True,
    }
    return PlannedMedication(**{**told, **columns})


def days_ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)
