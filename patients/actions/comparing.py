"""An impact run: all active plans of a guideline under new content, a chunk at a time, by any number of workers.

Each chunk is one transaction, its outcomes and that it is done; a worker that dies leaves its chunk free. Refuses to
compare with anything but the very content the run is of.
"""

import gc
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from uuid import UUID

import pghistory
from django.db import transaction
from django.db.models import Count, F, Func, Q, QuerySet, TextField, Window
from django.db.models.functions import RowNumber
from pydantic_core import from_json

from guidelines.actions.impact import queue
from guidelines.draft_content import exact_content
from guidelines.engine.compiled import CompiledPackage
from guidelines.impact import PARTS, impact_on
from guidelines.models import ImpactRun, JobState, Version
from guidelines.package import ContentMoved
from patients.models import ImpactChunk, ImpactOutcome, Plan
from patients.models.impact import CHANGED

CHUNK = 200  # plans; about a fifth of a second of work, which is what a worker that dies loses
MOST_JOBS = 8  # so many workers share a run
# Most of a decision is what no comparison reads.
FACTS = Func(F("frozen"), template="%(expressions)s -> 'facts'", output_field=TextField())
DECISION = Func(
    F("frozen"),
    template="(%(expressions)s -> 'decision') - '{trace,questions,actions}'::text[]",
    output_field=TextField(),
)


def compare_plans(run_id: int, *, should_stop: Callable[[], bool] = lambda: False) -> bool:
    """Works on the run until nothing is left to take, or it is told to stop. Whether it came to an end."""
    compiled = begin(run_id)
    while compiled is not None and compare_chunk(run_id, compiled):
        if should_stop():
            return False
    finish(run_id)
    return True


@transaction.atomic
def begin(run_id: int) -> CompiledPackage | None:
    """The content to compare with; None where there is nothing to do. The first worker lays out the chunks."""
    run = ImpactRun.objects.select_for_update(of=("self",)).filter(pk=run_id).first()
    if run is None or not run.is_unfinished:
        return None
    version = Version.objects.get(pk=run.version_id)
    try:
        is_still_so = run.knowledge_id is not None or version.content_hash == run.content_hash
        compiled = compiled_for(version.pk, run.content_hash, run.knowledge_id) if is_still_so else None
    except ContentMoved:
        compiled = None
    if compiled is None:
        # An edit came between: what the run was asked for is no longer there. Nobody called it off.
        move(run, JobState.CANCELLED)
    elif run.state == JobState.WAITING:
        lay_out(run)
        move(run, JobState.RUNNING)
    return compiled


def move(run: ImpactRun, state: JobState, **counts: int) -> None:
    run.state = state
    for name, count in counts.items():
        setattr(run, name, count)
    with pghistory.context(action="compare_plans"):
        run.save(update_fields=["state", *counts])


@lru_cache(maxsize=2)
def compiled_for(version_id: int, content_hash: str, knowledge_id: int | None) -> CompiledPackage:
    """The rows as they are, if they have this hash: then they are the same whenever it is asked for again.

    That they have another is not kept: an edit that is undone brings the hash back.
    """
    compiled = exact_content(version_id, content_hash, knowledge_id)
    gc.freeze()  # it stays, so that sweeping for rubbish need not go through it again and again
    return compiled


def plans_of(run: ImpactRun) -> QuerySet[Plan]:
    """Those that are followed and follow other content; for a drug's knowledge, those of the version it is taken into."""
    if run.knowledge_id is not None:
        return Plan.objects.active().filter(guideline=run.version.guideline_id, content_hash=run.version.content_hash)
    return Plan.objects.active().filter(guideline=run.version.guideline_id).exclude(content_hash=run.content_hash)


def lay_out(run: ImpactRun) -> None:
    numbered = plans_of(run).order_by().annotate(row=Window(RowNumber(), order_by="pk"), turn=F("row") % CHUNK)
    ends: list[Any] = [*numbered.filter(turn=0).order_by("pk").values_list("pk", flat=True), None]
    ImpactChunk.objects.bulk_create(
        ImpactChunk(run=run, position=position, after=after, upto=upto)
        for position, (after, upto) in enumerate(zip([None, *ends[:-1]], ends, strict=True))
    )
    queue(run, min(len(ends), MOST_JOBS) - 1)


@transaction.atomic
def compare_chunk(run_id: int, compiled: CompiledPackage) -> bool:
    """Takes a chunk that nobody has, and does it. False when there is none, or the run was called off."""
    run = ImpactRun.objects.select_related("version").get(pk=run_id)
    if run.state != JobState.RUNNING:
        return False
    chunks = ImpactChunk.objects.select_for_update(skip_locked=True, of=("self",)).order_by("position")
    chunk = chunks.filter(run=run, is_done=False).first()
    if chunk is None:
        return False
    plans = plans_of(run).order_by()
    if chunk.after is not None:
        plans = plans.filter(pk__gt=chunk.after)
    if chunk.upto is not None:
        plans = plans.filter(pk__lte=chunk.upto)
    found = plans.annotate(facts=FACTS, decision=DECISION).values_list("pk", "facts", "decision")
    ImpactOutcome.objects.bulk_create(
        outcome_of(run, plan, {"facts": parsed(facts), "decision": parsed(decision)}, compiled)
        for plan, facts, decision in found
    )
    chunk.is_done = True
    chunk.save(update_fields=["is_done"])
    return True


def parsed(written: str | None) -> Any:
    """As `json` reads it, in half the time; what is frozen has no numbers but whole ones."""
    return None if written is None else from_json(written, cache_strings="keys")


def outcome_of(run: ImpactRun, plan: UUID, frozen: object, compiled: CompiledPackage) -> ImpactOutcome:
    impact = impact_on(frozen, compiled)
    return ImpactOutcome(
        run=run, plan_id=plan, failure=impact.failure, summary=impact.as_json(),
        **{part: part in impact.changes for part in PARTS},
    )  # fmt: skip


@transaction.atomic
def finish(run_id: int) -> None:
    """Counts, once no chunk is left, also none that another worker has not yet let go of."""
    run = ImpactRun.objects.select_for_update(of=("self",)).filter(pk=run_id, state=JobState.RUNNING).first()
    if run is None or ImpactChunk.objects.filter(run=run, is_done=False).exists():
        return
    changed = {part: Count("pk", filter=Q(**{part: True})) for part in PARTS}
    counts = ImpactOutcome.objects.filter(run=run).aggregate(
        total=Count("pk"), unchanged=Count("pk", filter=~CHANGED), failed=Count("pk", filter=~Q(failure="")), **changed
    )
    move(run, JobState.DONE, **counts)
