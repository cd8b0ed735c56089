"""A test that is done or no longer asked for, and the next one of a series. Part of other actions, which ask who may."""

from collections.abc import Iterable
from datetime import date

from django.contrib.auth.models import User
from django.utils import timezone

from guidelines.engine.schedule import following
from guidelines.package import compiled_version
from patients.following.reads import came_on
from patients.models import MonitoringTask, Observation, Plan, TaskOutcome
from patients.models.plan import NOT_GIVEN

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
    compiled = compiled_version(task.plan.version)
    item = next((item for item, _ in compiled.monitoring if item.key == task.item_key), None)
    others = MonitoringTask.objects.filter(plan=task.plan_id, item_key=task.item_key, closed_at__isnull=True)
    if item is None or others.exists():
        return
    given = set(task.plan.medications.exclude(change__in=NOT_GIVEN).values_list("drug_key", flat=True))
    for window in item.windows:
        due = following(item, window, done_on, compiled.package.exact_day_grace_days)
        if due is None or (window.drugs and not given & set(window.drugs)):
            continue
        MonitoringTask.objects.create(
            plan=task.plan, patient=task.patient, clinic_id=task.patient.clinic_id, position=task.position, item_key=item.key,
            test_keys=list(item.tests), phase=item.phase, required=item.required, opens_on=due.opens,
            overdue_after_on=due.overdue_after,
        )  # fmt: skip
        return


def close_what_came(plan: Plan, observations: Iterable[Observation], by: User, *, goes_on: bool = True) -> None:
    """Tests that bring results are done once each of them has come on or after the day the test opens."""
    compiled = compiled_version(plan.version)
    days: dict[str, list[date]] = {}
    for row in observations:
        days.setdefault(row.fact_key, []).append(row.taken_on)
    for task in MonitoringTask.objects.open().filter(plan=plan).select_related("plan__version", "patient"):
        since = {fact: [day for day in found if day >= task.opens_on] for fact, found in days.items()}
        came = [came_on(compiled, key, since) for key in task.test_keys]
        done_on = max((day for day in came if day is not None), default=None)
        if done_on is None or None in came:
            continue
        if goes_on:
            done(task, done_on, by)
        else:
            task.done_on = done_on
            end_task(task, TaskOutcome.DONE, by, "")
