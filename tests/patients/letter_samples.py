"""Reminder letters as their tests start and read them."""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pypdf
from django.contrib.auth.models import User

from guidelines.models import Version
from patients import actions
from patients.actions import letters as making
from patients.models import LetterRun, MonitoringTask, Plan
from tests import factories_patients as make
from tests.factories_guidelines import published


def task(plan: Plan, *, opens: int = -3, until: int = 3, **more: Any) -> MonitoringTask:
    today = plan.patient.clinic.today()
    told = {
        "position": 90, "item_key": "MON-EXTRA", "test_keys": ["itch_panel"], "phase": "Now", "required": True,
        "opens_on": today + timedelta(days=opens), "overdue_after_on": today + timedelta(days=until),
    }  # fmt: skip
    return MonitoringTask.objects.create(plan=plan, patient=plan.patient, clinic=plan.patient.clinic, **(told | more))


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


# --- many -------------------------------------------------------------------------------------------------------------


def people(by: User, count: int) -> list[MonitoringTask]:
    version, found = Version.objects.current().first() or published(), []
    for n in range(count):
        patient = make.patient(by, given_names=f"Person{n:02}", number=f"P-{n:02}")
        found.append(task(make.plan_row(make.consultation(patient, by, version), by)))
    return found


def started(by: User, tasks: list[MonitoringTask], **more: Any) -> LetterRun:
    told = {"key": uuid4(), "clinic": tasks[0].clinic, "tasks": [row.pk for row in tasks], "by": by}
    return actions.start_letters(**(told | more))


def document(run: LetterRun) -> list[str]:
    return [page for letter in making.parts_of(run) for page in pages(bytes(letter.document or b""))]
