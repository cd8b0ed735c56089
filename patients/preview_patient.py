"""A test patient of a guideline as the rows and the plan's head that the wizard and the paper ask for. Nothing is saved,
and nobody can mistake it for a person."""

from datetime import date
from typing import Any

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Case
from guidelines.engine.decision import Decision
from guidelines.models import Version
from patients.facts import AGE, BIRTH_DATE, SEX
from patients.models import Clinic, Consultation, Patient
from patients.models.patient import Sex
from patients.plan_header import clinic_of, guideline_of
from patients.plan_parts import PREVIEW, PlanHeader, PlanPatient
from patients.wizard import STEPS

USUAL_AGE = 40


def unsaved_consultation(version: Version, case: Case, raw: dict[str, Any]) -> Consultation:
    """As if it were open, with the facts of the case as its answers and every step reached."""
    patient = Patient(
        family_name="Patient", given_names="Test", number=case.key, born_on=born_on(case, raw),
        sex=str(raw["facts"].get(SEX, {}).get("value") or Sex.OTHER), is_invented=True, clinic=unsaved_clinic(),
    )  # fmt: skip
    return Consultation(
        patient=patient, guideline=version.guideline, version=version, as_of=case.as_of,
        current_step=case.step or "", step_started_on=case.started_on, answers=raw["facts"],
        furthest_step=STEPS[-1].key,
    )  # fmt: skip


def unsaved_clinic() -> Clinic:
    return Clinic(
        name="No clinic: a preview", phone="(phone of the clinic)", after_hours_phone="(phone after hours)",
        emergency_number="(emergency number)", poison_line="(poison line)", fever_limit="(fever limit)", is_demo=True,
    )  # fmt: skip


def born_on(case: Case, raw: dict[str, Any]) -> date:
    """From the facts of the case; where they name no age, that of somebody grown up."""
    facts = raw["facts"]
    if told := facts.get(BIRTH_DATE, {}).get("value"):
        return date.fromisoformat(str(told))
    age = str(facts.get(AGE, {}).get("value") or USUAL_AGE)
    years = int(age.partition(".")[0]) if age.replace(".", "", 1).isdigit() else USUAL_AGE
    # A birthday on 29 February would not exist in every year.
    return case.as_of.replace(year=case.as_of.year - min(years, 120), day=min(case.as_of.day, 28))


def preview_header(compiled: CompiledPackage, consultation: Consultation, decision: Decision) -> PlanHeader:
    patient = consultation.patient
    return PlanHeader(
        guideline=guideline_of(compiled, consultation.version),
        patient=PlanPatient(
            family_name=patient.family_name, given_names=patient.given_names, born_on=patient.born_on,
            number=f"case {patient.number}", sex=patient.get_sex_display(),
        ),
        clinic=clinic_of(patient.clinic),
        signed_on=decision.facts.as_of,
        signed_by="nobody",
        plan_number=PREVIEW,
    )  # fmt: skip
