"""Impact runs asked for and called off. The work itself is queued by name: which plans there are, is not known here."""

import pghistory
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from guidelines import permissions
from guidelines.actions.jobs import queue_job
from guidelines.actions.refusals import Refused, allow
from guidelines.models import UNFINISHED, DrugKnowledge, ImpactRun, JobState, Version

COMPARE_PLANS = "compare_plans"  # the task, whoever does it


def start_impact(*, version: Version, by: User) -> ImpactRun:
    """The run of this content: the one there is, or a new one. One that has come to a halt is queued again; one that has
    failed stays on record, and another begins."""
    allow(permissions.why_not_start_impact(by))
    if Version.objects.filter(pk=version.pk, withdrawn_at__isnull=False).exists():
        raise Refused("This version was withdrawn: nothing of it will be used.")
    return begin_impact(version=version, by=by)


@transaction.atomic
def begin_impact(
    *,
    version: Version,
    by: User | None,
    anew: bool = False,
    knowledge: DrugKnowledge | None = None,
    content_hash: str = "",
) -> ImpactRun:
    """Part of submitting and publishing; what the caller may, the caller has asked. `anew`: what is done is done again,
    for plans that were signed since. `knowledge`: taken over into the version, its content has this `content_hash`.

    The job is queued in the same transaction: it is there if the run is, and gone if the run is taken back.
    """
    own_hash = Version.objects.select_for_update(of=("self",)).get(pk=version.pk).content_hash
    content_hash = own_hash if knowledge is None else content_hash
    kept = UNFINISHED if anew else (*UNFINISHED, JobState.DONE)
    run = ImpactRun.objects.filter(
        version=version, knowledge=knowledge, content_hash=content_hash, state__in=kept
    ).first()
    if run is None:
        with pghistory.context(action="begin_impact", user=by.pk if by else None):
            run = ImpactRun.objects.create(version=version, knowledge=knowledge, content_hash=content_hash, asked_by=by)
    if run.state in UNFINISHED:
        queue(run)
    return run


def queue(run: ImpactRun, times: int = 1) -> None:
    """A job more than needed finds nothing to do and ends."""
    for _ in range(times):
        queue_job(COMPARE_PLANS, run=run.pk)


@transaction.atomic
def cancel_impact(*, run: ImpactRun, by: User) -> ImpactRun:
    """Workers look before every chunk, so what is under way is finished and nothing more begun."""
    allow(permissions.why_not_start_impact(by))
    current = ImpactRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if current.state == JobState.CANCELLED:
        return current  # sent twice, meant once
    if current.state not in UNFINISHED:
        raise Refused("This comparison is done already.")
    current.state, current.cancelled_at, current.cancelled_by = JobState.CANCELLED, timezone.now(), by
    with pghistory.context(action="cancel_impact", user=by.pk):
        current.save(update_fields=["state", "cancelled_at", "cancelled_by"])
    return current
