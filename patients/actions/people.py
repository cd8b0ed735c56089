"""Clinics, their people, their patients, and who looked at whom."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import pghistory
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from patients import permissions
from patients.actions.refusals import Conflict, ValuesRefused, allow, checked
from patients.clinic_lines import problems_of
from patients.models import AccessEvent, Clinic, Membership, Patient, Role


@transaction.atomic
def open_clinic(**details: Any) -> Clinic:
    """At the console only: no page offers it. Its numbers stand on every patient's paper."""
    clinic = Clinic(**details)
    checked(clinic)
    problems = list(problems_of(clinic))
    if problems:
        raise ValuesRefused(problems)
    with pghistory.context(action="open_clinic"):
        clinic.save()
    return clinic


@transaction.atomic
def add_person(*, username: str, password: str, first_name: str, last_name: str) -> User:
    """Somebody who can sign in, without any role yet. At the console only."""
    return User.objects.create_user(username, password=password, first_name=first_name, last_name=last_name)


@transaction.atomic
def add_member(*, clinic: Clinic, user: User, role: Role) -> Membership:
    """At the console only. The same person in the same role again gives the row there is."""
    with pghistory.context(action="add_member"):
        return Membership.objects.get_or_create(clinic=clinic, user=user, role=role)[0]


@transaction.atomic
def register_patient(
    *,
    clinic: Clinic,
    by: User,
    family_name: str,
    given_names: str,
    born_on: date,
    sex: str,
    number: str,
    allergies: str = "",
) -> Patient:
    """Patients of a demonstration clinic are invented, and say so for ever."""
    allow(permissions.why_not_register(by, clinic))
    patient = Patient(
        clinic=clinic,
        family_name=family_name.strip(),
        given_names=given_names.strip(),
        born_on=born_on,
        sex=sex,
        number=number.strip(),
        allergies=allergies.strip(),
        is_invented=clinic.is_demo,
        registered_by=by,
    )
    check_birth(patient)
    checked(patient)
    with pghistory.context(action="register_patient", user=by.pk):
        patient.save()
    return patient


EDITABLE = ("family_name", "given_names", "born_on", "sex", "number", "allergies")


@transaction.atomic
def edit_patient(*, patient: Patient, by: User, lock_version: int, **changes: Any) -> Patient:
    """Changes what stands on the patient's page; Conflict when it has moved since `lock_version` was read."""
    current = Patient.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=patient.pk)
    allow(permissions.why_not_look_after(by, current))
    if current.lock_version != lock_version:
        raise Conflict(current)
    for name, value in changes.items():
        if name not in EDITABLE:
            raise ValueError(f"{name} of a patient is not edited")
        setattr(current, name, value.strip() if isinstance(value, str) else value)
    check_birth(current)
    checked(current)
    current.lock_version += 1
    with pghistory.context(action="edit_patient", user=by.pk):
        current.save()
    return current


def check_birth(patient: Patient) -> None:
    today = patient.clinic.today()
    if patient.born_on > today:
        allow("The day of birth is in the future. Correct it.")
    if patient.age_on(today) > 120:
        allow("The day of birth is more than 120 years ago. Correct it.")


def record_access(*, patient: Patient, by: User, what: str) -> AccessEvent:
    """Every read of a patient leaves a row; `what` is the name of the page or the document."""
    return AccessEvent.objects.create(patient=patient, user=by, what=what[:80])


def record_accesses(*, patients: Iterable[UUID], by: User, what: str) -> None:
    """The same for a list that says more of its patients than who they are: one statement, however long it is."""
    keys = list(dict.fromkeys(patients))
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {AccessEvent._meta.db_table} (patient_id, user_id, at, what)"  # noqa: S608  # our own name
                " SELECT seen, %s, %s, %s FROM unnest(%s::uuid[]) AS seen",
                [by.pk, timezone.now(), what[:80], keys],
            )
