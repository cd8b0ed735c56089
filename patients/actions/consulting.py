"""Consultations: begun with what is known, saved as they go, discarded. Signing is elsewhere."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import pghistory
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from guidelines.engine.facts import Problem
from guidelines.engine.reading import why_not_past
from guidelines.models import Version
from guidelines.package import compiled_version
from patients import permissions
from patients.actions.refusals import Conflict, Refused, ValuesRefused, allow, day_at
from patients.choices import ChoicesRefused, read_choices
from patients.deciding import compiled_for, observations_of, read_answers
from patients.facts import prefilled
from patients.following.baselines import kept_baselines
from patients.models import Clinic, Consultation, ConsultationState, Patient, Plan


class Saved(NamedTuple):
    """The consultation as it is now, what was not saved and why, and which values to ask about again."""

    consultation: Consultation
    problems: tuple[Problem, ...]
    questioned: tuple[str, ...]


def why_not_use(version: Version, clinic: Clinic) -> str:
    if not Version.objects.effective(clinic.today()).filter(pk=version.pk).exists():
        return f"{version.title}, {version}, is not in use. Choose the current version."
    if version.is_demonstration and not clinic.is_demo:
        return f"{version.title}, {version}, is a demonstration and not approved for care."
    return ""


def locked(consultation: Consultation) -> Consultation:
    """The consultation as it is now, ours until the transaction ends."""
    found = Consultation.objects.select_for_update(of=("self",))
    return found.select_related("patient__clinic", "version__guideline").get(pk=consultation.pk)


def mine(consultation: Consultation, by: User, lock_version: int) -> Consultation:
    current = locked(consultation)
    allow(permissions.why_not_consult(by, current))
    if current.lock_version != lock_version:
        raise Conflict(current)
    return current


@transaction.atomic
def start_consultation(*, patient: Patient, version: Version, by: User, today: date | None = None) -> Consultation:
    """Begins with the last known results, each with its date, and where the active plan has the patient.

    The one that is open already is given back, also when it follows an earlier version.
    """
    current = Patient.objects.locked().select_related("clinic").get(pk=patient.pk)
    allow(permissions.why_not_look_after(by, current))
    begun = Consultation.objects.open().filter(patient=current, guideline=version.guideline_id).first()
    if begun is not None:
        return begun
    allow(why_not_use(version, current.clinic))
    day = day_at(current.clinic, today)
    compiled = compiled_version(version)
    plans = Plan.objects.active().filter(patient=current, guideline=version.guideline_id)
    plan = plans.prefetch_related("medications").first()
    consultation = Consultation(patient=current, guideline=version.guideline, version=version, as_of=day, started_by=by)
    observations = observations_of(consultation)
    if plan is not None and plan.step in compiled.steps:
        # A plan that was signed while the clock was ahead says a day that is still to come.
        began = min(plan.started_on, day) if plan.started_on else None
        consultation.current_step, consultation.step_started_on = plan.step, began
    consultation.results_upto = max((row.number for row in observations), default=0)
    known = prefilled(compiled=compiled, patient=current, as_of=day, observations=observations, plan=plan)
    known |= kept_baselines(compiled, plan)
    consultation.answers = read_answers(consultation, known, as_of=day, observations=observations).answers
    with pghistory.context(action="start_consultation", user=by.pk):
        consultation.save()
    return consultation


@transaction.atomic
def place_on_step(
    *, consultation: Consultation, by: User, lock_version: int, step: str, started_on: date | None
) -> Consultation:
    """For a patient whose treatment began elsewhere: the step of the pathway, and since when."""
    current = mine(consultation, by, lock_version)
    if Plan.objects.active().filter(patient=current.patient_id, guideline=current.guideline_id).exists():
        raise Refused("The active plan says where the patient is. Sign a new plan to change it.")
    if step and step not in compiled_for(current).steps:
        raise ValuesRefused([Problem("step", "is not a step of this guideline")])
    if started_on is not None and (not step or started_on > current.as_of):
        raise ValuesRefused([Problem("started_on", "is the day on which a step began, not after today")])
    if started_on is not None and (sentence := why_not_past(started_on, current.patient.born_on)):
        raise ValuesRefused([Problem("started_on", sentence)])
    current.current_step, current.step_started_on = step, started_on
    return saved(current, by, "place_on_step")


@transaction.atomic
def save_answers(
    *,
    consultation: Consultation,
    answers: Mapping[str, Mapping[str, Any] | None],
    by: User,
    lock_version: int,
    furthest_step: str = "",
    today: date | None = None,
) -> Saved:
    """Saves what can be used and says what cannot; None takes an answer back. Brings the consultation up to today.

    An answer that is wrong leaves the one before it; one that contradicts others is not kept.
    """
    current = mine(consultation, by, lock_version)
    day = day_at(current.patient.clinic, today)
    typed = {key: dated(answer, day) for key, answer in answers.items() if answer is not None}
    kept = {key: answer for key, answer in current.answers.items() if key not in answers}
    # First what was typed by itself, so that a wrong value cannot push out the one before it.
    observations = observations_of(current)
    alone = read_answers(current, typed, as_of=day, observations=observations)
    wrong = {place.partition(".")[0] for place, _ in alone.problems} & set(current.answers) & set(typed)
    before = {key: current.answers[key] for key in wrong}
    together = read_answers(current, kept | before | alone.answers, as_of=day, observations=observations)
    current.answers, current.as_of = together.answers, day
    current.furthest_step = furthest_step or current.furthest_step
    saved(current, by, "save_answers")
    problems = tuple(dict.fromkeys([*alone.problems, *together.problems]))
    return Saved(current, problems, together.questioned)


def dated(answer: Mapping[str, Any], day: date) -> dict[str, Any]:
    """An answer keeps the day it was given for, also when the consultation goes on tomorrow."""
    return {**answer, "taken_on": day.isoformat()} if "value" in answer and "taken_on" not in answer else dict(answer)


@transaction.atomic
def save_choices(
    *, consultation: Consultation, choices: Mapping[str, Any], by: User, lock_version: int, furthest_step: str = ""
) -> Consultation:
    """What the physician chose so far, readable; whether it is complete and allowed is the draft's matter."""
    current = mine(consultation, by, lock_version)
    try:
        read_choices(dict(choices))
    except ChoicesRefused as refusal:
        raise ValuesRefused([Problem(place, message) for place, message in refusal.problems]) from None
    current.choices = dict(choices)
    current.furthest_step = furthest_step or current.furthest_step
    return saved(current, by, "save_choices")


def saved(consultation: Consultation, by: User, action: str) -> Consultation:
    consultation.lock_version += 1
    with pghistory.context(action=action, user=by.pk):
        consultation.save()
    return consultation


@transaction.atomic
def discard_consultation(*, consultation: Consultation, by: User) -> Consultation:
    """Closes it without a plan; what was typed stays readable."""
    current = locked(consultation)
    if current.state == ConsultationState.DISCARDED:
        return current  # sent twice, meant once
    allow(permissions.why_not_consult(by, current))
    current.state, current.closed_at, current.closed_by = ConsultationState.DISCARDED, timezone.now(), by
    return saved(current, by, "discard_consultation")
