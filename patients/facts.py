"""From a patient's rows to the engine's facts: what the patient's page says, the answers, and the history.

Writes nothing and decides nothing. Refuses to carry over what may have changed without anybody saying so.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Fact
from guidelines.engine.facts import Known, PatientFacts
from guidelines.engine.nodes import Node
from guidelines.engine.resolve import Resolved
from guidelines.package import compiled_version
from patients.models import MedicationChange, Observation, Patient, Plan
from patients.models.plan import NOT_GIVEN

Answer = dict[str, Any]
Answers = dict[str, Answer]

# What the patient's page holds, so that the banner and the dose never disagree. Nobody is asked for these.
BIRTH_DATE, AGE, SEX = "birth_date", "age_years", "sex"
FROM_PATIENT = (BIRTH_DATE, AGE, SEX)
# What is taken and how much: asked anew once a plan has changed it.
MEDICINES_GROUP = "medicines"


def facts_input(
    *,
    compiled: CompiledPackage,
    patient: Patient,
    as_of: date,
    step: str = "",
    started_on: date | None = None,
    answers: Mapping[str, Answer],
    observations: Iterable[Observation],
    held: Mapping[str, list[str]] | None = None,
    days_held: int = 0,
    elsewhere: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Everything known about the patient on the day `as_of`, in the form of FACTS.json."""
    given = {key: answer for key, answer in answers.items() if key not in FROM_PATIENT}
    of_plans = {"held": dict(held or {}), "days_held": days_held, "elsewhere": dict(elsewhere or {})}
    return {name: told for name, told in of_plans.items() if told} | {
        "as_of": as_of.isoformat(),
        "step": step or None,
        "started_on": started_on.isoformat() if started_on else None,
        "facts": patient_answers(compiled, patient) | given,
        "history": history(compiled, observations, as_of, given),
    }


def patient_answers(compiled: CompiledPackage, patient: Patient) -> Answers:
    """What the patient's page says; the age follows from the day of birth."""
    found: Answers = {}
    if BIRTH_DATE in compiled.facts:
        found[BIRTH_DATE] = {"value": patient.born_on.isoformat()}
    if SEX in compiled.facts:
        found[SEX] = {"value": patient.sex}
    return found


def history(
    compiled: CompiledPackage, observations: Iterable[Observation], as_of: date, answers: Mapping[str, Answer]
) -> dict[str, list[Answer]]:
    """The effective results up to the day of every number that is answered, by fact.

    Only of those: the engine would take the newest result for an answer that nobody gave or that was taken back. A
    laboratory's limit goes with its result. Of one day the result that was recorded last counts; on the day of an
    answer, the answer.
    """
    limits = {fact.upper_limit for fact in compiled.limited.values()}
    wanted = {
        key for key in answers
        if key in compiled.facts and compiled.facts[key].type == "number" and key not in limits
        and not compiled.facts[key].formula_only
    }  # fmt: skip
    found: dict[str, dict[date, Answer]] = {}
    for row in sorted(observations, key=lambda row: (row.fact_key, row.taken_on, row.number)):
        is_answered = answers.get(row.fact_key, {}).get("taken_on") == row.taken_on.isoformat()
        if row.fact_key in wanted and row.taken_on <= as_of and not is_answered:
            found.setdefault(row.fact_key, {})[row.taken_on] = answer_of(row)
    return {key: list(results.values()) for key, results in found.items()}


def answer_of(row: Observation) -> Answer:
    """An observation as an answer with its own date."""
    answer: Answer = {"value": row.value_typed, "taken_on": row.taken_on.isoformat()}
    if row.unit:
        answer["unit"] = row.unit
    if row.upper_limit_typed:
        answer["upper_limit"] = row.upper_limit_typed
    return answer


