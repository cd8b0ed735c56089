"""From a draft without problems to the CarePlan that is signed, stored and printed.

Refuses a draft that is not complete, a line with a placeholder nothing fills, and text that breaks a print rule.
"""

from collections.abc import Iterator

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.decision import Decision
from guidelines.engine.explain import in_words, value_in_words
from guidelines.engine.facts import Known, NotAsked
from guidelines.engine.safety import Alert, override_of
from guidelines.engine.values import plain
from patients.choices import Choices
from patients.outputs.html import checked_text
from patients.paper_boxes import BoxWriter
from patients.paper_words import clinician_day
from patients.plan_draft import PlanDraft
from patients.plan_parts import (
    CarePlan,
    PlanAction,
    PlanAlert,
    PlanClinic,
    PlanFact,
    PlanGuideline,
    PlanHeader,
    PlanPatient,
    PlanPrintRule,
    PlanTest,
)
from patients.plan_words import actions_of, plain_title
from patients.print_rules import PrintProblem, PrintRefused, check_plan

OUTCOMES = {
    "propose": "Start",
    "pending": "Start, against what is still open",
    "continue": "Continue",
    "hold": "Hold",
    "stop": "Stop",
    "refer": "Refer",
}


def build_care_plan(
    compiled: CompiledPackage, decision: Decision, draft: PlanDraft, choices: Choices, header: PlanHeader
) -> CarePlan:
    """The plan as it is signed. Raises PrintRefused with every print rule it breaks."""
    if draft.problems:
        raise PrintRefused([PrintProblem("draft", problem.message) for problem in draft.problems])
    step = compiled.steps[draft.step].step if draft.step else None
    try:
        writer = BoxWriter(compiled, decision, draft, header)
        medications, parts, boxes = writer.medications(), writer.parts(), writer.boxes()
    except ValueError as problem:
        raise PrintRefused([PrintProblem("placeholders", str(problem))]) from problem
    package = compiled.package
    plan = CarePlan(
        header=header, outcome=decision.outcome, step=draft.step, started_on=draft.started_on,
        title=step.title if step else package.title, plain_title=plain_title(compiled, draft),
        decision=decision_sentence(compiled, decision, draft, choices),
        review_on=draft.review_on, refers_to=step.refers_to if step else None,
        medications=medications,
        actions=tuple(PlanAction(action.text, action.plain) for action in actions_of(decision, draft)),
        tests=tuple(tests_of(compiled, decision, draft)), parts=parts, boxes=boxes,
        alerts=tuple(alerts_of(compiled, draft, choices)),
        facts=tuple(facts_of(compiled, decision)), unknown=tuple(unknown_of(compiled, decision)),
        print_rules=tuple(PlanPrintRule(r.key, r.text, r.drug, r.forbidden, r.required) for r in package.print_rules),
    )  # fmt: skip
    for day in plan.days_of_change():
        check_plan(plan.on(day), checked_text(plan, printed_on=day))
    return plan


def decision_sentence(compiled: CompiledPackage, decision: Decision, draft: PlanDraft, choices: Choices) -> str:
    parts = [
        f"{OUTCOMES[decision.outcome]}: {compiled.steps[draft.step].step.title}"
        if draft.step
        else OUTCOMES[decision.outcome]
    ]
    if choices.option in compiled.options:
        parts.append(compiled.options[choices.option].title)
    if decision.step != draft.step and decision.step in compiled.steps:
        parts.append(f"The guideline's own step is {compiled.steps[decision.step].step.title}")
    return ". ".join(parts) + "."


def tests_of(compiled: CompiledPackage, decision: Decision, draft: PlanDraft) -> Iterator[PlanTest]:
    for due in draft.due:
        tests = [compiled.tests[key] for key in due.item.tests]
        first_day = decision.facts.as_of if due.item.anchor == "drug_start" else draft.started_on
        is_before_start = due.opens == due.overdue_after == first_day
        missing = [test for test in tests if not (is_before_start and is_done(decision, test.facts))]
        yield PlanTest(
            due.item.key, tuple(test.label for test in tests), tuple(test.plain_label for test in missing), due.item.phase,
            due.item.why, due.opens, due.overdue_after, due.item.required, is_before_start, due.is_open_ended,
        )  # fmt: skip


def is_done(decision: Decision, facts: tuple[str, ...]) -> bool:
    """Whether every result of the test is known and not too old."""
    return bool(facts) and all(isinstance(decision.facts.states.get(key), Known) for key in facts)


def alerts_of(compiled: CompiledPackage, draft: PlanDraft, choices: Choices) -> Iterator[PlanAlert]:
    reasons = {reason.key: reason.label for reason in compiled.package.override_reasons}
    to_override = {alert.rule.key for alert in draft.to_override()}
    for alert in draft.alerts:
        rule = alert.rule
        override = choices.overrides.get(rule.key) if rule.key in to_override else None
        yield PlanAlert(
            rule.key, alert.severity, alert.state, alert.message, rule.action.text, policy_of(alert), rule.drug,
            reasons.get(override.reason) if override else None, override.text if override else "",
            rule.key in choices.acknowledged,
        )  # fmt: skip


def policy_of(alert: Alert) -> str:
    return "no_plan" if alert.forbids_plan else override_of(alert)


def facts_of(compiled: CompiledPackage, decision: Decision) -> Iterator[PlanFact]:
    """What was known, in the catalogue's order; an upper limit stands with its result."""
    limits = {fact.upper_limit for fact in compiled.limited.values()}
    for key, fact in compiled.facts.items():
        state = decision.facts.states.get(key)
        if not isinstance(state, Known) or key in limits:
            continue
        value = in_words(decision.facts, key, compiled)
        if state.upper_limit is not None:
            value += f" (upper limit {plain(state.upper_limit)})"
        yield PlanFact(fact.label, value, state.taken_on, state.value is False or state.value == frozenset())


def unknown_of(compiled: CompiledPackage, decision: Decision) -> Iterator[PlanFact]:
    """What was asked and is not known, what is too old, and what was not asked though it could change something."""
    asked = {question.fact for question in decision.questions if question.could_change != "nothing"}
    for key, fact in compiled.facts.items():
        state = decision.facts.states.get(key, NotAsked)
        if isinstance(state, Known) or (state is NotAsked and key not in asked):
            continue
        value = in_words(decision.facts, key, compiled)
        if state.last is not None:
            value += f": {value_in_words(fact, state.last.value)}, {clinician_day(state.last.taken_on)}"
        yield PlanFact(fact.label, value)


__all__ = [
    "CarePlan",
    "PlanClinic",
    "PlanGuideline",
    "PlanHeader",
    "PlanPatient",
    "PrintRefused",
    "build_care_plan",
]
