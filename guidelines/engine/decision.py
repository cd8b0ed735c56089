"""decide(): one patient's facts through one guideline. The one entry point of the engine.

A pure function of the package and the facts: it knows no clock and no database, and the same input gives the same bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import localcontext
from typing import Any, NamedTuple

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Transition
from guidelines.engine.dosing import Dose, NoDose
from guidelines.engine.explain import explain
from guidelines.engine.facts import PatientFacts
from guidelines.engine.nodes import Node
from guidelines.engine.operators import EXACT
from guidelines.engine.options import AssessedOption
from guidelines.engine.pathway import Walk
from guidelines.engine.questions import Question, open_questions
from guidelines.engine.resolve import Resolved
from guidelines.engine.safety import Alert, by_severity, is_held_for
from guidelines.engine.schedule import Due, schedule


class Taking(NamedTuple):
    """A drug that is taken now, and what happens to it."""

    drug: str
    change: str
    because: tuple[str, ...]


class ActionText(NamedTuple):
    action: str
    text: str
    plain: str | None
    cites: tuple[str, ...]


class Weighed(NamedTuple):
    """What a plan follows of a decision."""

    outcome: str
    step: str | None
    options: list[AssessedOption]
    taking: list[Taking]
    alerts: list[Alert]
    monitoring: list[Due]


@dataclass(slots=True)
class Decision:
    """What the guideline proposes for one patient, with everything that led there."""

    compiled: CompiledPackage
    facts: PatientFacts
    resolved: Resolved
    outcome: str
    step: str | None
    options: list[AssessedOption]
    taking: list[Taking]
    actions: list[ActionText]
    alerts: list[Alert]
    monitoring: list[Due]
    questions: list[Question]
    consulted: dict[str, Node]
    followed: list[Transition]

    def trace(self) -> list[dict[str, Any]]:
        """Every condition that was consulted, as a tree with values and states."""
        with localcontext(EXACT):
            return [explain(key, node, self.resolved) for key, node in self.consulted.items()]

    def as_json(self, *, version: int | None = None, with_trace: bool = True) -> dict[str, Any]:
        """The decision in the contract's form."""
        with localcontext(EXACT):
            return self._as_json(version, with_trace)

    def _as_json(self, version: int | None, with_trace: bool) -> dict[str, Any]:
        told = _told(self)
        return {
            "guideline": self.compiled.package.slug, "version": version, "content_hash": self.compiled.content_hash,
            "as_of": self.facts.as_of.isoformat(), "outcome": self.outcome, "step": self.step,
            "options": told["options"], "taking": told["taking"],
            "actions": [{"action": a.action, "text": a.text, "cites": list(a.cites)} for a in self.actions],
            "questions": [
                {"fact": q.fact, "could_change": q.could_change, "rules": list(q.rules)} for q in self.questions
            ],
            "alerts": told["alerts"], "monitoring": told["monitoring"],
            "trace": self.trace() if with_trace else [],
        }  # fmt: skip


def decide(compiled: CompiledPackage, facts: PatientFacts) -> Decision:
    """What the guideline proposes for these facts on the day `facts.as_of`."""
    with localcontext(EXACT):
        resolved = Resolved(compiled, facts)
        walk = Walk(compiled, resolved).go()
        outcome, step, options, taking, alerts, monitoring = _weighed(walk)
        consulted = _consulted(walk, options)
        questions = open_questions(walk)
        actions = _actions(walk)
    return Decision(
        compiled, facts, resolved, outcome, step, options, taking, actions, alerts, monitoring, questions, consulted,
        walk.followed,
    )  # fmt: skip


def decide_in_short(compiled: CompiledPackage, facts: PatientFacts) -> dict[str, Any]:
    """What of the decision a plan follows, in the contract's form: as `decide` says it, for half the cost.

    Without questions, actions and trace, and without the working of doses: to hold one version against another.
    """
    with localcontext(EXACT):
        return _told(_weighed(Walk(compiled, Resolved(compiled, facts, shows_working=False)).go()))


def _weighed(walk: Walk) -> Weighed:
    alerts = _alerts(walk)
    taking = _companions(walk, list(_taking(walk)))
    options = _once([*walk.tried, *walk.options])
    return Weighed(walk.outcome, walk.step, options, taking, alerts, _monitoring(walk, taking))


