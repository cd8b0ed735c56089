"""What a follow-up visit asks first: how it went since the plan was signed. All of it follows from the guideline.

Shows what was worked out beside the questions, and what is due. Refuses to decide anything: the answers do.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.cycles import keys_read
from patients.facts import fact_keys
from patients.models import MonitoringTask
from patients.presentation import words
from patients.presentation.run import Run


class Beside(NamedTuple):
    label: str
    value: str
    why: str


class DueTest(NamedTuple):
    labels: str
    overdue_after_on: date
    is_overdue: bool


@dataclass(frozen=True)
class FollowUp:
    """`keys` are the facts asked first; `groups` those they are listed in."""

    keys: frozenset[str] = frozenset()
    beside: list[Beside] = field(default_factory=list)
    due: list[DueTest] = field(default_factory=list)


def follow_up(run: Run) -> FollowUp:
    """Nothing for somebody who follows no plan of this guideline."""
    compiled, step = run.compiled, run.compiled.steps.get(run.consultation.current_step)
    if run.plan is None or step is None:
        return FollowUp()
    leads_on = {key for exit_ in step.exits if exit_.condition for key in fact_keys(compiled, exit_.condition)}
    groups = {compiled.facts[key].group for key in leads_on if compiled.facts[key].type != "number"}
    own = [fact for fact in compiled.facts.values() if fact.group in groups]
    worked_out = [fact for fact in own if fact.formula_only]
    inputs = {
        key for fact in worked_out for key in keys_read(compiled.sources[fact.key].formula) if key in compiled.facts
    }
    told = {fact.key for fact in own if fact.formula is None} & (
        leads_on | (compiled.facts.keys() - decisive(compiled))
    )
    return FollowUp(frozenset(told | inputs), list(beside(run, [fact.key for fact in worked_out])), list(due(run)))


def decisive(compiled: CompiledPackage) -> frozenset[str]:
    """Every fact that some condition reads; what is left is asked for the record."""
    conditions = [
        *(rule.condition for rule in compiled.rules.values()), *(t.condition for t in compiled.transitions),
        *(item.condition for item in compiled.monitoring), *(source.formula for source in compiled.worked_out.values()),
        *(taken.condition for step in compiled.steps.values() for taken in step.takes),
    ]  # fmt: skip
    return frozenset(key for node in conditions if node is not None for key in fact_keys(compiled, node))


def beside(run: Run, keys: list[str]) -> Iterator[Beside]:
    for key in keys:
        fact, value = run.compiled.facts[key], run.decision.resolved[key]
        if value is not None:
            yield Beside(fact.label, words.value(fact, value), fact.why or "")


def due(run: Run) -> Iterator[DueTest]:
    """The tests of the present plan whose days have come, the oldest first."""
    today = run.consultation.as_of
    rows = MonitoringTask.objects.open().filter(plan=run.plan, opens_on__lte=today).order_by("overdue_after_on", "pk")
    for row in rows:
        yield DueTest(words.tests(run.compiled, row.test_keys), row.overdue_after_on, row.overdue_after_on < today)
