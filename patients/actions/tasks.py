"""A test that is done or no longer asked for, and the next one of a series. Part of other actions, which ask who may."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.contrib.auth.models import User
from django.utils import timezone

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.schedule import Due
from guidelines.package import compiled_version
from patients.following.aged import counts_for
from patients.following.known import results_of
from patients.following.reads import came_on
from patients.following.series import next_of_series
from patients.models import MonitoringTask, Observation, Plan, TaskOutcome
from patients.models.plan import NOT_GIVEN
from patients.worklist_items import brings_results

LONGEST_TEXT = 2000


def done(task: MonitoringTask, done_on: date, by: User, because: str = "") -> None:
    task.done_on = done_on
    end_task(task, TaskOutcome.DONE, by, because)
    plan_next(task, done_on)


def end_task(task: MonitoringTask, outcome: TaskOutcome, by: User, because: str) -> None:
    task.outcome, task.closed_at, task.closed_by = outcome, timezone.now(), by
    task.closed_because = because[:LONGEST_TEXT]
    task.save()


def plan_next(task: MonitoringTask, done_on: date) -> None:
    """A test that comes again and again has its next days as soon as one is done, counted from that day."""
    due = next_of(task, done_on)
    if due is not None:
        MonitoringTask.objects.create(
            plan=task.plan, patient=task.patient, clinic_id=task.patient.clinic_id, position=task.position,
            item_key=due.item.key, test_keys=list(due.item.tests), phase=due.item.phase, required=due.item.required,
            opens_on=due.opens, overdue_after_on=due.overdue_after,
        )  # fmt: skip


def next_of(task: MonitoringTask, done_on: date) -> Due | None:
    """What follows a test once it is done. Nothing while another of its kind is open: that one brings the next."""
    compiled = compiled_version(task.plan.version)
    item = next((item for item, _ in compiled.monitoring if item.key == task.item_key), None)
    others = MonitoringTask.objects.open().filter(plan=task.plan_id, item_key=task.item_key).exclude(pk=task.pk)
    if item is None or others.exists():
        return None
    given = set(task.plan.medications.exclude(change__in=NOT_GIVEN).values_list("drug_key", flat=True))
    return next_of_series(compiled, item, done_on, given)


def close_what_came(
    plan: Plan, observations: Iterable[Observation], by: User, today: date, *, goes_on: bool = True
) -> None:
    """Tests that bring results are done once each of them has come on or after the day the test opens."""
    compiled, days = compiled_version(plan.version), days_of(observations)
    found = MonitoringTask.objects.open().filter(plan=plan).select_for_update(of=("self",)).order_by("pk")
    closed_one = False
    for task in sorted(found.select_related("plan__version", "patient"), key=lambda task: task.opens_on):
        done_on = came_for(task, plan, compiled, days, today)
        if done_on is None:
            continue
        if goes_on:
            done(task, done_on, by)
            closed_one = True
        else:
            task.done_on = done_on
            end_task(task, TaskOutcome.DONE, by, "")
    if closed_one:
        close_what_came(plan, observations, by, today)  # of a series, what was next may have come as well


def open_again(plan: Plan, before: Iterable[Observation], now: Iterable[Observation]) -> None:
    """Tests that were done by a result which is no longer one, or is of another day, are to be done still. What was too
    old to do a test on the day it was closed does not do it now that the other is gone."""
    compiled, days_before, days_now = compiled_version(plan.version), days_of(before), days_of(now)
    zone = plan.patient.clinic.zone
    found = MonitoringTask.objects.filter(plan=plan, outcome=TaskOutcome.DONE).select_for_update(of=("self",))
    for task in found.order_by("pk"):
        closed_on = timezone.localdate(task.closed_at, zone)
        if came_for(task, plan, compiled, days_before) is None or came_for(task, plan, compiled, days_now, closed_on):
            continue
        task.outcome, task.closed_at, task.closed_by = "", None, None
        task.closed_because, task.done_on = "", None
        task.save()


def without_results(task: MonitoringTask, today: date) -> str:
    """The names of its tests that bring results of which not all have come, in time to count for it; empty when none."""
    compiled = compiled_version(task.plan.version)
    rows = Observation.objects.filter(patient=task.patient_id, taken_on__gte=task.opens_on).effective()
    days = counting(task, task.plan, compiled, days_of(rows), today)
    missing = [key for key in task.test_keys if brings_results(compiled, key) and came_on(compiled, key, days) is None]
    return ", ".join(compiled.tests[key].label for key in missing)


def days_of(observations: Iterable[Observation]) -> dict[str, list[date]]:
    days: dict[str, list[date]] = {}
    for row in observations:
        days.setdefault(row.fact_key, []).append(row.taken_on)
    return days


def came_for(
    task: MonitoringTask, plan: Plan, compiled: CompiledPackage, days: Mapping[str, list[date]],
    today: date | None = None,
) -> date | None:  # fmt: skip
    """The day on which all that the test brings had come."""
    since = counting(task, plan, compiled, days, today)
    came = [came_on(compiled, key, since) for key in task.test_keys]
    return None if None in came else max((day for day in came if day is not None), default=None)


def counting(
    task: MonitoringTask, plan: Plan, compiled: CompiledPackage, days: Mapping[str, list[date]], today: date | None
) -> dict[str, list[date]]:
    """The days of the results that count for a test. One that is repeated because of a result is not done by the results
    that were known when that was decided, not even by those of the same day. Without `today` results of any age count:
    whether a test was done by one."""
    is_repeat = task.item_key in compiled.rules
    window = None if is_repeat else (task.opens_on, task.overdue_after_on)
    since = {}
    for fact, found in days.items():
        known = results_of(plan.frozen["facts"], fact) if is_repeat else ()
        since[fact] = [
            day for day in found
            if day >= task.opens_on and day.isoformat() not in known
            and (today is None or counts_for(compiled, fact, day, today, window))
        ]  # fmt: skip
    return since
