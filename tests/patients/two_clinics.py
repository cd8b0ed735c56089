"""A clinic with everything that one has; two of them stand beside each other in tests of who sees what."""

from uuid import uuid4

from django.contrib.auth.models import User

from patients import actions
from tests import factories_patients as make


def place(name: str) -> User:
    """A physician of a clinic with a patient, a plan and a calendar."""
    by = make.physician(make.clinic(name))
    patient = make.patient(by)
    make.signed(make.answered(patient, by), by)
    actions.add_note(patient=patient, by=by, text="Likes tea.")
    actions.open_feed(clinic=patient.clinic, by=by, token=uuid4(), patient=patient)
    return by
