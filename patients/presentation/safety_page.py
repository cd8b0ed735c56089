"""Safety: every rule that fired or could not be checked, stops first, with what answers it."""

from collections.abc import Mapping
from dataclasses import dataclass

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.cycles import keys_read
from guidelines.engine.safety import Alert, override_of
from guidelines.reading import Source, needs_clinician
from patients.draft_safety import SHORTEST_REASON
from patients.plan_draft import BesideAlert
from patients.presentation import words
from patients.presentation.run import Run

OVERRIDE_LENGTH = 2000


@dataclass(frozen=True)
class AlertCard:
    """`answer` is what going on needs: override, prohibited, no_plan, acknowledge or nothing.

    `read_from` are the facts that a stop which forbids any plan was read from: one of them is to be put right."""

    key: str
    severity: str
    message: str
    state: str
    subject: str
    action: str
    who: str
    within: str
    resume: str
    answer: str
    reason: str
    text: str
    is_acknowledged: bool
    is_settled: bool
    problem: str
    open_facts: list[tuple[str, str]]
    read_from: list[tuple[str, str]]
    sources: tuple[Source, ...]
    conflicts: list[str]
    needs_clinician: bool
    is_off_plan: bool


@dataclass(frozen=True)
class SafetyPage:
    on_plan: list[AlertCard]
    off_plan: list[AlertCard]
    beside: list[tuple[BesideAlert, bool, str]]  # of other plans: whether it is acknowledged, and what is missing
    reasons: list[tuple[str, str]]
    shortest: int
    longest: int
    counts: str
    stops_open: int


def safety_page(run: Run, typed: Mapping[str, tuple[str, str]] | None = None) -> SafetyPage:
    """`typed` are the overrides as they were just sent, by rule: reason and text, complete or not."""
    missing = run.problems_of("safety")
    to_override = {alert.rule.key for alert in run.draft.to_override()}
    to_acknowledge = {alert.rule.key for alert in run.draft.to_acknowledge()}
    cards = [card_of(run, alert, missing, to_override, to_acknowledge, typed or {}) for alert in run.draft.alerts]
    on_plan = [card for card in cards if not card.is_off_plan]
    return SafetyPage(
        on_plan=on_plan,
        off_plan=[card for card in cards if card.is_off_plan],
        beside=[
            (
                alert,
                alert.key in run.choices.acknowledged,
                missing.get(f"beside.{alert.key}") or missing.get(f"acknowledged.{alert.key}") or "",
            )
            for alert in run.draft.beside
        ],
        reasons=[(reason.key, reason.label) for reason in run.compiled.package.override_reasons],
        shortest=SHORTEST_REASON,
        longest=OVERRIDE_LENGTH,
        counts=", ".join(
            words.plural(count, name)
            for name in ("stop", "caution", "note")
            if (count := sum(card.severity == name for card in on_plan))
        ),
        stops_open=sum(card.severity == "stop" and bool(card.problem) for card in on_plan)
        + sum(alert.severity == "stop" for alert in run.draft.beside),
    )


def card_of(
    run: Run,
    alert: Alert,
    missing: dict[str, str],
    to_override: set[str],
    to_acknowledge: set[str],
    typed: Mapping[str, tuple[str, str]],
) -> AlertCard:
    rule, chosen = alert.rule, run.choices.overrides.get(alert.rule.key)
    reason, text = typed.get(rule.key) or ((chosen.reason, chosen.text) if chosen else ("", ""))
    answer = "nothing"
    if alert.forbids_plan:
        answer = "no_plan"
    elif rule.key in to_override:
        answer = "prohibited" if override_of(alert) == "prohibited" else "override"
    elif rule.key in to_acknowledge:
        answer = "acknowledge"
    problem = missing.get(f"overrides.{rule.key}") or missing.get(f"acknowledged.{rule.key}") or ""
    compiled = run.compiled
    if rule.drug:
        subject = compiled.drugs[rule.drug].name
    else:
        subject = compiled.steps[rule.step].step.title if rule.step else ""
    return AlertCard(
        key=rule.key,
        severity=alert.severity,
        message=alert.message,
        state="Met" if alert.is_met else "Could not be checked",
        subject=subject,
        action=rule.action.text,
        who=rule.action.who or "",
        within=f"within {words.plural(rule.action.within_days, 'day')}" if rule.action.within_days is not None else "",
        resume=rule.action.resume or "",
        answer=answer,
        reason=reason,
        text=text,
        is_acknowledged=rule.key in run.choices.acknowledged,
        is_settled=answer in ("override", "acknowledge") and not problem,
        problem=problem,
        open_facts=words.fact_labels(compiled, sorted(alert.open_facts)),
        read_from=words.fact_labels(compiled, facts_read(compiled, rule.key)) if alert.forbids_plan else [],
        sources=run.sources.cite(rule.cites),
        conflicts=[compiled.conflicts[key].text for key in rule.conflicts if key in compiled.conflicts],
        needs_clinician=needs_clinician(rule),
        is_off_plan=rule.drug is not None and rule.drug not in {line.drug.key for line in run.draft.medications},
    )


def facts_read(compiled: CompiledPackage, rule: str) -> list[str]:
    return sorted({key for key in keys_read(compiled.rules[rule].condition) if key in compiled.facts})
