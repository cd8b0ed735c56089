"""What is known today of a patient under a plan, in the form of FACTS.json, and which results have changed since signing.

Refuses to let what was said at an earlier visit stand against a newer result it was worked out from.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from guidelines.engine.compiled import CompiledPackage
from patients.beside import Beside, elsewhere
from patients.facts import FROM_PATIENT, Answer, Answers, amounts_by_plan, answer_of, facts_input, taken_by_plan
from patients.following.reads import facts_behind
from patients.models import MedicationChange, Observation, Plan
from patients.on_hold import days_on_hold, held_by


def facts_now(
    plan: Plan,
    compiled: CompiledPackage,
    observations: Iterable[Observation],
    planned: Answers,
    today: date,
    beside: Iterable[Beside] = (),
) -> dict[str, Any]:
    """What is known today, on the plan's step.

    Every answer of the consultation is an observation too; what was "not known" then stays so until a result says
    otherwise. What is taken is what the plans say, this one and those `beside` it.
    """
    signed: Answers = plan.frozen["facts"]["facts"]
    rows = sorted(
        (row for row in observations if row.taken_on <= today and counts(plan, compiled, row, signed)),
        key=lambda row: (row.taken_on, row.number),
    )
    answers: Answers = {key: answer for key, answer in signed.items() if "value" not in answer}
    for row in rows:
        answers[row.fact_key] = answer_of(row)
    for fact in compiled.limited.values():
        if "upper_limit" in answers.get(fact.key, {}):
            answers.pop(fact.upper_limit or "", None)  # the result brings its own
    answers |= planned
    own = {row.drug_key for row in plan.medications.all() if row.change != MedicationChange.STOP}
    others = elsewhere(compiled, beside, own)
    taken = {key for key, value in others.get("facts", {}).items() if value is True}  # whatever was said before
    answers = {
        key: answer for key, answer in answers.items() if not compiled.facts[key].formula_only and key not in taken
    }
    found = facts_input(
        compiled=compiled, patient=plan.patient, as_of=today, step=plan.step, started_on=plan.started_on,
        answers=without_outdated(compiled, answers), observations=rows, held=held_by(plan),
        days_held=days_on_hold(compiled, plan, today), elsewhere=others,
    )  # fmt: skip
    # What is added up of a dose is what a consultation would add up: the earlier doses, and the plan's since it was signed.
    for key, answer in amounts_by_plan(compiled, plan, compiled).items():
        if key in planned and plan.signed_on < today:
            other_days = [told for told in found["history"].get(key, ()) if told["taken_on"] != answer["taken_on"]]
            found["history"][key] = sorted([*other_days, answer], key=lambda told: told["taken_on"])
    return found


def counts(plan: Plan, compiled: CompiledPackage, row: Observation, signed: Mapping[str, Answer]) -> bool:
    """Whether a row is a result as far as the plan is concerned: known when it was signed, or recorded since its
    consultation was begun. What came while somebody was at it was not in front of them.

    What an earlier visit said and this plan's did not is over: it was reported for that day, or taken back.
    """
    fact = compiled.facts.get(row.fact_key)
    if fact is None or fact.key in FROM_PATIENT:
        return False
    if "value" in signed.get(fact.key, {}):
        return True
    if row.recorded_at is None:
        return True
    begun = plan.consultation
    if begun.results_upto is None:
        return row.recorded_at > begun.started_at
    return row.number > begun.results_upto


def without_outdated(compiled: CompiledPackage, answers: Answers) -> Answers:
    """Without what somebody said of results, where a newer one has come: whether a rise is confirmed is worked out then."""

    def is_outdated(key: str) -> bool:
        source = compiled.sources[key]
        if source.formula is None or source.fact.formula_is_default or "value" not in answers[key]:
            return False
        said_on = answers[key].get("taken_on", "")
        return any(
            answers.get(name, {}).get("taken_on", "") > said_on for name in facts_behind(compiled, source.formula)
        )

    return {key: answer for key, answer in answers.items() if not is_outdated(key)}


def taken_now(plan: Plan, compiled: CompiledPackage, today: date) -> Answers:
    """Which drugs are taken and how much, by the facts that hold it: as of today, for the plan is what is followed."""
    found = {
        key: {**answer, "taken_on": today.isoformat()} for key, answer in taken_by_plan(compiled, today, plan).items()
    }
    for row in plan.medications.all():
        regimen = compiled.regimens.get(row.regimen_key)
        if regimen and regimen.regimen.taken_now and row.amount is not None:
            found[regimen.regimen.taken_now] = {"value": row.amount_text, "taken_on": today.isoformat()}
    return found


def changed_results(
    now: Mapping[str, Any], signed: Mapping[str, Any], *, leaving_out: Collection[str]
) -> dict[str, Answers]:
    """By fact, the results that were not known when the plan was signed, by day; none where one was taken back."""
    found: dict[str, Answers] = {}
    for key in {*now["facts"], *now["history"], *signed["facts"], *signed.get("history", {})}.difference(leaving_out):
        is_now, was = results_of(now, key), results_of(signed, key)
        if is_now != was and (is_now or was):
            found[key] = {day: answer for day, answer in is_now.items() if was.get(day) != answer}
    return found


def results_of(raw: Mapping[str, Any], key: str) -> Answers:
    """By day, without the words about how it was known."""
    told = [
        *raw.get("history", {}).get(key, ()),
        *([raw["facts"][key]] if "value" in raw["facts"].get(key, {}) else ()),
    ]
    return {
        answer.get("taken_on", raw["as_of"]): {
            name: answer[name] for name in ("value", "unit", "upper_limit") if answer.get(name) not in (None, "")
        }
        for answer in told
    }
