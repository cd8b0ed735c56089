"""What waits in a clinic, in order of risk: worked out when it is read, from rows and the day it is there.

Querysets in, counts and keys out. Writes nothing, and no clock job or worker is needed for any of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg, BoolOr
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When

from patients.models import AlertKind, PlannedMedication
from patients.models.alert import ResultAlertQuerySet
from patients.models.monitoring import MonitoringTaskQuerySet
from patients.models.plan import NOT_GIVEN
from patients.worklist_sql import SOON, Work, fetched

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
    parts = [part for part in (work.asked(task_counts), work.asked(alert_counts)) if part]
    counted = " UNION ALL ".join(
        f"SELECT is_aside, found, count(*) FROM ({sql}) AS lines GROUP BY 1, 2"  # noqa: S608  # holds nothing typed
        for sql, _ in parts
    )
    rows = fetched(counted, [parameter for _, parameters in parts for parameter in parameters]) if parts else []
    told = {group.key: 0 for group in GROUPS}
    for is_aside, number, count in rows:
        if bool(is_aside) == work.wanted.is_aside:
            told[GROUPS[number].key] += count
    return {**told, "aside": sum(count for is_aside, _, count in rows if is_aside)}


def task_counts(work: Work) -> QuerySet[Any, Any]:
    soon = work.each_day(lambda day: Q(opens_on__lte=day + SOON))
    tasks = matching_tasks(work).filter(soon).annotate(is_aside=aside(work), found=grouped(work, task_group, False))
    return tasks.order_by().values_list("is_aside", "found", "patient_id", "opens_on", "overdue_after_on").distinct()


def alert_counts(work: Work) -> QuerySet[Any, Any]:
    alerts = matching_alerts(work).annotate(is_aside=aside(work), found=grouped(work, alert_group, True))
    return alerts.order_by().values_list("is_aside", "found")


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
    for patient, keys in work.rows(tasks_joined, group, start, end):
        yield Row(group, patient, tuple(sorted(keys)))


def tasks_joined(work: Work, group: str, start: int, end: int) -> QuerySet[Any, Any]:
    """Those that have waited longest first, required ones before others."""
    found = matching_tasks(work).filter(is_shown(work), task_group(work, group)).order_by()
    joined = found.values("patient_id", "overdue_after_on", "opens_on").annotate(
        keys=ArrayAgg("pk"), must=BoolOr("required")
    )
    days = ("overdue_after_on", "-must", "opens_on", "patient_id")
    return joined.order_by(*((*NAME, *days) if work.wanted.by_name else days))[start:end].values_list(
        "patient_id", "keys"
    )


def alert_lines(work: Work, group: str, start: int, end: int) -> Iterator[Row]:
    for patient, key in work.rows(alerts_in_order, group, start, end):
        yield Row(group, patient, (key,))


def alerts_in_order(work: Work, group: str, start: int, end: int) -> QuerySet[Any, Any]:
    """Stops first, then what counts as one, then by the day until which somebody has to act."""
    found = matching_alerts(work).filter(is_shown(work), alert_group(work, group))
    rank = Case(When(action="stop", then=Value(0)), When(action="hold", then=Value(1)), default=Value(2))
    weight = Case(When(severity="stop", then=Value(0)), When(severity="caution", then=Value(1)), default=Value(2))
    by_risk = (rank, weight, F("act_by_on").asc(nulls_last=True), "raised_on", "pk")
    order = (*NAME, *by_risk) if work.wanted.by_name else by_risk
    return found.order_by(*order).values_list("patient_id", "pk")[start:end]
