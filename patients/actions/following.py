"""What becomes of a signed plan: tests done or dropped, and the plan's end."""

from datetime import date, timedelta

import pghistory
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from guidelines.package import compiled_version
from patients import permissions
from patients.actions.refusals import Refused, allow, day_at
from patients.models import MonitoringTask, Plan, PlanState, TaskOutcome
from patients.models.plan import NOT_GIVEN


@transaction.atomic
def close_task(
    *,
    task: MonitoringTask,
    by: User,
    outcome: TaskOutcome,
    done_on: date | None = None,
    because: str = "",
    today: date | None = None,
) -> MonitoringTask:
    """Done on a day, the patient contacted, or removed for a reason. Closed already with the same outcome: as it is."""
    found = MonitoringTask.objects.select_for_update(of=("self",)).select_related("patient__clinic", "plan__version")
    current = found.get(pk=task.pk)
    allow(permissions.why_not_look_after(by, current.patient))
    if current.closed_at is not None:
        if current.outcome == outcome:
            return current  # sent twice, meant once
        raise Refused(f"This test was closed already: {current.get_outcome_display().lower()}.")
    day = day_at(current.patient.clinic, today)
    if outcome == TaskOutcome.DONE and (done_on is None or done_on > day):
        raise Refused("Say on which day the test was done; it cannot be in the future.")
    if outcome == TaskOutcome.REMOVED and not because.strip():
        raise Refused("Say why the test is removed.")
    current.outcome, current.closed_at, current.closed_by = outcome, timezone.now(), by
    current.done_on = done_on if outcome == TaskOutcome.DONE else None
    current.closed_because = because.strip()[:2000]
    with pghistory.context(action="close_task", user=by.pk):
        current.save()
        if current.done_on is not None:
            plan_next(current, current.done_on)
    return current


def plan_next(task: MonitoringTask, done_on: date) -> None:
    """A test that comes again and again has its next days as soon as one is done, counted from that day."""
    compiled = compiled_version(task.plan.version)
    item = next((item for item, _ in compiled.monitoring if item.key == task.item_key), None)
    others = MonitoringTask.objects.filter(plan=task.plan_id, item_key=task.item_key, closed_at__isnull=True)
    if item is None or others.exists():
        return
    given = set(task.plan.medications.exclude(change__in=NOT_GIVEN).values_list("drug_key", flat=True))
    for window in item.windows:
        if window.every is None or window.times is not None or (window.drugs and not given & set(window.drugs)):
            continue
        opens = window.every.after(done_on)
        length = window.until.after(done_on) - window.after.after(done_on) if window.until else None
        last = opens + (length or timedelta(days=compiled.package.exact_day_grace_days))
        MonitoringTask.objects.create(
            plan=task.plan, patient=task.patient, position=task.position, item_key=item.key, test_keys=list(item.tests),
            phase=item.phase, required=item.required, opens_on=opens, overdue_after_on=last,
        )  # fmt: skip
        return


@transaction.atomic
def end_plan(*, plan: Plan, by: User, because: str) -> Plan:
    """The plan is no longer followed and no other takes its place."""
    current = Plan.objects.select_for_update(of=("self",)).select_related("patient__clinic").get(pk=plan.pk)
    allow(permissions.why_not_end(by, current))
    if not because.strip():
        raise Refused("Say why the plan ends.")
    current.state, current.ended_at, current.ended_by = PlanState.ENDED, timezone.now(), by
    current.ended_because = because.strip()[:2000]
    with pghistory.context(action="end_plan", user=by.pk):
        current.save(update_fields=["state", "ended_at", "ended_by", "ended_because"])
    return current
