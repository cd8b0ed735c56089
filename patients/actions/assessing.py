"""What results ask for, kept as rows: raised, closed and never forgotten, in the transaction that changed the results."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

import pghistory
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from guidelines.engine.facts import Problem
from patients import permissions
from patients.actions.refusals import Refused, allow
from patients.actions.tasks import LONGEST_TEXT, close_what_came, open_again
from patients.beside import Beside, drugs_of
from patients.following.aged import Came
from patients.following.standing import Call, standing_of
from patients.models import (
    AlertKind,
    AlertOutcome,
    MonitoringTask,
    Observation,
    Patient,
    Plan,
    ResultAlert,
    TaskOutcome,
)

CORRECT = "Correct the result that is wrong; until then no rule can be checked."
CLEARED = "A newer result no longer asks for it."


def follow_results(
    *,
    patient: Patient,
    by: User,
    today: date,
    new: Iterable[Observation] = (),
    gone: Observation | None = None,
    signed: Plan | None = None,
) -> list[ResultAlert]:
    """Part of every change of results: each plan that is followed is looked at anew, and tests that came are done.

    `new`: the results that came. `gone`: the one that was corrected or taken back. `signed`: a plan that has just said
    which tests are to be done; what it was not signed on has come since its consultation was begun.
    The caller holds the patient's row and the transaction. What is raised new is given back.
    """
    plans = list(
        Plan.objects.active()
        .filter(patient=patient)
        .select_related("patient", "version", "consultation")
        .prefetch_related("medications")
    )
    if not plans:
        return []
    observations = list(Observation.objects.filter(patient=patient).effective())
    came = {(row.fact_key, row.taken_on) for row in new}
    if gone is not None:  # what is left of that fact is what it is judged by from now on, as if it came today
        came |= {(row.fact_key, row.taken_on) for row in observations if row.fact_key == gone.fact_key}
    raised: list[ResultAlert] = []
    for plan in plans:
        beside = drugs_of((other for other in plans if other != plan), today)
        raised += assess(plan, observations, by, today, None if plan == signed else came, beside)
        if gone is not None:
            before = [gone, *(row for row in observations if row.corrects_id != gone.pk)]
            open_again(plan, before, observations)
        if plan != signed:
            close_what_came(plan, observations, by, today)
    return raised


# What was decided last, its history says: a clock may have been set back between two decisions.
LAST_WRITTEN = Max("events__pgh_id")


def assess(
    plan: Plan,
    observations: Iterable[Observation],
    by: User,
    today: date,
    came: Collection[Came] | None,
    beside: Collection[Beside],
) -> list[ResultAlert]:
    """New rows of one plan. While results contradict each other nothing is cleared, and that is said."""
    standing = standing_of(plan, observations, today, came, beside)
    if standing.problems:
        return contradicted(plan, standing.problems, by, today)
    calls = {(call.alert.rule.key, call.kind): call for call in standing.calls}
    rows = ResultAlert.objects.filter(plan=plan)
    # Held first: somebody may be closing one of them, and is then among those who decided.
    still_open = {of_rule(row): row for row in rows.open().select_for_update(of=("self",)).order_by("pk")}
    decided = {
        of_rule(row): row for row in rows.filter(outcome__in=DECIDED).annotate(last=LAST_WRITTEN).order_by("last")
    }
    raised = []
    with pghistory.context(action="follow_results", user=by.pk):
        for key, row in still_open.items():
            if key not in calls and standing.is_over(key[1], key[0], row.results):
                close(row, AlertOutcome.CLEARED, by, CLEARED)
        for key, call in calls.items():
            if key in still_open:
                renew(still_open[key], call)
            elif key not in decided or decided[key].results != list(call.results):
                raised.append(ResultAlert.objects.create(**columns(plan, call, today)))
    return raised


def of_rule(row: ResultAlert) -> tuple[str, AlertKind]:
    return row.rule_key, AlertKind(row.kind)


def contradicted(plan: Plan, problems: Iterable[Problem], by: User, today: date) -> list[ResultAlert]:
    message = "The results on record cannot be read together: " + " ".join(f"{p.place}: {p.message}." for p in problems)
    if ResultAlert.objects.open().filter(plan=plan, rule_key="", kind=AlertKind.NOT_EVALUABLE).exists():
        return []
    with pghistory.context(action="follow_results", user=by.pk):
        return [
            ResultAlert.objects.create(
                plan=plan, patient=plan.patient, clinic_id=plan.patient.clinic_id, kind=AlertKind.NOT_EVALUABLE,
                severity="stop", action="inform", message=message[:1000], action_text=CORRECT, raised_on=today,
                act_by_on=today,
            )
        ]  # fmt: skip


# What a person said about these very results is not asked again; what a newer result cleared may come back.
DECIDED = (AlertOutcome.ACTED, AlertOutcome.NO_CHANGE)


def columns(plan: Plan, call: Call, today: date) -> dict[str, Any]:
    alert, action = call.alert, call.action
    return {
        "plan": plan, "patient": plan.patient, "clinic_id": plan.patient.clinic_id,
        "kind": call.kind, "rule_key": alert.rule.key, "drug_key": alert.rule.drug or "", "severity": alert.severity,
        "action": action.kind, "message": call.message, "action_text": action.text, "who": action.who or "",
        "resume": action.resume or "", "needs": sorted(alert.open_facts), "results": list(call.results),
        "raised_on": today, "act_by_on": call.act_by_on,
    }  # fmt: skip


def renew(row: ResultAlert, call: Call) -> None:
    """A further result that asks for the same is shown with it; whoever set it aside did not know that one."""
    if row.results == list(call.results):
        return
    row.results, row.message, row.needs = list(call.results), call.message, sorted(call.alert.open_facts)
    row.severity = call.alert.severity
    row.aside_until_on, row.aside_why, row.aside_note, row.aside_at, row.aside_by = None, "", "", None, None
    row.save()


def close(row: ResultAlert, outcome: AlertOutcome, by: User, because: str) -> None:
    row.outcome, row.closed_at, row.closed_by = outcome, timezone.now(), by
    row.closed_because = because[:LONGEST_TEXT]
    row.save()


def close_with_plan(plan: Plan, outcome: AlertOutcome, by: User, today: date) -> None:
    """Part of signing and of ending: what was open is decided by it; what was to come, comes by the new plan."""
    close_what_came(plan, Observation.objects.filter(patient=plan.patient_id).effective(), by, today, goes_on=False)
    moment = timezone.now()
    MonitoringTask.objects.open().filter(plan=plan).update(
        outcome=TaskOutcome.SUPERSEDED, closed_at=moment, closed_by=by
    )
    ResultAlert.objects.open().filter(plan=plan).update(outcome=outcome, closed_at=moment, closed_by=by)


@transaction.atomic
def close_alert(*, alert: ResultAlert, by: User, because: str, seen: str = "") -> ResultAlert:
    """Seen, and no change of the plan is needed, for a reason. A change is a new plan, which closes it by itself.

    `seen` is the digest of the results that were shown: nobody has decided about one that came since.
    """
    found = ResultAlert.objects.select_for_update(of=("self",)).select_related("patient__clinic")
    current = found.get(pk=alert.pk)
    allow(permissions.why_not_decide_alert(by, current))
    if current.closed_at is not None:
        if current.outcome == AlertOutcome.NO_CHANGE and current.closed_by_id == by.pk:
            return current  # sent twice, meant once
        raise Refused(f"This was closed already: {current.get_outcome_display().lower()}.")
    if seen and seen != current.digest:
        raise Refused("A result came since you opened this. Read what it asks for now, then decide.")
    if not because.strip():
        raise Refused("Say why the plan needs no change.")
    if len(because.strip()) > LONGEST_TEXT:
        raise Refused(f"Write at most {LONGEST_TEXT} characters.")
    with pghistory.context(action="close_alert", user=by.pk):
        close(current, AlertOutcome.NO_CHANGE, by, because.strip())
    return current