def _told(weighed: "Weighed | Decision") -> dict[str, Any]:
    shows_doses = weighed.outcome in ("propose", "pending", "continue")
    changes = {taken.drug: taken.change for taken in weighed.taking}
    return {
        "outcome": weighed.outcome, "step": weighed.step,
        "options": [option.as_json(shows_doses=shows_doses, changes=changes) for option in weighed.options],
        "taking": [{"drug": t.drug, "change": t.change, "because": list(t.because)} for t in weighed.taking],
        "alerts": [alert.as_json() for alert in weighed.alerts],
        "monitoring": [due.as_json() for due in weighed.monitoring],
    }  # fmt: skip


def _once(options: list[AssessedOption]) -> list[AssessedOption]:
    return list({option.option.key: option for option in options}.values())


def _alerts(walk: Walk) -> list[Alert]:
    """The guideline's own, those of the drugs in question, and the stops that ruled out what was tried before."""
    found = [*walk.guideline_alerts, *walk.guard_alerts]
    if walk.outcome == "out_of_scope":
        taken = (alert for alerts in walk.taken_alerts.values() for alert in alerts)
        return by_severity(
            [*walk.guideline_alerts, *(alert for alert in taken if alert.is_met and alert.severity == "stop")]
        )
    for option in walk.tried:
        found += [alert for alert in option.alerts if alert.excludes]
    if walk.stays:
        for alerts in walk.taken_alerts.values():
            found += alerts
    else:
        for alerts in walk.taken_alerts.values():
            found += [alert for alert in alerts if alert.is_met and alert.severity == "stop"]
    if walk.outcome != "refer" and not (walk.outcome == "ask" and walk.stays):
        for option in walk.options:
            found += [alert for alert in option.alerts if option.state != "excluded" or alert.excludes]
    order = walk.compiled.rule_order
    return by_severity(sorted(found, key=lambda alert: order[alert.rule.key]))


def _taking(walk: Walk) -> Iterator[Taking]:
    """What happens to each drug that is taken now."""
    if walk.facts.facts.step is None:
        return
    # A transition whose step was not reached still ends or leaves open what it ends or leaves open, and no more.
    changes = {
        change.drug: (change.change, t) for t in walk.followed for change in t.changes if change.change != "start"
        if t.target == walk.step or change.change in ("stop", "hold", "choose")
    }  # fmt: skip
    stays_in = {t.drug: t for t in walk.compiled.steps[walk.step].takes} if walk.step else {}
    referred = walk.outcome in ("refer", "out_of_scope")
    without_dose = {
        part.regimen.drug.key: part.regimen.regimen.key
        for option in walk.options for part in option.regimens
        if part.role == "main" and not option.beside and isinstance(part.dose, NoDose)
    }  # fmt: skip
    too_much = dict(_too_much(walk))
    for drug in walk.facts.taken():
        alerts = walk.taken_alerts.get(drug, [])
        ending = tuple(a.rule.key for a in alerts if a.excludes)
        waiting = tuple(a.rule.key for a in alerts if a.holds and a.is_met)
        unclear = tuple(a.rule.key for a in alerts if a.severity == "stop" and not a.is_met)
        followed = tuple(dict.fromkeys(s for t in walk.followed for s in (t.statements or (t.key,))))
        if ending:
            yield Taking(drug, "stop", ending)
        elif drug in changes and changes[drug][0] == "stop":
            yield Taking(drug, "stop", changes[drug][1].statements or (changes[drug][1].key,))
        elif waiting:
            yield Taking(drug, "hold", waiting)
        elif drug in changes:
            change, transition = changes[drug]
            yield Taking(drug, change, transition.statements or (transition.key,))
        elif walk.outcome in ("hold", "stop") and unclear:
            yield Taking(drug, "hold", unclear)
        elif walk.outcome == "hold" and drug in without_dose:
            yield Taking(drug, "hold", (without_dose[drug],))
        elif walk.outcome == "ask":
            # Where the patient goes is open; what goes on meanwhile is said once another drug must stop.
            if any(a.excludes for found in walk.taken_alerts.values() for a in found):
                yield Taking(drug, "continue", ())
        elif walk.outcome == "out_of_scope":
            yield Taking(
                drug, "choose", tuple(a.rule.key for a in walk.guideline_alerts if a.rule.kind == "scope" and a.is_met)
            )
        elif drug in stays_in:
            step = walk.compiled.steps[walk.step or ""].step
            # while something is held or wrong, nothing else is lowered or raised
            planned = stays_in[drug].change
            if walk.outcome not in ("propose", "continue") and planned not in ("stop", "hold"):
                planned = "continue"
            if planned == "continue" and drug in too_much:
                yield Taking(drug, "reduce", too_much[drug])
            else:
                yield Taking(drug, planned, () if planned == "continue" else step.statements)
        elif referred:
            yield Taking(drug, "continue", followed)
        else:
            yield Taking(drug, "stop", followed)


