"""What waits in a clinic, in order of risk: worked out when it is read, from rows and the day it is there.

Querysets in, counts and keys out. Writes nothing, and no clock job or worker is needed for any of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg, BoolOr
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When

from guidelines.models import Version
from patients.models import AlertKind, Clinic, PlannedMedication
from patients.models.alert import ResultAlertQuerySet
from patients.models.monitoring import MonitoringTaskQuerySet
from patients.models.plan import NOT_GIVEN
from patients.worklist_items import items_of

SOON = timedelta(days=7)
ACT_NOW = ("stop", "hold")  # the drug is not given again before somebody has looked


class Group(NamedTuple):
    """`of_alerts`: made of what results ask for; the others of tests."""

    key: str
    title: str
    of_alerts: bool


# From the gravest to what can wait: so they stand on the page, and so it is turned over.
GROUPS = (
    Group("act", "Act today", True),
    Group("look", "To look at", True),
    Group("unchecked", "Cannot be checked", True),
    Group("overdue", "Overdue", False),
    Group("review", "Reviews", False),
    Group("due", "Due soon", False),
    Group("resume", "May start again", True),
)
BY_KEY = {group.key: group for group in GROUPS}
ANY_TEST = "team"  # who acts on a test: nurse or physician
PRESCRIBER = "physician"  # who acts where a rule names nobody, and on a review


@dataclass(frozen=True)
class Wanted:
    """What is looked for. `patients` are the keys of those found by a search; without one, None."""

    patients: QuerySet[Any, Any] | None = None
    drug: str = ""
    test: str = ""
    facts: tuple[str, ...] = ()  # what the test brings
    who: str = ""
    is_aside: bool = False
    by_name: bool = False


@dataclass(frozen=True)
class Work:
    """The open rows somebody may see, the day at each clinic, and which items of the plans' versions are reviews."""

    tasks: MonitoringTaskQuerySet
    alerts: ResultAlertQuerySet
    days: Mapping[int, date]
    reviews: frozenset[str]
    wanted: Wanted

    def each_day(self, asked: Callable[[date], Q]) -> Q:
        """The same question with each clinic's own day: two clinics may be a day apart."""
        clinics: dict[date, list[int]] = {}
        for clinic, day in self.days.items():
            clinics.setdefault(day, []).append(clinic)
        parts = [Q(clinic__in=keys) & asked(day) for day, keys in sorted(clinics.items())]
        return reduce(or_, parts) if parts else Q(pk__in=[])


def work_in(
    clinics: Iterable[Clinic],
    tasks: MonitoringTaskQuerySet,
    alerts: ResultAlertQuerySet,
    versions: Iterable[Version],
    wanted: Wanted | None = None,
) -> Work:
    """What waits in these clinics today, of the rows that are given; `versions` are those that plans follow."""
    reviews = frozenset[str]().union(*(items_of(version).reviews for version in versions))
    return Work(tasks, alerts, {clinic.pk: clinic.today() for clinic in clinics}, reviews, wanted or Wanted())


class Row(NamedTuple):
    """One line of the list: tests of one patient on the same days, or one alert."""

    group: str
    patient: UUID
    keys: tuple[UUID, ...]


# --- which rows stand where ---------------------------------------------------------------------------------------


def is_shown(work: Work) -> Q:
    if work.wanted.is_aside:
        return work.each_day(lambda day: Q(aside_until_on__gt=day))
    return work.each_day(lambda day: Q(aside_until_on__isnull=True) | Q(aside_until_on__lte=day))


def task_group(work: Work, group: str) -> Q:
    review = Q(item_key__in=sorted(work.reviews))
    asked: dict[str, Callable[[date], Q]] = {
        "overdue": lambda day: Q(overdue_after_on__lt=day) & ~review,
        "review": lambda day: Q(opens_on__lte=day) & review,
        "due": lambda day: (
            Q(overdue_after_on__gte=day, opens_on__lte=day + SOON) & (~review | Q(opens_on__gt=day))
        ),
    }  # fmt: skip
    return work.each_day(asked[group])


def alert_group(work: Work, group: str) -> Q:
    abnormal = Q(kind=AlertKind.ABNORMAL)
    asked: dict[str, Callable[[date], Q]] = {
        "act": lambda day: abnormal & (Q(action__in=ACT_NOW) | Q(act_by_on__lte=day)),
        "look": lambda day: (
            abnormal & ~Q(action__in=ACT_NOW) & (Q(act_by_on__isnull=True) | Q(act_by_on__gt=day))
        ),
        "unchecked": lambda day: Q(kind=AlertKind.NOT_EVALUABLE),
        "resume": lambda day: Q(kind=AlertKind.MAY_RESUME),
    }  # fmt: skip
    return work.each_day(asked[group])


def matching_tasks(work: Work) -> MonitoringTaskQuerySet:
    wanted, found = work.wanted, work.tasks.open()
    if wanted.patients is not None:
        found = found.filter(patient__in=wanted.patients)
    if wanted.drug:
        found = found.filter(taking(wanted.drug))
    if wanted.test:
        found = found.filter(test_keys__contains=[wanted.test])
    if wanted.who:
        review = Q(item_key__in=sorted(work.reviews))
        found = found.filter({ANY_TEST: ~review, PRESCRIBER: review}.get(wanted.who, Q(pk__in=[])))
    return found


