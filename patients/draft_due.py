"""The tests a plan asks for, by day. Dates only.

Differs from the decision's schedule because a plan is for the days to come: only drugs that are given count, also while
another one is held or the patient is referred; a change of dose starts the close tests again; what lies in the past is
left out or moved on; and what a rule wants repeated has its day.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import MonitoringItem, Window
from guidelines.engine.cycles import keys_read
from guidelines.engine.decision import Decision
from guidelines.engine.facts import Known
from guidelines.engine.schedule import Due, following, schedule, windows
from patients.following.reads import brought_by, last_whole_on
from patients.plan_draft import MedicationLine

LONGEST_SERIES = 400


def due_tests(
    compiled: CompiledPackage,
    decision: Decision,
    lines: Sequence[MedicationLine],
    *,
    step: str | None,
    started_on: date,
    begun: Mapping[str, date],
    today: date,
    review_on: date | None,
    changed_on: Mapping[str, date] | None = None,
    done: Mapping[str, date] | None = None,
) -> tuple[Due, ...]:
    """What is due under the plan, by first day: the tests of the drugs that are given, and what is to be repeated.
    `started_on` is the first day of the step, `begun` by drug that of its first dose, where it is known, `changed_on`
    that on which its dose was last changed; `done` by item the day on which it was last done. Without `changed_on`, as
    plans were worked out that were signed before it counted."""
    if step is None:
        return ()
    drugs = {line.drug.key for line in lines if line.is_given}
    changed = {line.drug.key for line in lines if line.change in ("raise", "reduce") or line.is_again or line.is_moved}
    if changed_on is not None:
        changed |= {line.drug.key for line in lines if line.change == "start"}
    items = {
        due.item.key: due.item
        for due in schedule(compiled, decision.resolved, drugs=drugs, step=step, anchor=started_on)
    }
    found: list[Due] = []
    for item in items.values():
        counted_from = started_on
        if item.restarts_on_dose_change and item.drug in changed:
            counted_from = today
        elif item.anchor == "drug_start":
            counted_from = begun.get(item.drug or "", started_on)
        elif item.anchor == "previous" and started_on < today:
            last = last_done_on(compiled, decision, item, today)
            if last is None:
                if not any(not window.drugs or drugs & set(window.drugs) for window in item.windows):
                    continue
                found.append(
                    Due(item, today, today, item.windows[0].every is not None and item.windows[0].times is None)
                )
                continue
            counted_from = last
        # The close tests that a change began go on under the plans that follow it.
        if item.restarts_on_dose_change and item.anchor != "previous" and changed_on is not None:
            counted_from = max(counted_from, changed_on.get(item.drug or "", counted_from))
        for window in item.windows:
            if not window.drugs or drugs & set(window.drugs):
                done_on = done.get(item.key) if done else None
                grace_days = compiled.package.exact_day_grace_days
                found += to_come(item, window, counted_from, today, grace_days, done_on)
    found += repeats(compiled, decision, lines, today, review_on)
    order = {key: index for index, key in enumerate(dict.fromkeys(due.item.key for due in found))}
    return tuple(sorted(found, key=lambda due: (due.opens, due.overdue_after, order[due.item.key])))


def repeats(
    compiled: CompiledPackage, decision: Decision, lines: Sequence[MedicationLine], today: date, review_on: date | None
) -> Iterator[Due]:
    """The laboratory tests behind a rule that holds a drug or asks for a repeat: within its days, else by the next visit."""
    on_plan = {line.drug.key for line in lines if line.change != "stop"}
    for alert in decision.alerts:
        rule = alert.rule
        if not alert.is_met or rule.drug not in on_plan or rule.action.kind not in ("hold", "repeat"):
            continue
        tests = tests_behind(compiled, rule.key)
        within = rule.action.within_days
        until = review_on if within is None else today + timedelta(days=within)
        if tests and until is not None:
            item = MonitoringItem(
                key=rule.key, drug=rule.drug, tests=tests, phase="Repeat", anchor="start", windows=(), required=True,
                why=rule.action.text, cites=rule.cites, marks=rule.marks,
            )  # fmt: skip
            yield Due(item, today, max(today, until))


def tests_behind(compiled: CompiledPackage, rule: str) -> tuple[str, ...]:
    """The tests that bring the laboratory results a rule reads; of several that bring one, the first in the content."""
    found: dict[str, None] = {}
    for key in keys_read(compiled.rules[rule].condition):
        fact = compiled.facts.get(key.removeprefix("history:"))
        if fact is not None and fact.type == "number":
            bring = (test.key for test in compiled.tests.values() if fact.key in test.facts)
            found |= dict.fromkeys(islice(bring, 1))
    return tuple(found)


def last_done_on(compiled: CompiledPackage, decision: Decision, item: MonitoringItem, today: date) -> date | None:
    """The day since which no part of the item has been done anew. A result that has become too old was still done on its
    day, and what follows is counted from that; a part that was never measured is due: None. An examination brings no
    result to count from: where there is nothing else, today."""
    states = decision.facts.states.items()
    known = {key: state if isinstance(state, Known) else state.last for key, state in states}
    days = {key: found.taken_on for key, found in known.items() if found is not None}
    done = [last_whole_on(compiled, test, days) for test in item.tests if brought_by(compiled, test)]
    return None if None in done else min((day for day in done if day is not None), default=today)


def to_come(
    item: MonitoringItem, window: Window, anchor: date, today: date, grace_days: int, done_on: date | None = None
) -> Iterator[Due]:
    """A finite series from today on; of an open-ended one the first occurrence that is still to come. A single window
    that counts from the last test and has passed is due today. Of a series that counts from the start, what was done
    since it opened is left out, and an open-ended one goes on from that day; one that starts today starts anew."""
    is_open = window.every is not None and window.times is None
    counted = window.model_copy(update={"times": LONGEST_SERIES}) if is_open and item.anchor != "previous" else window
    last = done_on if item.anchor != "previous" and anchor < today else None
    for due in windows(item, counted, anchor, grace_days):
        if last is not None and due.opens <= last:
            after = following(item, window, last, grace_days)
            if after is None:
                continue
            due = after
        if due.overdue_after >= today:
            yield Due(item, max(due.opens, today) if is_open else due.opens, due.overdue_after, is_open)
            if is_open:
                return
        elif item.anchor == "previous":
            yield Due(item, today, today, is_open)
            return
