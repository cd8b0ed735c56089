"""Looks at pages that may be kept in memory: whether anything changed since they were made, and the trace each look leaves.

A page is made after its mark was taken, so a change that comes in between makes it anew once more than needed, never less.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from config.written_once import WrittenOnce, planning_cursor
from guidelines.models import Version
from patients.actions.looking import NOBODY, NOTHING, NOWHERE
from patients.models import AccessEvent, Clinic, Membership, Patient, PatientChange, Role


class Mark(NamedTuple):
    """A moment: the oldest transaction that was still running, and how many changes from it on were there.

    What older transactions wrote was there or never came. So as long as the number stays, nothing has changed.
    """

    oldest: int
    changes: int


NO_MARK = Mark(0, -1)
SINCE = -2
LONGEST_DAY = timedelta(days=2)  # with every time zone and change of the clock, and some to spare
OLDEST = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
# A row has another `xmin` after every write.
VERSIONS = f"SELECT coalesce(sum(hashtext(xmin::text)), 0)::bigint FROM {Version._meta.db_table}"  # noqa: S608
ACCESSES, CHANGES = AccessEvent._meta.db_table, PatientChange._meta.db_table


class PatientStamp(NamedTuple):
    """What a patient's page depends on besides the patient's own rows."""

    today: date
    is_physician: bool
    is_administrator: bool
    clinic: str
    versions: int


class PatientLook(NamedTuple):
    """`changes` are those since the mark that was given, `mark` the moment of this look."""

    stamp: PatientStamp
    changes: int
    mark: Mark


def look_written() -> tuple[str, Sequence[Any]]:
    held = Membership.objects.in_force().filter(user_id=NOBODY.pk, clinic=OuterRef("clinic"))
    as_physician, as_administrator = (held.filter(role=role) for role in (Role.PHYSICIAN, Role.ADMINISTRATOR))
    read = Patient.objects.visible_to(NOBODY).filter(pk=NOWHERE).order_by()
    columns = ("pk", "clinic_id", "clinic__time_zone", Exists(as_physician), Exists(as_administrator))
    seen, blanks = read.values_list(*columns).query.sql_with_params()
    # Holds nothing typed.
    return (
        f"WITH seen (patient, clinic, time_zone, is_physician, is_administrator) AS ({seen}),"  # noqa: S608
        f" noted AS (INSERT INTO {ACCESSES} (clinic_id, patients, user_id, at, what)"
        " SELECT clinic, ARRAY[patient], %s, now(), %s FROM seen)"
        " SELECT time_zone, is_physician, is_administrator,"
        f" (SELECT xmin::text FROM {Clinic._meta.db_table} WHERE id = clinic),"
        f" ({VERSIONS}),"
        f" (SELECT count(*) FROM {CHANGES} WHERE patient_id = patient AND transaction >= %s),"
        f" {OLDEST}, (SELECT count(*) FROM {CHANGES} WHERE patient_id = patient AND transaction >= {OLDEST})"
        " FROM seen"
    ), (*blanks, NOBODY.pk, NOTHING, SINCE)


look = WrittenOnce(look_written, NOBODY.pk, NOWHERE, NOTHING, SINCE)


def look_at_patient(pk: UUID, *, by: User, what: str, since: Mark | None) -> PatientLook | None:
    """None where there is no such patient, or not for this person; else the look is on record."""
    found = look.row(by.pk, pk, what[:80], (since or NO_MARK).oldest) if by.is_active else None
    if found is None:
        return None
    time_zone, is_physician, is_administrator, clinic, versions, changes, oldest, now = found
    today = timezone.localdate(timezone=ZoneInfo(time_zone))
    return PatientLook(
        PatientStamp(today, is_physician, is_administrator, clinic, versions), changes, Mark(oldest, now)
    )


class ListLook(NamedTuple):
    """`is_same`: nothing has changed since the mark, and the look at the list's patients is on record."""

    is_same: bool
    versions: int
    mark: Mark


LOOK_AT_LIST = f"""
    WITH told AS (
        SELECT (SELECT count(*) FROM {CHANGES} WHERE clinic_id = ANY(%s) AND is_listed AND transaction >= %s) AS changes,
               (SELECT count(*) FROM {CHANGES} WHERE clinic_id = ANY(%s) AND is_listed AND transaction >= {OLDEST}) AS now,
               ({VERSIONS}) AS versions
    ), noted AS (
        INSERT INTO {ACCESSES} (clinic_id, patients, user_id, at, what)
        SELECT clinic_id, array_agg(id), %s, now(), %s FROM {Patient._meta.db_table}, told
        WHERE id = ANY(%s) AND told.changes = %s AND told.versions = %s GROUP BY clinic_id ORDER BY clinic_id
    )
    SELECT changes, versions, {OLDEST}, now FROM told
"""  # noqa: S608  # our own names


def look_at_list(
    clinics: Sequence[int], *, by: User, what: str, patients: Sequence[UUID], since: Mark | None, versions: Any
) -> ListLook:
    """A list of these clinics' patients that was made at the mark, from versions of which this was the stamp. Where it
    is not the same, whoever makes it anew records the look."""
    mark, keys = since or NO_MARK, list(clinics)
    told = [keys, mark.oldest, keys, by.pk, what[:80], list(patients), mark.changes, versions or 0]
    with planning_cursor() as cursor:
        cursor.execute(LOOK_AT_LIST, told)
        [(changes, found, oldest, now)] = cursor.fetchall()
    return ListLook((changes, found) == (mark.changes, versions), found, Mark(oldest, now))


def forget_changes(now: datetime) -> int:
    """What days past have changed: whatever is kept was made today. Gives how many went. A transaction that has been open
    for longer is waited for: a mark may reach back to it."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {CHANGES} WHERE at < %s AND transaction < {OLDEST}", [now - LONGEST_DAY])  # noqa: S608
        return int(cursor.rowcount)
