"""What is done about a plan because of a version: kept with a reason, stopped, or moved by signing on the new version."""

from collections.abc import Collection, Iterable

import pghistory
from django.contrib.auth.models import User
from django.db import transaction

from guidelines.models import Version
from patients import permissions
from patients.actions.consulting import discard_consultation, start_consultation
from patients.actions.following import end_plan
from patients.actions.refusals import Refused, allow
from patients.impact.affected import concerning
from patients.models import Consultation, Handled, Patient, Plan, PlanHandling

LONGEST_REASON = 2000


def locked(plan: Plan) -> Plan:
    """The plan as it is now, ours until the transaction ends: two people deal with it one after the other. The patient's
    row first, as whoever signs a plan holds it."""
    Patient.objects.locked().get(pk=plan.patient_id)
    return Plan.objects.select_for_update(of=("self",)).select_related("patient__clinic", "version").get(pk=plan.pk)


def because_of(plan: Plan) -> list[Version]:
    """The versions that are still to be dealt with."""
    found = concerning(Plan.objects.filter(pk=plan.pk), plan.patient.clinic)
    return [version for row in found for version in row.because]


def note(plan: Plan, versions: Iterable[Version], outcome: Handled, by: User, reason: str) -> None:
    with pghistory.context(action=f"plan_{outcome}", user=by.pk):
        for version in versions:
            PlanHandling.objects.get_or_create(
                plan=plan, version=version, outcome=outcome, defaults={"reason": reason, "handled_by": by}
            )


@transaction.atomic
def keep_plan(*, plan: Plan, by: User, reason: str, because: Collection[str] | None = None) -> Plan:
    """The plan goes on under the version it was signed on, for a reason.

    `because` are the keys of the versions that were shown as the cause: one that came since was not decided about.
    """
    current = locked(plan)
    allow(permissions.why_not_handle(by, current))
    if not reason.strip():
        raise Refused("Say why the plan is kept.")
    if len(reason.strip()) > LONGEST_REASON:
        raise Refused(f"Write at most {LONGEST_REASON} characters.")
    versions = because_of(current)
    if not versions:
        if current.handlings.filter(outcome=Handled.KEPT, handled_by=by).exists():
            return current  # sent twice, meant once
        raise Refused("Somebody has dealt with this plan meanwhile. Nothing is open for it.")
    if because is not None and {str(version.pk) for version in versions} != set(because):
        raise Refused("What concerns this plan has changed since you opened it. Read it again, then decide.")
    note(current, versions, Handled.KEPT, by, reason.strip())
    return current


@transaction.atomic
def stop_plan(*, plan: Plan, by: User, reason: str) -> Plan:
    """The plan is no longer followed, and the version is on record as the cause."""
    current = locked(plan)
    allow(permissions.why_not_handle(by, current))
    if not reason.strip():
        raise Refused("Say why the plan is stopped.")
    if len(reason.strip()) > LONGEST_REASON:
        raise Refused(f"Write at most {LONGEST_REASON} characters.")
    versions = because_of(current)
    ended = end_plan(plan=current, by=by, because=reason)
    note(ended, versions, Handled.STOPPED, by, reason.strip())
    return ended


@transaction.atomic
def move_plan(*, plan: Plan, version: Version, by: User, discards: str = "") -> Consultation:
    """Begins a consultation on the new version. Signing it replaces the plan, and only then the plan is moved.

    One that is open on an older version is in the way; it is discarded when `discards` names it.
    """
    unfinished = open_elsewhere(plan, version)
    if unfinished is not None and str(unfinished.pk) != discards:
        raise Refused(
            f"A consultation on version {unfinished.version.number} is open for this patient. Finish or discard it,"
            " then move the plan."
        )
    if unfinished is not None:
        discard_consultation(consultation=unfinished, by=by)
    return start_consultation(patient=plan.patient, version=version, by=by)


def open_elsewhere(plan: Plan, version: Version | None) -> Consultation | None:
    """The open consultation of this patient and guideline that follows another version."""
    found = Consultation.objects.open().filter(patient=plan.patient_id, guideline=plan.guideline_id)
    return found.exclude(version=version).select_related("version").first() if version else None


def note_move(before: Plan, after: Plan, by: User) -> None:
    """Part of signing: a plan on another version has taken the place of this one."""
    if before.version_id == after.version_id:
        return
    withdrawn = [before.version] if before.version.withdrawn_at is not None else []
    note(before, [after.version, *withdrawn], Handled.MOVED, by, "")
