"""What the other plans' guidelines say of the drugs of a draft: an interaction is caught whichever of two plans is signed last.

Of their rules only those count that stand worse with the draft's drugs than without, by what is known today: met, or no
longer known not to be. How they stood before, their physicians have decided about, or were asked to.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.facts import FactsRefused
from guidelines.engine.reading import read_facts
from guidelines.engine.resolve import Resolved
from guidelines.engine.safety import ORDER, Alert, check_drug
from guidelines.package import compiled_version
from patients.beside import Beside, answers_from
from patients.choices import Choices
from patients.following.aged import listed
from patients.following.known import facts_now, taken_now
from patients.models import Observation, Plan
from patients.plan_draft import BesideAlert, CurrentDrug, DraftProblem, PlanDraft

LONGEST_KEY = 80


def alerts_beside(
    compiled: CompiledPackage, draft: PlanDraft, current: Mapping[str, CurrentDrug], beside: Collection[Beside],
    observations: Collection[Observation], today: date,
) -> tuple[BesideAlert, ...]:  # fmt: skip
    """The rules that stand worse with this draft than with what is taken now (`current`), gravest first."""
    given: defaultdict[Plan, list[Beside]] = defaultdict(list)
    for other in beside:
        if other.is_given:
            given[other.plan].append(other)
    found: list[BesideAlert] = []
    for plan, others in given.items():
        version = compiled_version(plan.version)
        if not any(answers_from(version, line.drug, plan.signed_on) for line in draft.medications if line.is_given):
            continue  # that guideline has no word for these drugs
        third = [other for other in beside if other.plan != plan]
        now = [Beside(plan, compiled.drugs[key], not (drug.is_held or drug.is_over)) for key, drug in current.items()]
        then = [Beside(plan, line.drug, line.is_given) for line in draft.medications if line.change != "stop"]
        recorded = [row for row in observations if row.recorded_at is not None]
        before = [read(plan, version, rows, today, [*third, *now]) for rows in (recorded, observations)]
        found += worse(plan, version, others, before, read(plan, version, observations, today, [*third, *then]))
    return tuple(sorted(found, key=lambda alert: ORDER[alert.severity]))


def worse(
    plan: Plan,
    compiled: CompiledPackage,
    others: Sequence[Beside],
    before: Iterable[Resolved | None],
    after: Resolved | None,
) -> Iterator[BesideAlert]:
    """What this visit's answers alone ask for is no matter of the draft's drugs, and is called once it is signed."""
    name, names = others[0].name_of_plan, " and ".join(other.drug.name for other in others)
    if after is None:
        told = "Whether it may be given beside what this plan gives could not be checked."
        yield BesideAlert(f"plan-{plan.number}-unread", "", name, plan.pk, names, "caution", told, "Check it by hand.")
        return
    known = [facts for facts in before if facts is not None]
    for other in others:
        was = {(a.rule.key, a.is_met) for facts in known for a in check_drug(compiled, facts, other.drug.key)}
        for alert in check_drug(compiled, after, other.drug.key):
            rule = alert.rule
            if (rule.key, True) not in was and (rule.key, alert.is_met) not in was:
                key, action = f"plan-{plan.number}-{rule.key}"[:LONGEST_KEY], what_to_do(compiled, alert)
                yield BesideAlert(key, rule.key, name, plan.pk, other.drug.name, alert.severity, alert.message, action)


def what_to_do(compiled: CompiledPackage, alert: Alert) -> str:
    """Also of what is not known, where it can be said: what is on record since counts for that plan."""
    if alert.is_met or not alert.open_facts:
        return alert.rule.action.text
    labels = sorted(compiled.facts[key].label for key in alert.open_facts)
    return f"{alert.rule.action.text} Not known there: {listed(labels)}. Record it as a result, or in a visit for that plan."


def read(
    plan: Plan, compiled: CompiledPackage, observations: Collection[Observation], today: date, beside: Iterable[Beside]
) -> Resolved | None:
    """What is known today under a plan, with these drugs taken besides; None where it cannot be read together."""
    raw = facts_now(plan, compiled, observations, taken_now(plan, compiled, today), today, beside)
    try:
        return Resolved(compiled, read_facts(raw, compiled))
    except FactsRefused:
        return None


def beside_problems(alerts: Iterable[BesideAlert], choices: Choices) -> Iterator[DraftProblem]:
    """A stop is settled in the plan whose rule it is, where it may be overridden; here it is not."""
    for alert in alerts:
        if alert.severity == "stop":
            yield DraftProblem(
                "safety", f"beside.{alert.key}",
                f"{alert.message} {alert.action} This is a rule of {alert.plan}, which gives {alert.drug}, and cannot be "
                "overridden: choose another option, or change that plan first.",
            )  # fmt: skip
        elif alert.severity == "caution" and alert.key not in choices.acknowledged:
            yield DraftProblem(
                "safety", f"acknowledged.{alert.key}", f"Confirm that you have seen this: {alert.message}"
            )
