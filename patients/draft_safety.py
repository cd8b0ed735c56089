"""What warns about a plan, and what must be answered, overridden with a reason, or acknowledged before it is signed.

Refuses to let a stop pass in silence: a prohibited one is a problem for ever, also while it is unknown.
"""

from collections.abc import Iterator, Sequence

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.decision import Decision
from guidelines.engine.safety import Alert, by_severity, check_drug, override_of
from patients.choices import Choices
from patients.plan_draft import DraftProblem, MedicationLine, PlanDraft

SHORTEST_REASON = 10


def alerts_of(
    compiled: CompiledPackage, decision: Decision, lines: Sequence[MedicationLine], *, is_settled: bool
) -> tuple[Alert, ...]:
    """The decision's alerts with those of every drug that goes on. Once the option is settled, those of drugs that are
    not on the plan are left out, but for what excluded them and what forbids any plan."""
    found = list(decision.alerts)
    for line in lines:
        if line.is_given:
            found += check_drug(compiled, decision.resolved, line.drug.key)
    if is_settled:
        on_plan = {line.drug.key for line in lines}
        found = [
            alert for alert in found
            if alert.rule.drug is None or alert.rule.drug in on_plan or alert.excludes or alert.forbids_plan
        ]  # fmt: skip
    order = {key: index for index, key in enumerate(compiled.rules)}
    return tuple(by_severity(sorted(found, key=lambda alert: order[alert.rule.key])))


def safety_problems(compiled: CompiledPackage, draft: PlanDraft, choices: Choices) -> Iterator[DraftProblem]:
    reasons = {reason.key for reason in compiled.package.override_reasons}
    for alert in draft.forbid_it():
        place, sentence = f"overrides.{alert.rule.key}", f"{alert.message} No plan can be signed while this holds."
        yield DraftProblem("recommendation", place, f"{sentence} {alert.rule.action.text}")
    for alert in draft.to_override():
        rule, override = alert.rule, choices.overrides.get(alert.rule.key)
        place = f"overrides.{rule.key}"
        if override_of(alert) == "prohibited":
            yield DraftProblem("safety", place, f"{alert.message} {way_out(compiled, alert)}")
        elif override is None or override.reason not in reasons:
            yield DraftProblem("safety", place, f"{alert.message} Choose the reason for going against this rule.")
        elif len(override.text) < SHORTEST_REASON:
            yield DraftProblem("safety", place, f"{alert.message} Write why, in at least {SHORTEST_REASON} characters.")
    for alert in draft.to_acknowledge():
        if alert.rule.key not in choices.acknowledged:
            yield DraftProblem(
                "safety", f"acknowledged.{alert.rule.key}", f"Confirm that you have seen this: {alert.message}"
            )


def way_out(compiled: CompiledPackage, alert: Alert) -> str:
    """What can be done about a stop that cannot be overridden."""
    if alert.is_met:
        return "This cannot be overridden: choose another option, or stop the drug."
    labels = ", ".join(compiled.facts[key].label for key in sorted(alert.open_facts) if key in compiled.facts)
    return f"This cannot be overridden: answer {labels}." if labels else "This cannot be overridden."
