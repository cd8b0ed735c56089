"""Clinics, their people, their patients, and who looked at whom."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import pghistory
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from config.acting import acting_as_system
from patients import permissions
from patients.actions.refusals import Conflict, Refused, ValuesRefused, allow, checked
from patients.clinic_lines import problems_of
from patients.models import AccessEvent, Clinic, Patient


@transaction.atomic
def open_clinic(*, by: User | None = None, **details: Any) -> Clinic:
    """By nobody at the console only. Its numbers stand on every patient's paper."""
    if by is not None:
        User.objects.select_for_update(no_key=True).get(pk=by.pk)  # sent twice at once, one waits for the other
        allow(permissions.why_not_administer(by))
        with acting_as_system():
            if Clinic.objects.filter(name__iexact=details["name"].strip()).exists():
                raise Refused("There is a clinic of this name already. Give this one a name that tells them apart.")
    clinic = Clinic(**details)
    checked(clinic)
    problems = list(problems_of(clinic))
    if problems:
        raise ValuesRefused(problems)
    # Nobody belongs to it yet.
    with acting_as_system(), pghistory.context(action="open_clinic", **({"user": by.pk} if by else {})):
        clinic.save()
    return clinic


@transaction.atomic
def name_patient_numbers(*, clinic: Clinic, system: str) -> Clinic:
    """At the console only. From now on only identifiers of this system are numbers of the clinic's patients; an empty one
    takes that back."""
    current = Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    current.patient_number_system = system.strip() or None
    checked(current)
    with pghistory.context(action="name_patient_numbers"):
        current.save(update_fields=["patient_number_system"])
    return current


@transaction.atomic
def add_person(*, username: str, password: str, first_name: str, last_name: str, email: str = "") -> User:
    """Somebody who can sign in, without any role yet."""
    return User.objects.create_user(
        username, email=email, password=password, first_name=first_name, last_name=last_name
    )


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
    take_numbers(clinic)
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
    current = Patient.objects.locked().select_related("clinic").get(pk=patient.pk)
    allow(permissions.why_not_look_after(by, current))
    if current.lock_version != lock_version:
        raise Conflict(current)
    before = current.number
    for name, value in changes.items():
        if name not in EDITABLE:
            raise ValueError(f"{name} of a patient is not edited")
        setattr(current, name, value.strip() if isinstance(value, str) else value)
    check_birth(current)
    if current.number != before:
        take_numbers(current.clinic)
    checked(current)
    current.lock_version += 1
    with pghistory.context(action="edit_patient", user=by.pk):
        current.save()
    return current


def take_numbers(clinic: Clinic) -> None:
    """Nobody else gives out a number of this clinic until the transaction ends: whoever sends one twice at the same moment
    reads that it is taken."""
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)


def check_birth(patient: Patient) -> None:
    today = patient.clinic.today()
    if patient.born_on > today:
        allow("The day of birth is in the future. Correct it.")
    if patient.age_on(today) > 120:
        allow("The day of birth is more than 120 years ago. Correct it.")


def record_access(*, patient: Patient, by: User, what: str) -> AccessEvent:
    """Every read of a patient leaves a row; `what` is the name of the page or the document."""
    return AccessEvent.objects.create(clinic_id=patient.clinic_id, patients=[patient.pk], user=by, what=what[:80])


def record_accesses(*, patients: Iterable[UUID], by: User, what: str) -> None:
    """The same for a list: one row for each clinic, however long it is."""
    keys = list(dict.fromkeys(patients))
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {AccessEvent._meta.db_table} (clinic_id, patients, user_id, at, what)"  # noqa: S608  # our own
                " SELECT clinic_id, array_agg(id), %s, %s, %s"
                f" FROM {Patient._meta.db_table} WHERE id = ANY(%s) GROUP BY clinic_id ORDER BY clinic_id",
                [by.pk, timezone.now(), what[:80], keys],
            )
