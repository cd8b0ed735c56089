"""A look at a consultation that may be kept in memory: whether that still holds, and the trace the look leaves.

Most looks find their page kept, so this is most of their cost: one statement, written once.
"""

from datetime import date
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Count, OuterRef, Subquery
from django.utils import timezone

from patients.models import AccessEvent, Clinic, Consultation, Observation, Patient, Plan


class Stamp(NamedTuple):
    """What a step is made from: two equal stamps show the same. `today` is here for the age in the band."""

    consultation: UUID
    lock_version: int
    patient_lock_version: int
    content_hash: str
    plan: UUID | None
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


NOBODY, NOWHERE = User(pk=-1), UUID(int=0)


@cache
def glance_statement() -> tuple[str, tuple[Any, ...]]:
    """Reads and records in one go. NOBODY and NOWHERE stand where the person and the consultation go.

    Observations are only ever added: their number tells whether there are more.
    """
    plans = Plan.objects.active().filter(patient=OuterRef("patient"), guideline=OuterRef("guideline"))
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
        Subquery(plans.order_by().values("pk")[:1]),
        Subquery(observations.annotate(found=Count("pk")).values("found")),
    ).query.sql_with_params()
    noted = f"INSERT INTO {AccessEvent._meta.db_table} (patient_id, user_id, at, what)"
    noted += " SELECT patient_id, %s, now(), %s FROM seen"
    return f"WITH seen AS ({seen}), noted AS ({noted}) SELECT * FROM seen", blanks  # noqa: S608 holds nothing typed


def glance_at(pk: UUID, *, by: User, what: str) -> Glance | None:
    """None where there is no such consultation, or not for this person; else the look is on record."""
    if not by.is_active:
        return None
    statement, blanks = glance_statement()
    filled: dict[Any, Any] = {NOBODY.pk: by.pk, NOWHERE: pk}
    with connection.cursor() as cursor:
        cursor.execute(statement, [*[filled.get(blank, blank) for blank in blanks], by.pk, what[:80]])
        found = cursor.fetchone()
    if found is None:
        return None
    patient, clinic, state, lock_version, patient_lock_version, content_hash, effective_on, plan, observed = found
    stamp = Stamp(pk, lock_version, patient_lock_version, content_hash, plan, observed or 0, timezone.localdate())
    # Content without a day on which it begins is a draft, and may still change under the same number.
    return Glance(pk, patient, clinic, state, stamp if effective_on is not None else None)
