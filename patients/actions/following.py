"""What becomes of a signed plan: tests done, dropped or set aside, and the plan's end."""

from collections.abc import Collection
from datetime import date, timedelta

import pghistory
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from patients import permissions
from patients.actions.assessing import close_with_plan
from patients.actions.refusals import Refused, allow, day_at
from patients.actions.tasks import LONGEST_TEXT, done, end_task, without_results
from patients.following.standing import ACT_NOW
from patients.models import (
    AlertOutcome,
    Aside,
    MonitoringTask,
    Patient,
    Plan,
    PlanState,
    ResultAlert,
    TaskOutcome,
)

# Working rules, none of them clinical. A test may wait for a patient who is away; what a result asks for must not be
# forgotten for longer than a week. Nobody knows whether a letter was read: its test comes back in two weeks.
LONGEST_ASIDE = {MonitoringTask: timedelta(days=92), ResultAlert: timedelta(days=7)}
LONGEST_AFTER_LETTER = timedelta(days=14)


def latest_aside(work: MonitoringTask | ResultAlert, today: date) -> date:
    """The last day on which it may be shown again. What keeps a drug from being given waits for no day after the one by
    which somebody has to act; once that has come, for one day at a time."""
    latest = today + LONGEST_ASIDE[type(work)]
    if isinstance(work, ResultAlert) and work.act_by_on and (work.severity == "stop" or work.action in ACT_NOW):
        return min(latest, max(work.act_by_on, today + timedelta(days=1)))
    return latest


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
    """Done on a day, or removed for a reason. Closed already with the same outcome: as it is.

    A test whose results are not on record may have been done elsewhere: then somebody says where they are."""
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
    if outcome == TaskOutcome.DONE and done_on is not None and done_on < current.plan.signed_on:
        raise Refused(
            f"The plan is of {current.plan.signed_on:%-d %B %Y}. Say on which day since then the test was done."
        )
    if outcome == TaskOutcome.DONE and not because.strip() and (missing := without_results(current, day)):
        raise Refused(
            f"{missing}: results that count for it are not on record. Enter them, and the test is done; or say where they are."
        )
    if outcome == TaskOutcome.REMOVED and not because.strip():
        raise Refused("Say why the test is removed.")
    if outcome not in (TaskOutcome.DONE, TaskOutcome.REMOVED):
        raise Refused("A test is closed as done or as removed.")
    with pghistory.context(action="close_task", user=by.pk):
        if done_on is not None and outcome == TaskOutcome.DONE:
            done(current, done_on, by, because.strip())
        else:
            end_task(current, outcome, by, because.strip())
    return current


@transaction.atomic
def set_aside(
    *,
    work: MonitoringTask | ResultAlert,
    by: User,
    why: Aside,
    until_on: date,
    note: str = "",
    today: date | None = None,
) -> MonitoringTask | ResultAlert:
    """Not shown before that day: the patient was contacted, or somebody wants to be reminded. It stays to be done."""
    found = type(work).objects.select_for_update(of=("self",)).select_related("patient__clinic")
    current = found.get(pk=work.pk)
    allow(permissions.why_not_look_after(by, current.patient))
    if current.closed_at is not None:
        raise Refused(f"This was closed already: {current.get_outcome_display().lower()}.")
    day = day_at(current.patient.clinic, today)
    latest = latest_aside(current, day)
    if not day < until_on <= latest:
        raise Refused(f"Choose a day from tomorrow to {latest:%-d %B %Y}.")
    if len(note.strip()) > LONGEST_TEXT:
        raise Refused(f"Write at most {LONGEST_TEXT} characters.")
    current.aside_until_on, current.aside_why, current.aside_note = until_on, why, note.strip()
    current.aside_at, current.aside_by = timezone.now(), by
    with pghistory.context(action="set_aside", user=by.pk):
        current.save()
    return current


@transaction.atomic
def end_plan(*, plan: Plan, by: User, because: str, seen: Collection[str] | None = None) -> Plan:
    """The plan is no longer followed and no other takes its place.

    `seen` says which calls of results were shown: nobody has decided about one that came since, or by a further result.
    """
    # Held as by whoever records a result: what it asks for is closed with the plan, or not raised any more.
    Patient.objects.locked().get(pk=plan.patient_id)
    current = Plan.objects.select_for_update(of=("self",)).select_related("patient__clinic").get(pk=plan.pk)
    allow(permissions.why_not_end(by, current))
    if not because.strip():
        raise Refused("Say why the plan ends.")
    if len(because.strip()) > LONGEST_TEXT:
        raise Refused(f"Write at most {LONGEST_TEXT} characters.")
    asked = ResultAlert.objects.open().filter(plan=current)
    if seen is not None and not {alert.as_shown for alert in asked} <= set(seen):
        raise Refused("A result came since you opened this. Read what it asks for now, then decide.")
    current.state, current.ended_at, current.ended_by = PlanState.ENDED, timezone.now(), by
    current.ended_because = because.strip()
    with pghistory.context(action="end_plan", user=by.pk):
        current.save(update_fields=["state", "ended_at", "ended_by", "ended_because"])
        close_with_plan(current, AlertOutcome.SUPERSEDED, by, current.patient.clinic.today())
    return current