def prefilled(
    *,
    compiled: CompiledPackage,
    patient: Patient,
    as_of: date,
    observations: Iterable[Observation],
    plan: Plan | None,
) -> Answers:
    """Last known results to begin a consultation with, each with its date. `plan` is the active one.

    Left out: what is worked out, what is only reported for the day, and medicines recorded before the plan changed them.
    """
    found: Answers = {}
    for row in sorted(observations, key=lambda row: (row.taken_on, row.number)):
        fact = compiled.facts.get(row.fact_key)
        if fact is not None and row.taken_on <= as_of and is_carried(fact, row, plan):
            found[fact.key] = answer_of(row)
    for fact in compiled.limited.values():
        if "upper_limit" in found.get(fact.key, {}):
            found.pop(fact.upper_limit or "", None)  # the result brings its own
    if plan is not None:
        found |= taken_by_plan(compiled, as_of, plan) | amounts_by_plan(compiled, plan, compiled_version(plan.version))
    return found


def amounts_by_plan(compiled: CompiledPackage, plan: Plan, signed: CompiledPackage) -> Answers:
    """How much is taken, where the guideline asks for it and the plan tells today's amount: nothing of a drug that is
    held, or was given one time only. Of one raised or lowered in dated steps nobody knows which was reached, and it is asked."""
    changing = drugs_in_steps(plan)
    regimens = compiled.package.regimens
    asked = {regimen.drug: regimen.taken_now for regimen in regimens if regimen.taken_now}
    found: Answers = {}
    for row in plan.medications.all():
        fact = asked.get(row.drug_key)
        if fact and (row.change == MedicationChange.HOLD or is_one_time(signed, row.regimen_key)):
            found[fact] = {"value": "0", "taken_on": plan.signed_on.isoformat()}
        elif fact and row.amount is not None and row.drug_key not in changing:
            found[fact] = {"value": row.amount_text, "taken_on": plan.signed_on.isoformat()}
    return {key: {**answer, "unit": compiled.facts[key].unit or ""} for key, answer in found.items()}


def is_one_time(signed: CompiledPackage, regimen: str) -> bool:
    """Whether it is a single dose. `signed` is the version of the plan: a later one may have other regimens."""
    planned = signed.regimens.get(regimen)
    return planned is not None and planned.regimen.one_time


def drugs_in_steps(plan: Plan) -> set[str]:
    """Those that the plan raises or lowers on set days."""
    return {
        told["drug"] for told in plan.care_plan.get("medications", ())
        if len(told["taper"]) > 1 or len(told["titration"]) > 1
    }  # fmt: skip


def is_carried(fact: Fact, row: Observation, plan: Plan | None) -> bool:
    if fact.key in FROM_PATIENT or fact.formula is not None or fact.unless_reported is not None:
        return False
    return plan is None or fact.group != MEDICINES_GROUP or row.taken_on > plan.signed_on


def taken_by_plan(compiled: CompiledPackage, as_of: date, plan: Plan) -> Answers:
    """Whether a drug of the step is still taken, where the plan says so and the guideline asks with one yes or no."""
    step = compiled.steps.get(plan.step)
    if step is None:
        return {}
    planned = {row.drug_key: row.change not in NOT_GIVEN for row in plan.medications.all()}
    found: Answers = {}
    for taken in step.takes:
        if taken.condition is None or taken.drug not in planned:
            continue
        fact = deciding_fact(compiled, as_of, plan.step, plan.started_on, taken.condition)
        if fact is not None:
            found[fact] = {"value": planned[taken.drug], "taken_on": plan.signed_on.isoformat()}
    return found


def deciding_fact(
    compiled: CompiledPackage, as_of: date, step: str, started_on: date | None, condition: Node
) -> str | None:
    """The one yes-or-no fact that settles the condition on the step, if there is just one."""
    asked = [key for key in fact_keys(compiled, condition) if compiled.facts[key].type == "boolean"]
    if len(asked) != 1:
        return None
    key = asked[0]
    outcomes = []
    for value in (True, False):
        state = Known(value, "", None, as_of)
        facts = PatientFacts(as_of, step, started_on, {key: state})
        outcomes.append(condition.value(Resolved(compiled, facts)))
    return key if outcomes == [True, False] else None


def fact_keys(compiled: CompiledPackage, node: Node) -> list[str]:
    """The facts a condition reads, through the guideline's definitions, each once."""
    found: dict[str, None] = {}
    for key in [*node.keys, *(key for child in node.children for key in fact_keys(compiled, child))]:
        if key in compiled.definitions:
            found |= dict.fromkeys(fact_keys(compiled, compiled.definitions[key]))
        elif key in compiled.facts:
            found[key] = None
    return list(found)