def matching_alerts(work: Work) -> ResultAlertQuerySet:
    wanted, found = work.wanted, work.alerts.open()
    if wanted.patients is not None:
        found = found.filter(patient__in=wanted.patients)
    if wanted.drug:
        found = found.filter(Q(drug_key=wanted.drug) | taking(wanted.drug))
    if wanted.test:
        held = [Q(results__contains=[{"fact": fact}]) for fact in wanted.facts]
        found = found.filter(reduce(or_, held) if held else Q(pk__in=[]))
    if wanted.who:
        found = found.filter(who="" if wanted.who == PRESCRIBER else wanted.who)
    return found


def taking(drug: str) -> Exists:
    rows = PlannedMedication.objects.filter(plan=OuterRef("plan"), drug_key=drug)
    return Exists(rows.exclude(change__in=NOT_GIVEN))


# --- how many -----------------------------------------------------------------------------------------------------


def counts(work: Work) -> dict[str, int]:
    """The lines of each group, those set aside under "aside": one question, answered from the indexes alone."""
    soon = work.each_day(lambda day: Q(opens_on__lte=day + SOON))
    tasks = matching_tasks(work).filter(soon).annotate(is_aside=aside(work), found=grouped(work, task_group, False))
    lines = tasks.order_by().values_list("is_aside", "found", "patient_id", "opens_on", "overdue_after_on").distinct()
    alerts = matching_alerts(work).annotate(is_aside=aside(work), found=grouped(work, alert_group, True))
    parts = [*asked_in_sql(lines), *asked_in_sql(alerts.order_by().values_list("is_aside", "found"))]
    counted = " UNION ALL ".join(
        f"SELECT is_aside, found, count(*) FROM ({sql}) AS lines GROUP BY 1, 2"  # noqa: S608  # holds nothing typed
        for sql, _ in parts
    )
    rows = []
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(counted, [parameter for _, parameters in parts for parameter in parameters])
            rows = cursor.fetchall()
    told = {group.key: 0 for group in GROUPS}
    for is_aside, number, count in rows:
        if bool(is_aside) == work.wanted.is_aside:
            told[GROUPS[number].key] += count
    return {**told, "aside": sum(count for is_aside, _, count in rows if is_aside)}


def asked_in_sql(rows: QuerySet[Any, Any]) -> list[tuple[str, tuple[Any, ...]]]:
    """None where nothing can match."""
    try:
        return [rows.query.sql_with_params()]
    except EmptyResultSet:
        return []


def aside(work: Work) -> Case:
    return Case(
        When(work.each_day(lambda day: Q(aside_until_on__gt=day)), then=Value(1)), default=Value(0),
        output_field=IntegerField(),
    )  # fmt: skip


def grouped(work: Work, condition: Callable[[Work, str], Q], of_alerts: bool) -> Case:
    """The place of the group in GROUPS."""
    whens = [
        When(condition(work, group.key), then=Value(place))
        for place, group in enumerate(GROUPS)
        if group.of_alerts == of_alerts
    ]
    return Case(*whens, output_field=IntegerField())


# --- which ones ---------------------------------------------------------------------------------------------------


def lines(work: Work, told: Mapping[str, int], groups: Sequence[str], start: int, most: int) -> Iterator[Row]:
    """The lines from `start` on, at most `most`, group after group; `told` are the counts, so that a group that has
    none here is not asked for."""
    for group in groups:
        count = told[group]
        if start < count and most > 0:
            taken = min(count - start, most)
            yield from (alert_lines if BY_KEY[group].of_alerts else task_lines)(work, group, start, start + taken)
            start, most = 0, most - taken
        else:
            start = max(0, start - count)


NAME = ("patient__family_name", "patient__given_names", "patient__number")


def task_lines(work: Work, group: str, start: int, end: int) -> Iterator[Row]:
    """Those that have waited longest first, required ones before others."""
    found = matching_tasks(work).filter(is_shown(work), task_group(work, group)).order_by()
    days = ("overdue_after_on", "opens_on", "patient_id")
    joined = found.values_list("patient_id", *days[:2]).annotate(keys=ArrayAgg("pk"), must=BoolOr("required"))
    order = (*NAME, *days) if work.wanted.by_name else ("overdue_after_on", "-must", "opens_on", "patient_id")
    for patient, _, _, keys, _ in joined.order_by(*order)[start:end]:
        yield Row(group, patient, tuple(sorted(keys)))


def alert_lines(work: Work, group: str, start: int, end: int) -> Iterator[Row]:
    """Stops first, then what counts as one, then by the day until which somebody has to act."""
    found = matching_alerts(work).filter(is_shown(work), alert_group(work, group))
    rank = Case(When(action="stop", then=Value(0)), When(action="hold", then=Value(1)), default=Value(2))
    weight = Case(When(severity="stop", then=Value(0)), When(severity="caution", then=Value(1)), default=Value(2))
    by_risk = (rank, weight, F("act_by_on").asc(nulls_last=True), "raised_on", "pk")
    order = (*NAME, *by_risk) if work.wanted.by_name else by_risk
    for patient, key in found.order_by(*order).values_list("patient_id", "pk")[start:end]:
        yield Row(group, patient, (key,))
