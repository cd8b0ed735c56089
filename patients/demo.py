"""Makes the demonstration: clinic, people and invented patients, by the same actions that pages use.

Idempotent: what is there already is left alone. Refuses where a clinic for real patients exists.
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from guidelines import actions as guideline_actions
from guidelines.guideline_file import read_guideline_file, shipped_guidelines
from guidelines.knowledge_files import knowledge_in
from guidelines.library import CONTENT_FOLDER
from guidelines.models import Approval, JobState, StatusMove, Version
from guidelines.package import compiled_version
from guidelines.workflow import Status
from patients import actions
from patients.deciding import active_plan, decision_for, decision_hash, draft_for
from patients.demo_story import Person, Results, Story, Visit
from patients.models import (
    Clinic,
    Consultation,
    Patient,
    Role,
)  # fmt: skip

Tell = Callable[[str], None]
REASON = "Shipped with Stepwise, for demonstration."


class RealClinic(Exception):
    """The demonstration must not be mixed with care: a clinic, or a guideline, is in use."""


def refuse_beside_care() -> None:
    real = Clinic.objects.filter(is_demo=False).first()
    if real is not None:
        raise RealClinic(
            f"{real} is a clinic for real patients. The demonstration is not made beside it;"
            " use another database (DATABASE_URL or DATA_FOLDER)."
        )


def refuse_beside_approved(slug: str) -> None:
    """A demonstration would take the place of what was approved for care."""
    real = Version.objects.filter(
        guideline__slug=slug, is_demonstration=False, effective_on__isnull=False, withdrawn_at=None
    ).first()
    if real is not None:
        raise RealClinic(
            f"{slug}, {real} is approved for care. The demonstration is not made beside it;"
            " use another database (DATABASE_URL or DATA_FOLDER)."
        )


def make_demonstration(tell: Tell) -> Clinic:
    """Everything the demonstration needs that is not there yet; one sentence to `tell` for each thing made."""
    refuse_beside_care()
    told = Story.told()
    with transaction.atomic():
        clinic = Clinic.objects.filter(is_demo=True).order_by("pk").first()
        if clinic is None:
            clinic = actions.open_clinic(**told["clinic"], is_demo=True)
            tell(f"{clinic}: made.")
        staff = {raw["username"]: staff_member(clinic, raw) for raw in told["staff"]}
    with transaction.atomic():
        versions = {path: shipped_version(path, told, staff, tell) for path in shipped_guidelines()}
    for shipped in versions.values():
        publish(shipped, clinic, staff, told, tell)
    version = versions[story_guideline(told)]
    by = next(staff[raw["username"]] for raw in told["staff"] if raw.get("clinic_role") == Role.PHYSICIAN)
    today = clinic.today()
    for person in Story(compiled_version(version).facts, today).people():
        if not Patient.objects.filter(clinic=clinic, number=person.number).exists():
            with transaction.atomic():
                tell(f"{live(clinic, version, person, by)}: made.")
    return clinic


def staff_member(clinic: Clinic, told: dict[str, Any]) -> User:
    user = User.objects.filter(username=told["username"]).first() or actions.add_person(
        username=told["username"],
        password=told["password"],
        first_name=told["given_names"],
        last_name=told["family_name"],
    )
    if "clinic_role" in told:
        actions.add_member(clinic=clinic, user=user, role=Role(told["clinic_role"]))
    for role in (told[name] for name in ("group", "profession") if name in told):
        guideline_actions.give_role(user=user, role=role)
    return user


def story_guideline(told: dict[str, Any]) -> Path:
    """The shipped guideline that the invented patients are treated by."""
    return CONTENT_FOLDER / told["guideline"]


def shipped_version(path: Path, told: dict[str, Any], staff: dict[str, User], tell: Tell) -> Version:
    """A shipped guideline as its current version: submitted, approved twice and published as a demonstration."""
    package = read_guideline_file(path).package
    by_group: dict[str, list[dict[str, Any]]] = {}
    for raw in told["staff"]:
        by_group.setdefault(raw.get("group", ""), []).append(raw)
    editor, administrator = (staff[by_group[group][0]["username"]] for group in ("editors", "administrators"))
    with transaction.atomic():
        refuse_beside_approved(package.slug)
        guideline_actions.record_knowledge(content=knowledge_in(), by=editor)
        try:
            version = guideline_actions.load_package(
                package=package, by=editor, reason=REASON, level="safety", is_demonstration=True
            )
        except guideline_actions.Refused as refusal:
            raise RealClinic(str(refusal)) from None
        if Version.objects.current().filter(pk=version.pk).exists():
            return version
        if StatusMove.objects.status_of(version) == Status.DRAFT:
            guideline_actions.submit(version=version, by=editor, why=REASON)
        for run in version.impact_runs.filter(state=JobState.WAITING):
            actions.compare_plans(run.pk)  # here and now: nobody has started a worker yet
        for raw in by_group["reviewers"]:
            reviewer = staff[raw["username"]]
            if not Approval.objects.valid_for(version).filter(approved_by=reviewer).exists():
                guideline_actions.approve(version=version, by=reviewer, content_hash=version.content_hash)
        make_way(version, administrator)
        version = guideline_actions.publish(
            version=version, by=administrator, content_hash=version.content_hash, why=REASON,
            effective_on=first_day(version),
        )  # fmt: skip
    tell(f"{package.title}, {version} ({version.short_hash}): loaded and approved as a demonstration.")
    return version


def publish(version: Version, clinic: Clinic, staff: dict[str, User], told: dict[str, Any], tell: Tell) -> None:
    """For anyone with the link, so that the code on a printed plan leads somewhere."""
    if version.publications.open().filter(publisher_key=actions.publisher_key(clinic)).exists():
        return
    by = next(staff[raw["username"]] for raw in told["staff"] if raw.get("clinic_role") == Role.ADMINISTRATOR)
    actions.publish_version(version=version, clinic=clinic, by=by)
    tell(f"{version.title}, {version}: published for anyone with the link.")


def first_day(version: Version) -> date:
    """Yesterday, so that a change of it can be published on the day it is made; for newer shipped content, today."""
    today = timezone.localdate()
    is_first = not Version.objects.filter(guideline=version.guideline, effective_on__isnull=False).exists()
    return today - timedelta(days=1) if is_first else today


def make_way(version: Version, by: User) -> None:
    """A version that became effective today, or waits for its day, makes way: the shipped one is the newer."""
    later = Version.objects.filter(
        guideline=version.guideline, effective_on__gte=timezone.localdate(), withdrawn_at=None
    )
    for other in later.exclude(pk=version.pk):
        guideline_actions.withdraw(version=other, by=by, why="The shipped content has changed since.")


def live(clinic: Clinic, version: Version, person: Person, by: User) -> Patient:
    """One invented patient: what was found, and the consultations, in the order of their days."""
    compiled = compiled_version(version)
    patient = actions.register_patient(
        clinic=clinic, by=by, family_name=person.family_name, given_names=person.given_names, born_on=person.born_on,
        sex=person.sex, number=person.number, allergies=person.allergies,
    )  # fmt: skip
    told: list[Results | Visit] = [*person.results, *person.visits]
    for entry in sorted(told, key=lambda one: (one.on, isinstance(one, Visit))):
        if isinstance(entry, Visit):
            consult(patient, version, entry, by)
        else:
            entries = [actions.Entry(key, answer) for key, answer in entry.answers.items()]
            actions.record_observations(patient=patient, compiled=compiled, entries=entries, by=by, today=entry.on)
    return patient


def consult(patient: Patient, version: Version, visit: Visit, by: User) -> None:
    consultation = actions.start_consultation(patient=patient, version=version, by=by, today=visit.on)
    if visit.step:
        consultation = actions.place_on_step(
            consultation=consultation, by=by, lock_version=consultation.lock_version, step=visit.step,
            started_on=visit.started_on,
        )  # fmt: skip
    saved = actions.save_answers(
        consultation=consultation, answers=visit.answers, by=by, lock_version=consultation.lock_version,
        furthest_step="recommendation", today=visit.on,
    )  # fmt: skip
    if saved.problems:
        raise ValueError(f"{patient.number}, {visit.on}: {saved.problems}")
    consultation = saved.consultation
    if visit.choices:
        consultation = choose(consultation, visit, by)
    if visit.is_signed:
        sign(consultation, patient, visit.on, by)


def choose(consultation: Consultation, visit: Visit, by: User) -> Consultation:
    """The told choices, and every caution acknowledged that the draft then names."""
    consultation = actions.save_choices(
        consultation=consultation, choices=visit.choices, by=by, lock_version=consultation.lock_version
    )
    seen = list(draft_for(consultation).to_see())
    return actions.save_choices(
        consultation=consultation, choices={**visit.choices, "acknowledged": seen}, by=by,
        lock_version=consultation.lock_version, furthest_step="review",
    )  # fmt: skip


def sign(consultation: Consultation, patient: Patient, on: date, by: User) -> None:
    actions.sign_plan(
        consultation=consultation,
        by=by,
        lock_version=consultation.lock_version,
        idempotency_key=uuid5(NAMESPACE_URL, f"stepwise-demonstration/{consultation.pk}"),
        birth_year=patient.born_on.year,
        shown_hash=decision_hash(decision_for(consultation), consultation.version, active_plan(consultation)),
        today=on,
    )
