"""What calendars are made of, read from the rows: a plan's days, a patient's open ones, and how many a clinic has by day.

Of a plan only its dates are read, never what it says.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet

from patients.models import CalendarFeed, Clinic, MonitoringTask, Plan, PlanState
from patients.outputs.calendar import (
    ClinicDay,
    Entry,
    PlanDays,
    Window,
    clinic_entries,
    days_of,
    open_entries,
    plan_entries,
    turns_of,
)
from patients.plan_parts import CarePlan

AHEAD = timedelta(weeks=8)  # a clinic's calendar shows so much; who plans further opens the worklist


def entries_of_plan(plan: Plan) -> list[Entry]:
    """A withdrawn guideline cancels nothing: whoever still takes a medicine still needs the tests."""
    before = Plan.objects.filter(patient=plan.patient_id, guideline=plan.guideline_id, number__lt=plan.number)
    stamp, is_over = plan.signed_at, plan.state != PlanState.ACTIVE
    if is_over:
        stamp = plan.ended_at or plan.replaced_by.signed_at
    days, *earlier = (
        days_of(CarePlan.from_json(row.care_plan), patient=plan.patient_id, stamp=stamp) for row in (plan, *before)
    )
    return plan_entries(days, earlier=earlier, is_over=is_over)


def entries_of_feed(feed: CalendarFeed, address: str) -> list[Entry]:
    """`address` is where the clinic's people read whose days these are."""
    today = feed.clinic.today()
    if feed.patient_id is not None:
        return entries_of_patient(feed.patient_id, feed.clinic, today)
    days = clinic_days(feed.clinic, today)
    return clinic_entries(feed.clinic_id, days, address=f"{settings.SITE_URL}{address}", stamp=feed.made_at)


def entries_of_patient(patient: UUID, clinic: Clinic, today: date) -> list[Entry]:
    plans = Plan.objects.active().filter(patient=patient).order_by("number")
    tasks = MonitoringTask.objects.filter(plan__in=plans.values("pk")).order_by("plan", "opens_on", "position")
    by_plan = {plan: list(rows) for plan, rows in groupby(tasks, key=lambda task: task.plan_id)}
    found: list[Entry] = []
    for pk, number, signed_at, slug, review_on, tests in plans.values_list(
        "pk", "number", "signed_at", "guideline__slug", "review_on", "care_plan__tests"
    ):
        windows = windows_of(by_plan.get(pk, []), [test["item"] for test in tests or ()])
        found += open_entries(PlanDays(patient, slug, number, clinic.phone, signed_at, windows, review_on), today)
    return found


def windows_of(tasks: Iterable[MonitoringTask], items: Sequence[str]) -> tuple[Window, ...]:
    """The open tests, each called as the plan calls it. Those that follow one of an open-ended series stand in its place
    in the plan, and count on from the last of their kind."""
    turns, last, found = turns_of(items), Counter(items), []
    taken: set[int] = set()
    for task in tasks:
        key = task.item_key
        if task.position < len(items) and items[task.position] == key and task.position not in taken:
            taken.add(task.position)
            turn = turns[task.position]
        else:
            turn = last[key]
            last[key] += 1
        if task.closed_at is None:
            found.append(Window(key, turn, task.opens_on, task.overdue_after_on, task.required))
    return tuple(found)


def clinic_days(clinic: Clinic, today: date) -> list[ClinicDay]:
    """From today on. Each row adds one to its day's changes when it comes and one when it is closed: rows are never
    deleted and their days never changed, so the sum only grows."""
    tasks, is_open = MonitoringTask.objects.filter(clinic=clinic), Q(closed_at__isnull=True)
    plans = Plan.objects.filter(patient__clinic=clinic)
    opening = counted(tasks.annotate(day=F("opens_on")), is_open, today)
    ending = counted(tasks.annotate(day=F("overdue_after_on")), is_open, today)
    visits = counted(plans.annotate(day=F("review_on")), Q(state=PlanState.ACTIVE), today)
    found = []
    for day in sorted({*opening, *ending, *visits}):
        counts = [kind.get(day, (0, 0)) for kind in (opening, ending, visits)]
        (begin, _), (end, _), (visit, _) = counts
        found.append(ClinicDay(day, begin, end, visit, sum(changes for _, changes in counts)))
    return found


def counted(rows: QuerySet[Any], is_open: Q, today: date) -> dict[date, tuple[int, int]]:
    """By day: how many are open, and how many changes there have been."""
    by_day = rows.filter(day__range=(today, today + AHEAD)).order_by().values("day")
    counts = by_day.annotate(left=Count("pk", filter=is_open), ever=Count("pk")).values_list("day", "left", "ever")
    return {day: (left, 2 * ever - left) for day, left, ever in counts}
