"""On which day each test of a guideline was last done, for the next plan: it asks for none that came in its days.

Reads only. Refuses to take for done what is not on record with its day.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import MonitoringItem
from patients.following.reads import last_whole_on
from patients.models import MonitoringTask, Observation, Plan, TaskOutcome
from patients.worklist_items import brings_results


def done_so_far(
    compiled: CompiledPackage, plan: Plan | None, observations: Iterable[Observation], today: date
) -> dict[str, date]:
    """By item. `plan` is the one that is followed, `observations` are the effective ones and what this visit adds."""
    newest: dict[str, date] = {}
    for row in observations:
        if row.taken_on <= today:
            newest[row.fact_key] = max(row.taken_on, newest.get(row.fact_key, row.taken_on))
    items = {item.key: item for item, _ in compiled.monitoring if item.anchor != "previous"}
    found = dict(closed_as_done(compiled, plan, items.values())) if plan is not None else {}
    for key, item in items.items():
        days = [last_whole_on(compiled, test, newest) for test in item.tests]
        if None not in days:
            last = min(day for day in days if day is not None)
            found[key] = max(last, found.get(key, last))
    return found


def closed_as_done(
    compiled: CompiledPackage, plan: Plan, items: Iterable[MonitoringItem]
) -> Iterator[tuple[str, date]]:
    """What somebody closed as done under this plan or one before it: an examination, or a test whose results are
    elsewhere. What results did is done as long as they are on record, whatever was closed by them."""
    tests = {item.key: set(item.tests) for item in items}
    closed = MonitoringTask.objects.filter(
        patient=plan.patient_id, plan__guideline=plan.guideline_id, outcome=TaskOutcome.DONE
    )
    for task in closed.order_by("done_on"):
        is_by_hand = task.closed_because or not all(brings_results(compiled, key) for key in task.test_keys)
        is_whole = task.item_key in tests and tests[task.item_key] <= set(task.test_keys)
        if task.done_on is not None and is_by_hand and is_whole:
            yield task.item_key, task.done_on
