"""How a plan stands under the results there are today: what they ask for by the rules of the version it follows.

A pure function of rows that are given in. Asks for something only where a result has changed since the plan was signed:
what was known then, the physician has decided about. Refuses to call a thing over because its result has become old, and
to be silent about a result that was too old to be judged by on the day it came.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import localcontext
from typing import Any

from guidelines.engine.compiled import CompiledPackage, Rule
from guidelines.engine.content import Action
from guidelines.engine.facts import FactsRefused, Problem
from guidelines.engine.operators import EXACT, is_open
from guidelines.engine.reading import read_facts
from guidelines.engine.resolve import Resolved
from guidelines.engine.safety import ORDER, Alert, check, check_drug
from guidelines.package import compiled_version
from patients.beside import Beside
from patients.facts import FROM_PATIENT, Answers
from patients.following.aged import Came, too_old, why_too_old
from patients.following.known import changed_results, facts_now, results_of, taken_now
from patients.following.reads import facts_behind
from patients.models import AlertKind, MedicationChange, Observation, Plan

ACT_NOW = ("hold", "stop")  # not given again before somebody has looked
LOST = "A result that was known when the plan was signed is no longer on record. "


@dataclass(frozen=True)
class Call:
    """One rule and what it asks for; `results` are those it was raised by, as answers with their fact. `is_lost`: one
    that the plan was signed on was taken back, and no other has come. `too_old`: which results are, in words."""

    kind: AlertKind
    alert: Alert
    results: tuple[dict[str, Any], ...]
    act_by_on: date | None
    is_lost: bool = False
    too_old: str = ""

    @property
    def action(self) -> Action:
        return self.alert.rule.action

    @property
    def message(self) -> str:
        if self.kind == AlertKind.MAY_RESUME:
            return f"No longer so: {self.alert.rule.message}"
        return LOST * self.is_lost + f"{self.alert.message} {self.too_old}".strip()


@dataclass(frozen=True)
class Standing:
    """`problems` are results that contradict the catalogue: with them nothing can be said, and that is said."""

    plan: Plan
    compiled: CompiledPackage
    resolved: Resolved | None
    calls: tuple[Call, ...]
    problems: tuple[Problem, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)

    def is_over(self, kind: AlertKind, rule_key: str, results: Sequence[Mapping[str, Any]]) -> bool:
        """Whether what these results once asked for, and no call asks for now, is over. That a result has become too
        old to be judged by is no answer to it: somebody acts, a newer result answers, or it was no result at all."""
        rule = self.compiled.rules.get(rule_key)
        if kind == AlertKind.MAY_RESUME or rule is None or self.resolved is None:
            return True
        if results and not any(self.is_on_record(result) for result in results):
            return True
        with localcontext(EXACT):
            state = rule.condition.value(self.resolved)
        return state is False if kind == AlertKind.ABNORMAL else state is not None

    def is_on_record(self, result: Mapping[str, Any]) -> bool:
        answer = {name: part for name, part in result.items() if name not in ("fact", "taken_on")}
        return results_of(self.raw, result["fact"]).get(result["taken_on"]) == answer


def standing_of(
    plan: Plan,
    observations: Iterable[Observation],
    today: date,
    came: Collection[Came] | None = None,
    beside: Iterable[Beside] = (),
) -> Standing:
    """`observations` are the patient's effective ones; `plan` has patient, version and medications at hand. `came`:
    the results that came just now; None, where whatever has changed did. `beside`: the drugs of the other plans."""
    return standing_by(compiled_version(plan.version), plan, observations, today, came, beside)


def standing_by(
    compiled: CompiledPackage, plan: Plan, observations: Iterable[Observation], today: date,
    came: Collection[Came] | None, beside: Iterable[Beside] = (),
) -> Standing:  # fmt: skip
    """The same, with the version ready to decide with."""
    planned = taken_now(plan, compiled, today)
    raw = facts_now(plan, compiled, observations, planned, today, beside)
    try:
        facts = read_facts(raw, compiled)
    except FactsRefused as refusal:
        return Standing(plan, compiled, None, (), tuple(refusal.problems), raw)
    with localcontext(EXACT):
        resolved = Resolved(compiled, facts)
        changed = changed_results(raw, plan.frozen["facts"], leaving_out={*FROM_PATIENT, *planned})
        if came is None:
            came = {(key, date.fromisoformat(day)) for key, answers in changed.items() for day in answers}
        calls = [
            *called(plan, compiled, resolved, changed, today, came),
            *resumable(plan, compiled, resolved, changed),
        ]
    return Standing(plan, compiled, resolved, tuple(calls), raw=raw)


def called(
    plan: Plan, compiled: CompiledPackage, resolved: Resolved, changed: Mapping[str, Answers], today: date,
    came: Collection[Came],
) -> Iterator[Call]:  # fmt: skip
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
        rule, behind = alert.rule, behind_of[alert.rule.key]
        if alert.is_kept:
            continue  # held for it already: nothing new is asked for
        if alert.is_met:
            # What was known and only informs has been read; the same call for action is made again by a new result.
            if alert.severity == "note" or (rule.action.kind == "inform" and rule.key in met_when_signed):
                continue
            yield Call(AlertKind.ABNORMAL, alert, told(changed, behind), act_by(rule.action, today))
            continue
        is_unknown = all(is_open(resolved[key]) for key in behind)
        is_lost = is_unknown and not all(changed[key] for key in behind)
        if is_unknown and not is_lost and not too_old(resolved.facts, behind) & set(came):
            continue  # every result has become too old meanwhile: that the next test is overdue says it
        if (rule.kind == "threshold" or alert.severity == "stop") and alert.open_facts not in open_already:
            open_already.add(alert.open_facts)
            yield Call(
                AlertKind.NOT_EVALUABLE, alert, told(changed, behind), act_by(rule.action, today), is_lost,
                why_too_old(compiled, resolved.facts, alert.open_facts),
            )  # fmt: skip


def rules_of(plan: Plan, compiled: CompiledPackage) -> Iterator[Rule]:
    """Of the guideline, and of every drug that is given or held."""
    yield from compiled.rules_of_guideline
    for row in plan.medications.all():
        if row.change != MedicationChange.STOP:
            yield from compiled.rules_of_drug.get(row.drug_key, ())


def resumable(
    plan: Plan, compiled: CompiledPackage, resolved: Resolved, changed: Mapping[str, Answers]
) -> Iterator[Call]:
    """Rules that hold a drug of the plan and no longer do, once no rule of that drug holds or stops it, also none that
    came later. What else has to be known before it is given, the consultation asks."""
    held = {row.drug_key for row in plan.medications.all() if row.change == MedicationChange.HOLD}
    for taken in plan.frozen["decision"].get("taking", ()):
        rules = [compiled.rules[key] for key in taken["because"] if key in compiled.rules]
        if taken["drug"] not in held or not rules:
            continue
        alerts = check_drug(compiled, resolved, taken["drug"])
        if any(alert.is_met and (alert.severity == "stop" or alert.holds) for alert in alerts):
            continue
        if any(rule.condition.value(resolved) is not False for rule in rules):
            continue
        for rule in rules:
            if facts := facts_behind(compiled, rule.condition, rule.resume) & changed.keys():
                yield Call(AlertKind.MAY_RESUME, Alert(rule.rule, "note", True), told(changed, facts), None)


def told(changed: Mapping[str, Answers], facts: Iterable[str]) -> tuple[dict[str, Any], ...]:
    """The changed results of these facts, newest last."""
    rows = [{"fact": key, "taken_on": day, **answer} for key in sorted(facts) for day, answer in changed[key].items()]
    return tuple(sorted(rows, key=lambda row: (row["taken_on"], row["fact"])))


def act_by(action: Action, today: date) -> date | None:
    if action.within_days is not None:
        return today + timedelta(days=action.within_days)
    return today if action.kind in ACT_NOW else None
