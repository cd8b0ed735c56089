"""Review: everything that will be signed, once more, as the draft says it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from guidelines.engine.facts import Known
from patients.plan_words import actions_of
from patients.presentation import words
from patients.presentation.monitoring_page import MonitoringPage, monitoring_page
from patients.presentation.recommendation_page import sentence_of
from patients.presentation.run import Run
from patients.presentation.safety_page import AlertCard, safety_page
from patients.presentation.taken import planned_text


@dataclass(frozen=True)
class MedicationRow:
    name: str
    word: str
    tag: str
    dose: str
    made_of: str
    often: str
    weekday: int | None
    weekday_name: str
    working: tuple[str, ...]
    is_given: bool


@dataclass(frozen=True)
class OverrideRow:
    message: str
    reason: str
    text: str


@dataclass(frozen=True)
class StopRow:
    """A stop the plan follows: `does` says what became of the medicine it is about."""

    card: AlertCard
    does: str


@dataclass(frozen=True)
class ReviewPage:
    sentence: str
    option: str
    started_on: date
    medications: list[MedicationRow]
    actions: list[str]
    stops: list[StopRow]
    overrides: list[OverrideRow]
    cautions: list[AlertCard]
    notes: list[AlertCard]
    monitoring: MonitoringPage
    facts: list[tuple[str, str, str]]
    not_known: list[str]
    problems: list[tuple[str, str]]


def review_page(run: Run) -> ReviewPage:
    reasons = {reason.key: reason.label for reason in run.compiled.package.override_reasons}
    safety = safety_page(run)
    messages = {card.key: card.message for card in safety.on_plan}
    chosen = next((o.option.title for o in run.decision.options if o.option.key == run.choices.option), "")
    return ReviewPage(
        sentence=sentence_of(run.decision),
        option=chosen,
        started_on=run.draft.started_on,
        medications=medication_rows(run),
        actions=[action.text for action in actions_of(run.decision, run.draft)],
        stops=stop_rows(run, [*safety.on_plan, *safety.off_plan]),
        overrides=[
            OverrideRow(messages[key], reasons.get(override.reason, override.reason), override.text)
            for key, override in run.choices.overrides.items()
            if key in messages
        ],
        cautions=[card for card in safety.on_plan if card.severity == "caution"],
        notes=[card for card in safety.on_plan if card.severity == "note"],
        monitoring=monitoring_page(run),
        facts=fact_rows(run),
        not_known=[
            run.compiled.facts[question.fact].label
            for question in run.decision.questions
            if question.could_change != "nothing"
        ],
        problems=[(problem.step, problem.message) for problem in run.draft.problems],
    )


DOES = {"hold": "Held", "stop": "Stopped"}


def stop_rows(run: Run, cards: Iterable[AlertCard]) -> list[StopRow]:
    """Every stop that is met or could not be checked and that nobody goes against: a held plan is never a quiet one."""
    changes = {line.drug.key: line.change for line in run.draft.medications}
    rules = run.compiled.rules
    rows = []
    for card in cards:
        if card.severity != "stop" or card.key in run.choices.overrides:
            continue
        change = changes.get(rules[card.key].rule.drug or "")
        if card.is_off_plan:
            does = "Not on this plan"
        elif change is None:
            does = "Applies to the whole plan"
        else:
            does = DOES.get(change, "Goes on; seen and considered" if card.is_acknowledged else "Not settled")
        rows.append(StopRow(card, does))
    return rows


def medication_rows(run: Run) -> list[MedicationRow]:
    rows = []
    for line in run.draft.medications:
        planned = line.planned
        weekday = getattr(planned.frequency, "weekday", None) if planned else None
        made = words.products(planned.products) if planned else ""
        rows.append(
            MedicationRow(
                name=line.drug.name,
                word=words.CHANGES[line.change],
                tag=words.CHANGE_TAGS.get(line.change, ""),
                dose=planned_text(run, line),
                made_of=f"{made}: {planned.pattern}" if planned and planned.pattern else made,
                often=words.badge(is_weekly=weekday is not None, one_time=planned is not None and planned.one_time),
                weekday=int(weekday) if weekday is not None else None,
                weekday_name=weekday.label if weekday is not None else "",
                working=line.working,
                is_given=line.is_given,
            )
        )
    return rows


def fact_rows(run: Run) -> list[tuple[str, str, str]]:
    """What was decided from: label, value, date; in the catalogue's order."""
    rows = []
    for key, fact in run.compiled.facts.items():
        state = run.facts.states.get(key)
        if not isinstance(state, Known):
            continue
        shown = (
            words.typed_value(fact, state.typed, state.unit)
            if state.typed and fact.type == "number"
            else words.value(fact, state.value)
        )
        rows.append((fact.label, shown, words.day(state.taken_on)))
    return rows
