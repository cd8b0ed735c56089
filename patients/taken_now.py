"""What is taken, as the plan that is followed says.

Refuses to tell today's amount where nobody knows it: of a drug that is held, or raised or lowered in dated steps.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import SafetyRule
from guidelines.engine.decision import Decision, decide
from guidelines.engine.facts import FactsRefused, in_own_unit, read_number
from guidelines.engine.planned import Weekday
from guidelines.engine.reading import read_facts
from guidelines.package import ContentMoved, compiled_version
from patients.choices import Choices, ChoicesRefused, read_choices
from patients.drafting import draft_plan
from patients.facts import drugs_in_steps, is_one_time
from patients.first_doses import before_going_down, dates_from_json, days_of, first_doses
from patients.models import MedicationChange, Plan, PlannedMedication
from patients.on_hold import held_by
from patients.plan_draft import CurrentDrug, PlanDraft


def current_drugs(
    compiled: CompiledPackage, plan: Plan | None, begun: Mapping[str, date] | None = None
) -> dict[str, CurrentDrug]:
    """What is taken under the active plan, by drug, as far as the guideline still has the drug.

    Without an amount where the plan does not tell today's: nobody knows whether every step was taken, so the amount is
    asked and never carried over. `begun`: the first days, where they are at hand.
    """
    if plan is None:
        return {}
    begun = before_going_down(compiled, first_doses(plan)) if begun is None else begun
    signed = compiled_version(plan.version)
    in_steps, held, found = drugs_in_steps(plan), held_by(plan), dict[str, CurrentDrug]()
    for row in plan.medications.all():
        if row.change == MedicationChange.STOP or row.drug_key not in compiled.drugs:
            continue
        if row.change == MedicationChange.HOLD:
            rules = [compiled.rules[key].rule for key in held.get(row.drug_key, ()) if key in compiled.rules]
            found[row.drug_key] = held_drug(compiled, plan, row, rules)
            continue
        if is_one_time(signed, row.regimen_key):
            found[row.drug_key] = CurrentDrug(is_over=True)
            continue
        is_steady = row.change != MedicationChange.TAPER and row.drug_key not in in_steps
        known, begun_with = (row.amount, None) if is_steady else (None, row.amount)
        found[row.drug_key] = CurrentDrug(
            known, weekday_of(row), begun_with=begun_with, begun_on=begun.get(row.drug_key)
        )
    return found


def held_drug(compiled: CompiledPackage, plan: Plan, row: PlannedMedication, rules: list[SafetyRule]) -> CurrentDrug:
    since, giving, before = last_given(plan, row.drug_key)
    if giving is not None and before is not None and is_one_time(compiled_version(giving.version), before.regimen_key):
        return CurrentDrug(is_held=True)  # nothing was taken that a new dose could be less than
    lower = [rule for rule in rules if rule.action.resume_lower]
    below = taken_when_held(compiled, since, giving, before, row.drug_key) if lower else None
    weekday = weekday_of(before) if before is not None else None
    return CurrentDrug(None, weekday, True, below, " ".join(rule.action.resume or "" for rule in lower))


def last_given(plan: Plan, drug: str) -> tuple[Plan, Plan | None, PlannedMedication | None]:
    """The plan by which the hold began; and the newest before it that names a dose of the drug, with that dose."""
    since, earlier = plan, plan.replaces
    while earlier is not None:
        row = next((row for row in earlier.medications.all() if row.drug_key == drug), None)
        if row is None or row.change == MedicationChange.STOP:
            break
        if row.change == MedicationChange.HOLD:
            since = earlier
        elif row.amount is not None:
            return since, earlier, row
        earlier = earlier.replaces
    return since, None, None


def taken_when_held(
    compiled: CompiledPackage, since: Plan, giving: Plan | None, row: PlannedMedication | None, drug: str
) -> Decimal | None:
    """The amount that was being taken on the day it was held, not the one its plan began with: what was said in that visit
    or what the plan had come to, whichever is less. Where nobody was asked, the least of the plan so far: nobody knows
    whether each step was taken."""
    told = said_then(compiled, since, drug)
    planned = list(planned_until(since, giving, row)) if giving is not None and row is not None else []
    if told is not None:
        return min(told, *planned[-1:])
    return min(planned, default=None)


def said_then(compiled: CompiledPackage, plan: Plan, drug: str) -> Decimal | None:
    """How much was taken, as it was said in the visit of the plan; none of what was not asked, or already left out."""
    facts = {r.taken_now for r in compiled.package.regimens if r.drug == drug and r.taken_now}
    signed: dict[str, Any] = plan.frozen["facts"]["facts"]
    for key in sorted(facts):
        answer = signed.get(key, {})
        if "value" not in answer:
            continue
        try:
            amount = in_own_unit(compiled.facts[key], read_number(answer["value"]), answer.get("unit"))
        except ValueError:
            continue  # of another version, which has it in another unit
        if amount > 0:
            return amount
    return None


def planned_until(since: Plan, giving: Plan, row: PlannedMedication) -> Iterator[Decimal]:
    """The amounts of a plan up to the day of another, in the period of its dose: its dated steps, else the one there is.
    None of them where the plan can no longer be worked out: nobody knows its steps."""
    if row.amount is None:
        return
    try:
        draft = worked_out_again(giving).draft
    except NOT_AGAIN:
        return
    line = next((line for line in draft.medications if line.drug.key == row.drug_key), None)
    steps = [(step.on, step.amount) for step in line.taper or line.titration] if line is not None else []
    yield row.amount
    for on, amount in steps[1:]:
        if amount and on <= since.signed_on:
            yield row.amount * amount / steps[0][1]  # a titration may tell what is taken in a day


class WorkedOut(NamedTuple):
    decision: Decision
    choices: Choices
    draft: PlanDraft


NOT_AGAIN = (ContentMoved, FactsRefused, ChoicesRefused)


def worked_out_again(plan: Plan) -> WorkedOut:
    """A signed plan from what it froze, by its own version. One of NOT_AGAIN where that can no longer be read."""
    compiled = compiled_version(plan.version)
    decision = decide(compiled, read_facts(plan.frozen["facts"], compiled))
    choices = read_choices(plan.frozen["choices"])
    before, today = plan.replaces, decision.facts.as_of
    # A plan that was signed before these days were kept was worked out without them.
    begun, done = dates_from_json(plan.frozen.get("begun", {})), dates_from_json(plan.frozen.get("done", {}))
    changed_on = dates_from_json(plan.frozen["changed"]) if "changed" in plan.frozen else None
    now = current_drugs(compiled, before, begun)
    draft = draft_plan(
        compiled, decision, choices, now, today, begun=days_of(first_doses(before)), changed_on=changed_on, done=done
    )
    return WorkedOut(decision, choices, draft)


def weekday_of(row: PlannedMedication) -> Weekday | None:
    return None if row.weekday is None else Weekday(row.weekday)
