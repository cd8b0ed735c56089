"""Which patients changed in which transaction: written by the database, whoever writes, for pages that are kept in memory.

No record of who or what: that is the history's. Rows of days past serve nobody and may go.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import pgtrigger
from django.db import models
from django.db.models.functions import Now

Row = TypeVar("Row", bound=type[models.Model])


class PatientChange(models.Model):
    """One row for a patient and a transaction, however much it wrote. Foreign keys are not checked: the trigger below is
    the only writer, and reads both from the patient's row."""

    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    clinic = models.ForeignKey(
        "patients.Clinic", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    transaction = models.BigIntegerField()  # its number, which is higher the later the transaction began to write
    is_listed = models.BooleanField()  # also of what stands in lists over many patients
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["clinic", "transaction"], condition=models.Q(is_listed=True), name="listed_changes_of_a_clinic"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "transaction", "is_listed"], name="a_patient_changes_once_in_a_transaction"
            ),
        ]

    def __str__(self) -> str:
        return f"change of {self.patient_id} in {self.transaction}"


def shown_of_a_patient(*, is_listed: bool, whose: str = "ROW.patient_id") -> Callable[[Row], Row]:
    """For rows that stand on a patient's page, or (`is_listed`) on the worklist: every write says whom it concerns.

    `whose` is SQL for the patient's key, in which ROW stands for the row that is written.
    """
    patient = f"COALESCE({whose.replace('ROW', 'NEW')}, {whose.replace('ROW', 'OLD')})"
    trigger: Any = pgtrigger.Trigger(
        name="tells_who_changed",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        # made of our own names
        func=f"""
            INSERT INTO patients_patientchange (patient_id, clinic_id, transaction, is_listed)
            SELECT id, clinic_id, pg_current_xact_id()::text::bigint, {is_listed} FROM patients_patient WHERE id = {patient}
            ON CONFLICT DO NOTHING;
            RETURN NULL;
        """,  # noqa: S608
    )
    registered: Callable[[Row], Row] = pgtrigger.register(trigger)
    return registered
