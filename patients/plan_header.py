"""The head of a plan: who, where, when, and which version of which guideline. From rows to plain values."""

from datetime import date

from django.contrib.auth.models import User
from django.urls import reverse

from guidelines.engine.compiled import CompiledPackage
from guidelines.models import StatusMove, Version
from patients.models import Clinic, Patient, Plan
from patients.plan_parts import PlanClinic, PlanGuideline, PlanHeader, PlanPatient


def header_of(
    *,
    compiled: CompiledPackage,
    version: Version,
    patient: Patient,
    number: int,
    replaces: Plan | None,
    signed_by: User,
    signed_on: date,
) -> PlanHeader:
    """As it is printed, now and for ever: what changes on the patient's page later does not change a signed plan."""
    return PlanHeader(
        guideline=guideline_of(compiled, version),
        patient=PlanPatient(
            family_name=patient.family_name,
            given_names=patient.given_names,
            born_on=patient.born_on,
            number=patient.number,
            sex=patient.get_sex_display(),
            allergies=patient.allergies,
        ),
        clinic=clinic_of(patient.clinic),
        signed_on=signed_on,
        signed_by=signed_by.get_full_name() or signed_by.get_username(),
        plan_number=number,
        replaces=replaces.number if replaces is not None else None,
    )


def guideline_of(compiled: CompiledPackage, version: Version) -> PlanGuideline:
    slug = compiled.package.slug
    return PlanGuideline(
        title=compiled.package.title,
        slug=slug,
        version=version.number,
        content_hash=version.content_hash,
        is_demonstration=version.is_demonstration,
        public_path=reverse("guideline_version", kwargs={"slug": slug, "number": version.number}),
        status=StatusMove.objects.status_of(version),
        code=compiled.package.code,
    )


def clinic_of(clinic: Clinic) -> PlanClinic:
    return PlanClinic(
        name=clinic.name,
        phone=clinic.phone,
        after_hours_phone=clinic.after_hours_phone,
        emergency_number=clinic.emergency_number,
        poison_line=clinic.poison_line,
        fever_limit=clinic.fever_limit,
    )
