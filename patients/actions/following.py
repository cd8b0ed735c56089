"""What becomes of a signed plan: tests done or dropped, and the plan's end."""

from datetime import date

import pghistory
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from patients import permissions
from patients.actions.refusals import Refused, allow, day_at
from patients.models import MonitoringTask, Plan, PlanState, TaskOutcome


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
    found = MonitoringTask.objects.select_for_update(of=("self",)).select_related("patient__clinic")
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
    return current


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
