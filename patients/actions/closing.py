"""Many lines of the worklist at once: all of them or none. What a result asks for is never closed together with others."""

from collections.abc import Iterable, Sequence
from datetime import date

import pghistory
from django.contrib.auth.models import User
from django.db import transaction

from guidelines.package import compiled_version
from patients import permissions
from patients.actions.following import close_task, set_aside
from patients.actions.refusals import Refused, allow
from patients.models import Aside, MonitoringTask, ResultAlert, TaskOutcome
from patients.worklist_items import brings_results

Works = Iterable[MonitoringTask | ResultAlert]


def in_turn(work: Works) -> list[MonitoringTask | ResultAlert]:
    """Always locked in the same order: two people may close the same lines. What results ask for first, as where a result
    is recorded."""
    return sorted(work, key=lambda row: (isinstance(row, MonitoringTask), row.pk))


def named(row: MonitoringTask | ResultAlert, refusal: Refused) -> Refused:
    return Refused(f"{row.patient.name}, {row.patient.number}: {refusal} Nothing was changed.")


@transaction.atomic
def set_aside_together(*, work: Works, by: User, why: Aside, until_on: date, note: str = "") -> int:
    """Not shown before that day. One that cannot be set aside until then keeps the others from it too."""
    rows = in_turn(work)
    for row in rows:
        try:
            set_aside(work=row, by=by, why=why, until_on=until_on, note=note)
        except Refused as refusal:
            raise named(row, refusal) from None
    return len(rows)


@transaction.atomic
def done_together(*, tasks: Sequence[MonitoringTask], by: User, done_on: date) -> int:
    """Examinations only: a test that brings results is done by recording them, each for its patient."""
    for task in in_turn(tasks):
        if not isinstance(task, MonitoringTask):
            raise Refused("What a result asks for is decided on the patient's page, one by one.")
        compiled = compiled_version(task.plan.version)
        for key in task.test_keys:
            if brings_results(compiled, key):
                test = compiled.tests[key].label
                raise named(task, Refused(f"{test} brings results; record them, and the test is done."))
        try:
            close_task(task=task, by=by, outcome=TaskOutcome.DONE, done_on=done_on)
        except Refused as refusal:
            raise named(task, refusal) from None
    return len(tasks)


@transaction.atomic
def put_back(*, work: Works, by: User) -> int:
    """Shown again at once. What is not set aside, or was closed meanwhile, stays as it is."""
    changed = 0
    for row in in_turn(work):
        found = type(row)._default_manager.select_for_update(of=("self",)).select_related("patient__clinic")
        current = found.get(pk=row.pk)
        allow(permissions.why_not_look_after(by, current.patient))
        if current.closed_at is not None or current.aside_until_on is None:
            continue
        current.aside_until_on, current.aside_why, current.aside_note = None, "", ""
        current.aside_at, current.aside_by = None, None
        with pghistory.context(action="put_back", user=by.pk):
            current.save()
        changed += 1
    return changed
