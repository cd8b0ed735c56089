"""Which reminder letters there are to write, and what each says, from the open tests. Nothing is written here."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from uuid import UUID

from django.db.models import Q, QuerySet

from guidelines.package import compiled_version
from patients.models import Clinic, MonitoringTask, Patient
from patients.outputs.letter import LetterTest, LetterText
from patients.paper_words import capital


def to_remind_of(clinic: Clinic, today: date) -> QuerySet[MonitoringTask]:
    """Required tests that could be done now, unless somebody has set them aside until later."""
    is_shown = Q(aside_until_on__isnull=True) | Q(aside_until_on__lte=today)
    return MonitoringTask.objects.open().filter(is_shown, clinic=clinic, required=True, opens_on__lte=today)


def letter_texts(clinic: Clinic, tasks: QuerySet[MonitoringTask], written_on: date) -> list[tuple[Patient, LetterText]]:
    """One letter a patient, by name."""
    ordered = tasks.order_by("patient__family_name", "patient__given_names", "patient", "overdue_after_on", "position")
    found = ordered.select_related("patient", "plan__version").defer("plan__frozen", "plan__care_plan")
    letters = []
    for _, rows in groupby(found, key=lambda task: task.patient_id):
        told = list(rows)
        letters.append((told[0].patient, letter_text(clinic, told[0].patient, told, written_on)))
    return letters


def letter_text(clinic: Clinic, patient: Patient, tasks: Iterable[MonitoringTask], written_on: date) -> LetterText:
    tests: list[LetterTest] = []
    keys: list[UUID] = []
    for task in tasks:
        keys.append(task.pk)
        named = compiled_version(task.plan.version).tests
        tests += [
            LetterTest(capital(named[key].plain_label), task.opens_on, task.overdue_after_on)
            for key in task.test_keys
            if key in named
        ]
    return LetterText(
        clinic=clinic.name, phone=clinic.phone, after_hours_phone=clinic.after_hours_phone,
        emergency_number=clinic.emergency_number, is_demonstration=clinic.is_demo,
        name=f"{patient.given_names} {patient.family_name}", number=patient.number, written_on=written_on,
        tests=tuple(tests), tasks=tuple(map(str, keys)),
    )  # fmt: skip
