"""Notes for the next person who looks at a patient. Added, never changed."""

from datetime import date

import pghistory
from django.contrib.auth.models import User
from django.db import transaction

from config.clocks import moments_ago
from patients import permissions
from patients.actions.refusals import Refused, allow, day_at
from patients.models import Patient, PatientNote

LONGEST_NOTE = 4000


@transaction.atomic
def add_note(*, patient: Patient, by: User, text: str, today: date | None = None) -> PatientNote:
    """The same words by the same person within a few minutes were sent twice and are one note."""
    locked = Patient.objects.locked().select_related("clinic").get(pk=patient.pk)
    allow(permissions.why_not_look_after(by, locked))
    told = text.strip()
    if not told:
        raise Refused("Write what the next person should know.")
    if len(told) > LONGEST_NOTE:
        raise Refused(f"Write at most {LONGEST_NOTE} characters.")
    again = PatientNote.objects.filter(patient=locked, noted_by=by, text=told, noted_at__range=moments_ago()).first()
    if again is not None:
        return again
    with pghistory.context(action="add_note", user=by.pk):
        return PatientNote.objects.create(patient=locked, text=told, noted_on=day_at(locked.clinic, today), noted_by=by)
