"""Monitoring: the tests of the plan with the days between which they are in time, by first day."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from guidelines.engine.schedule import Due
from guidelines.reading import Source, needs_clinician
from patients.presentation.run import Run


@dataclass(frozen=True)
class DueRow:
    key: str
    tests: str
    phase: str
    why: str
    opens: date
    overdue_after: date
    is_one_day: bool
    is_required: bool
    is_open_ended: bool
    drug: str
    sources: tuple[Source, ...]
    needs_clinician: bool


@dataclass(frozen=True)
class MonitoringPage:
    days: list[tuple[date, list[DueRow]]]
    count: int
    review_on: date | None
    review_chosen: str
    problem: str
    is_asked: bool


def monitoring_page(run: Run) -> MonitoringPage:
    rows = [row_of(run, due) for due in run.draft.due]
    chosen = run.choices.review_on
    return MonitoringPage(
        days=[(day, list(found)) for day, found in groupby(rows, key=lambda row: row.opens)],
        count=len(rows),
        review_on=run.draft.review_on,
        review_chosen=chosen.isoformat() if chosen else "",
        problem=run.problems_of("monitoring").get("review_on", ""),
        is_asked=run.decision.outcome not in ("ask", "out_of_scope"),
    )


def row_of(run: Run, due: Due) -> DueRow:
    item, compiled = due.item, run.compiled
    return DueRow(
        key=item.key,
        tests=", ".join(compiled.tests[key].label for key in item.tests),
        phase=item.phase,
        why=item.why,
        opens=due.opens,
        overdue_after=due.overdue_after,
        is_one_day=due.opens == due.overdue_after,
        is_required=item.required,
        is_open_ended=due.is_open_ended,
        drug=compiled.drugs[item.drug].name if item.drug else "",
        sources=run.sources.cite(item.cites),
        needs_clinician=needs_clinician(item),
    )
