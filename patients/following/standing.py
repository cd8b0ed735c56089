"""How a plan stands under the results there are today: what they ask for by the rules of the version it follows.

A pure function of rows that are given in. Asks for something only where a result has changed since the plan was signed:
what was known then, the physician has decided about.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import localcontext
from typing import Any

from guidelines.engine.compiled import CompiledPackage, Rule
from guidelines.engine.content import Action
from guidelines.engine.facts import FactsRefused, Problem
from guidelines.engine.operators import EXACT
from guidelines.engine.reading import read_facts
from guidelines.engine.resolve import Resolved
from guidelines.engine.safety import ORDER, Alert, check
from guidelines.package import compiled_version
from patients.facts import FROM_PATIENT, Answers, answer_of, facts_input, taken_by_plan
from patients.following.reads import facts_behind
from patients.models import AlertKind, MedicationChange, Observation, Plan

ACT_NOW = ("hold", "stop")  # not given again before somebody has looked


@dataclass(frozen=True)
class Call:
    """One rule and what it asks for; `results` are those it was raised by, as answers with their fact."""

    kind: AlertKind
    alert: Alert
    results: tuple[dict[str, Any], ...]
    act_by_on: date | None

    @property
    def action(self) -> Action:
        return self.alert.rule.action

    @property
    def message(self) -> str:
        if self.kind == AlertKind.MAY_RESUME:
            return f"No longer so: {self.alert.rule.message}"
        return self.alert.message


@dataclass(frozen=True)
class Standing:
    """`problems` are results that contradict the catalogue: with them nothing can be said, and that is said."""

    plan: Plan
    compiled: CompiledPackage
    resolved: Resolved | None
    calls: tuple[Call, ...]
    problems: tuple[Problem, ...] = ()


def standing_of(plan: Plan, observations: Iterable[Observation], today: date) -> Standing:
    """`observations` are the patient's effective ones; `plan` has patient, version and medications at hand."""
    compiled = compiled_version(plan.version)
    planned = taken_now(plan, compiled, today)
    raw = facts_now(plan, compiled, observations, planned, today)
    try:
        facts = read_facts(raw, compiled)
    except FactsRefused as refusal:
        return Standing(plan, compiled, None, (), tuple(refusal.problems))
    with localcontext(EXACT):
        resolved = Resolved(compiled, facts)
        changed = changed_results(raw, plan.frozen["facts"], leaving_out={*FROM_PATIENT, *planned})
        calls = [
            *called(plan, compiled, resolved, changed, today),
            *resumable(plan, compiled, resolved, changed, today),
        ]
    return Standing(plan, compiled, resolved, tuple(calls))


def facts_now(
    plan: Plan, compiled: CompiledPackage, observations: Iterable[Observation], planned: Answers, today: date
) -> dict[str, Any]:
    """What is known today, on the plan's step, in the form of FACTS.json.

    Every answer of the consultation is an observation too; what was "not known" then stays so until a result says
    otherwise. What is taken is what the plan says.
    """
    rows = sorted(observations, key=lambda row: (row.taken_on, row.recorded_at, row.pk))
    signed: Answers = plan.frozen["facts"]["facts"]
    answers: Answers = {key: answer for key, answer in signed.items() if "value" not in answer}
    for row in rows:
        if row.fact_key in compiled.facts and row.fact_key not in FROM_PATIENT and row.taken_on <= today:
            answers[row.fact_key] = answer_of(row)
    for fact in compiled.limited.values():
        if "upper_limit" in answers.get(fact.key, {}):
            answers.pop(fact.upper_limit or "", None)  # the result brings its own
    answers |= planned
    return facts_input(
        compiled=compiled, patient=plan.patient, as_of=today, step=plan.step, started_on=plan.started_on,
        answers={key: answer for key, answer in answers.items() if not compiled.facts[key].formula_only},
        observations=[row for row in rows if row.fact_key not in planned],
    )  # fmt: skip


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


def called(
    plan: Plan, compiled: CompiledPackage, resolved: Resolved, changed: Mapping[str, Answers], today: date
) -> Iterator[Call]:
    """Rules that are met or cannot be checked because of what has changed, gravest first."""
    met_when_signed = {alert["rule"] for alert in plan.frozen["decision"].get("alerts", ()) if alert["state"] == "met"}
    open_already: set[frozenset[str]] = set()
    touched = [
        (rule, behind) for rule in rules_of(plan, compiled)
        if (behind := facts_behind(compiled, rule.condition) & changed.keys())
    ]  # fmt: skip
    behind_of = {rule.rule.key: behind for rule, behind in touched}
    alerts = check((rule for rule, _ in touched), resolved)
    for alert in sorted(alerts, key=lambda alert: ORDER[alert.severity]):
        rule, results = alert.rule, told(changed, behind_of[alert.rule.key])
        if alert.is_met:
            # What was known and only informs has been read; the same call for action is made again by a new result.
            if alert.severity == "note" or (rule.action.kind == "inform" and rule.key in met_when_signed):
                continue
            yield Call(AlertKind.ABNORMAL, alert, results, act_by(rule.action, today))
        elif not any(resolved[key] is not None for key in behind_of[rule.key]):
            continue  # every result has become too old meanwhile: that the next test is overdue says it
        elif (rule.kind == "threshold" or alert.severity == "stop") and alert.open_facts not in open_already:
            open_already.add(alert.open_facts)
            yield Call(AlertKind.NOT_EVALUABLE, alert, results, act_by(rule.action, today))


def rules_of(plan: Plan, compiled: CompiledPackage) -> Iterator[Rule]:
    """Of the guideline, and of every drug that is given or held."""
    yield from compiled.rules_of_guideline
    for row in plan.medications.all():
        if row.change != MedicationChange.STOP:
            yield from compiled.rules_of_drug.get(row.drug_key, ())


def resumable(
    plan: Plan, compiled: CompiledPackage, resolved: Resolved, changed: Mapping[str, Answers], today: date
) -> Iterator[Call]:
    """Rules that hold a drug of the plan and are no longer met, once every rule that holds it is not."""
    held = {row.drug_key for row in plan.medications.all() if row.change == MedicationChange.HOLD}
    for taken in plan.frozen["decision"].get("taking", ()):
        rules = [compiled.rules[key] for key in taken["because"] if key in compiled.rules]
        if taken["drug"] not in held or not rules:
            continue
        behind = [facts_behind(compiled, rule.condition) & changed.keys() for rule in rules]
        if any(rule.condition.value(resolved) is not False for rule in rules) or not any(behind):
            continue
        for rule, facts in zip(rules, behind, strict=True):
            if facts:
                yield Call(AlertKind.MAY_RESUME, Alert(rule.rule, "note", True), told(changed, facts), None)


def told(changed: Mapping[str, Answers], facts: Iterable[str]) -> tuple[dict[str, Any], ...]:
    """The changed results of these facts, newest last."""
    rows = [{"fact": key, "taken_on": day, **answer} for key in sorted(facts) for day, answer in changed[key].items()]
    return tuple(sorted(rows, key=lambda row: (row["taken_on"], row["fact"])))


def act_by(action: Action, today: date) -> date | None:
    if action.within_days is not None:
        return today + timedelta(days=action.within_days)
    return today if action.kind in ACT_NOW else None
