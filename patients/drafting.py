"""From a decision and a physician's choices to the draft of a plan. It never raises for what is missing: it says it.

Refuses to preselect: an option, a dose, a weekday or an override that nobody chose is a problem of the draft.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import localcontext

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.decision import Decision, anchor_of
from guidelines.engine.operators import EXACT
from guidelines.engine.options import AssessedOption
from guidelines.engine.planned import OnWeekday, Weekday
from patients.beside import Beside, given_twice
from patients.choices import Choices
from patients.draft_beside import alerts_beside, beside_problems
from patients.draft_due import due_tests
from patients.draft_lines import NEEDS_OPTION, NO_PLAN, LineWriter
from patients.draft_safety import alerts_of, safety_problems
from patients.models import Observation
from patients.plan_draft import CurrentDrug, DraftProblem, MedicationLine, PlanDraft

LONGEST_REVIEW_DAYS = 366


def draft_plan(
    compiled: CompiledPackage,
    decision: Decision,
    choices: Choices,
    current: Mapping[str, CurrentDrug],
    today: date,
    beside: Collection[Beside] = (),
    observations: Collection[Observation] = (),
    *,
    begun: Mapping[str, date] | None = None,
    changed_on: Mapping[str, date] | None = None,
    done: Mapping[str, date] | None = None,
) -> PlanDraft:
    """The plan as far as it can be written. It may be signed when `problems` is empty. `beside`: the drugs of the other
    plans that are followed; `observations`: the results these are judged by; `begun`: since when which drug is taken;
    `changed_on`: since when at this dose; `done`: the day on which each item of tests was last done."""
    with localcontext(EXACT):
        writer = LineWriter(compiled, decision, choices, current, today)
        lines = tuple(writer.lines())
        is_settled = writer.option is not None or decision.outcome not in NEEDS_OPTION or not decision.options
        step = plan_step(compiled, decision, writer.option)
        started_on = today if begins_anew(decision, step, lines) else anchor_of(decision.facts, step)
        visit = review_on(compiled, decision, choices, step, started_on, today)
        # What is given again after a hold goes on; what starts, starts today.
        first = dict(begun or {}) | {
            line.drug.key: today for line in lines if line.change == "start" and not line.is_again
        }
        due = due_tests(
            compiled, decision, lines, step=step, started_on=started_on, begun=first, today=today, review_on=visit,
            changed_on=changed_on, done=done,
        )  # fmt: skip
        draft = PlanDraft(
            step, started_on, visit, lines,
            alerts_of(compiled, decision, lines, is_settled=is_settled), due, (), main_weekday(lines, choices, current),
        )  # fmt: skip
        problems = [*writer.problems, *review_problems(compiled, decision, draft, choices, today)]
        problems += companion_problems(compiled, draft)
        problems += given_twice(draft, beside)
        others = alerts_beside(compiled, draft, current, beside, observations, today)
        problems += beside_problems(others, choices)
        problems += safety_problems(compiled, draft, choices) if is_settled else ()
    return replace(draft, problems=tuple(dict.fromkeys(problems)), beside=others, done=done or {})


def plan_step(compiled: CompiledPackage, decision: Decision, option: AssessedOption | None) -> str | None:
    """The step the plan follows: the decision's, or the one where the chosen option is not merely beside others."""
    if option is None or decision.step is None:
        return decision.step
    steps = [decision.step, *(key for key in compiled.steps if key != decision.step)]
    for key in steps:
        for entry in compiled.steps[key].step.options:
            if entry.option == option.option.key and not entry.beside:
                return key
    return decision.step


def begins_anew(decision: Decision, step: str | None, lines: Sequence[MedicationLine]) -> bool:
    """Whether a way back to the same step starts a drug there, and the plan does: what is judged after weeks on the step
    is judged after weeks of that drug."""
    started = {line.drug.key for line in lines if line.change == "start" and not line.is_again}
    return any(
        change.change == "start" and change.drug in started
        for transition in decision.followed if transition.source == transition.target == step
        for change in transition.changes
    )  # fmt: skip


def review_on(
    compiled: CompiledPackage, decision: Decision, choices: Choices, step: str | None, started_on: date, today: date
) -> date | None:
    """The day of the next visit: the physician's, else what a rule that holds a drug asks for, else the step's.

    None where somebody else takes over, and for a hold without a time: a physician names it."""
    if choices.review_on is not None:
        return choices.review_on
    within = [
        alert.rule.action.within_days for alert in decision.alerts
        if alert.is_met and alert.holds and alert.rule.action.within_days is not None
    ]  # fmt: skip
    if decision.outcome == "hold":
        return today + timedelta(days=min(within)) if within else None
    interval = compiled.steps[step].step.review if step else None
    if interval is None:
        return None
    planned = interval.after(started_on)
    return planned if planned > today else interval.after(today)


def review_problems(
    compiled: CompiledPackage, decision: Decision, draft: PlanDraft, choices: Choices, today: date
) -> Iterator[DraftProblem]:
    takes_over = draft.step is not None and compiled.steps[draft.step].step.refers_to
    if draft.review_on is None and not takes_over and decision.outcome not in NO_PLAN:
        yield DraftProblem("monitoring", "review_on", "Choose the day of the next visit: the guideline names none.")
    latest = today + timedelta(days=LONGEST_REVIEW_DAYS)
    if choices.review_on is not None and not today <= choices.review_on <= latest:
        yield DraftProblem("monitoring", "review_on", f"Choose a day for the next visit between {today} and {latest}.")


def main_weekday(
    lines: tuple[MedicationLine, ...], choices: Choices, current: Mapping[str, CurrentDrug]
) -> Weekday | None:
    """The weekday of the weekly drug, held or given."""
    for line in lines:
        if line.planned is not None and isinstance(line.planned.frequency, OnWeekday):
            return line.planned.frequency.weekday
    for line in lines:
        if line.drug.weekly_only and line.change == "hold":
            now = current.get(line.drug.key)
            # Never `or`: Monday is 0.
            return choices.weekdays.get(line.drug.key, now.weekday if now else None)
    return None


def companion_problems(compiled: CompiledPackage, draft: PlanDraft) -> Iterator[DraftProblem]:
    """A companion left out on the weekly drug's day needs that day."""
    weekly = next((line.drug for line in draft.medications if line.drug.weekly_only and line.change != "stop"), None)
    for line in draft.medications:
        spares = line.planned is not None and compiled.regimens[line.planned.regimen].regimen.spares_main_weekday
        if spares and weekly is not None and draft.main_weekday is None:
            yield DraftProblem("dose", f"weekdays.{weekly.key}", f"Choose the weekday on which {weekly.name} is taken.")


__all__ = ["CurrentDrug", "DraftProblem", "MedicationLine", "PlanDraft", "draft_plan"]
