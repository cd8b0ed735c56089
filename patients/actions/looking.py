"""A look at a consultation that may be kept in memory: whether that still holds, and the trace the look leaves.

Most looks find their page kept, so this is most of their cost: one statement, written once.
"""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import User
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Subquery
from django.utils import timezone

from config.written_once import WrittenOnce
from patients.models import AccessEvent, Clinic, Consultation, Observation, Patient, Plan


class Stamp(NamedTuple):
    """What a step is made from: two equal stamps show the same. `today` is here for the age in the band."""

    consultation: UUID
    lock_version: int
    patient_lock_version: int
    content_hash: str
    plans: tuple[UUID, ...]  # those the patient follows, of every guideline
    observations: int
    today: date


class Glance(NamedTuple):
    """The little that tells whether what is kept still holds, and who is looked at. No stamp: nothing is kept."""

    consultation: UUID
    patient: UUID
    clinic: int
    state: str
    stamp: Stamp | None

    def bare(self) -> Consultation:
        """As much of the rows as the questions of permission read."""
        patient = Patient(pk=self.patient, clinic=Clinic(pk=self.clinic))
        return Consultation(pk=self.consultation, state=self.state, patient=patient)


NOBODY, NOWHERE, NOTHING = User(pk=-1), UUID(int=0), "nothing"


def written() -> tuple[str, tuple[Any, ...]]:
    """Reads and records in one go.

    Observations are only ever added: their number tells whether there are more.
    """
    plans = Plan.objects.active().filter(patient=OuterRef("patient")).order_by("number")
    observations = Observation.objects.filter(patient=OuterRef("patient")).order_by().values("patient")
    read = Consultation.objects.visible_to(NOBODY).filter(pk=NOWHERE).order_by()
    seen, blanks = read.values_list(
        "patient_id",
        "patient__clinic_id",
        "state",
        "lock_version",
        "patient__lock_version",
        "version__content_hash",
        "version__effective_on",
        ArraySubquery(plans.values("pk")),
        Subquery(observations.annotate(found=Count("pk")).values("found")),
    ).query.sql_with_params()
    noted = f"INSERT INTO {AccessEvent._meta.db_table} (clinic_id, patients, user_id, at, what)"
    noted += " SELECT patient__clinic_id, ARRAY[patient_id], %s, now(), %s FROM seen"
    # Holds nothing typed.
    return f"WITH seen AS ({seen}), noted AS ({noted}) SELECT * FROM seen", (*blanks, NOBODY.pk, NOTHING)  # noqa: S608


glance = WrittenOnce(written, NOBODY.pk, NOWHERE, NOTHING)


def glance_at(pk: UUID, *, by: User, what: str) -> Glance | None:
    """None where there is no such consultation, or not for this person; else the look is on record."""
    found = glance.row(by.pk, pk, what[:80]) if by.is_active else None
    if found is None:
        return None
    patient, clinic, state, lock_version, patient_lock_version, content_hash, effective_on, plans, observed = found
    stamp = Stamp(
        pk, lock_version, patient_lock_version, content_hash, tuple(plans), observed or 0, timezone.localdate()
    )
    # Content without a day on which it begins is a draft, and may still change under the same number.
    return Glance(pk, patient, clinic, state, stamp if effective_on is not None else None)