def _too_much(walk: Walk) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The drugs of which more is taken than any way of giving them allows today, with what says so."""
    given: dict[str, list[tuple[Dose, str]]] = {}
    for part in (part for option in walk.options for part in option.regimens):
        regimen = part.regimen.regimen
        if regimen.taken_now and isinstance(part.dose, Dose):
            given.setdefault(regimen.drug, []).append((part.dose, regimen.taken_now))
    for drug, doses in given.items():
        if all(walk.facts[fact] is not None and walk.facts[fact] > dose.max for dose, fact in doses):
            alerts = walk.taken_alerts.get(drug, [])
            rules = tuple(a.rule.key for a in alerts if a.is_met and a.rule.action.kind == "reduce")
            yield drug, rules or tuple(a.rule.key for a in alerts if a.is_met)


def _companions(walk: Walk, taking: list[Taking]) -> list[Taking]:
    """A drug that is only given with another one stops when that one does."""
    step = walk.compiled.steps.get(walk.facts.facts.step or "")
    only_with = {taken.drug: taken.only_with for taken in step.takes} if step else {}
    stopped = {t.drug: t for t in taking if t.change == "stop"}
    return [
        Taking(t.drug, "stop", stopped[main].because) if (main := only_with.get(t.drug)) in stopped else t
        for t in taking
    ]


def _actions(walk: Walk) -> list[ActionText]:
    if walk.step is None or walk.outcome == "out_of_scope":
        return []
    return [
        ActionText(entry.key, entry.text, entry.plain, entry.cites)
        for entry, condition in walk.compiled.steps[walk.step].actions
        if condition is None or condition.value(walk.facts) is not False
    ]


def _monitoring(walk: Walk, taking: list[Taking]) -> list[Due]:
    if walk.outcome not in ("propose", "continue") or walk.step is None:
        return []
    drugs = {t.drug for t in taking if t.change in ("continue", "raise", "reduce", "taper")}
    for option in walk.options:
        if option.state != "excluded" and not option.beside:
            drugs |= {part.regimen.drug.key for part in option.regimens}
    return schedule(
        walk.compiled, walk.facts, drugs=drugs, step=walk.step, anchor=anchor_of(walk.facts.facts, walk.step)
    )


def anchor_of(facts: PatientFacts, step: str | None) -> date:
    """The day monitoring counts from: the start of the step while it lasts, else the day of the decision."""
    return facts.started_on if facts.started_on and facts.step == step else facts.as_of


def _consulted(walk: Walk, options: list[AssessedOption]) -> dict[str, Node]:
    """Every condition the walk looked at: transitions, entry conditions, and the rules of guideline, steps and drugs."""
    compiled = walk.compiled
    drugs = [*walk.facts.taken(), *(part.regimen.drug.key for option in options for part in option.regimens)]
    rules = [*compiled.rules_of_guideline]
    for drug in dict.fromkeys(drugs):
        rules += compiled.rules_of_drug.get(drug, ())
    for step in walk.guarded_steps:
        rules += compiled.rules_of_step.get(step, ())
    again = {
        f"{rule.key} resume": resume for rule, _, resume in rules
        if resume is not None and is_held_for(rule, walk.facts)
    }  # fmt: skip
    return {rule.key: node for rule, node, _ in rules} | again | walk.consulted
