"""What a preview chooses where a physician would, so that a test patient comes to a plan. Never used for anybody else.

Refuses to go against a rule: a stop that has to be overridden stays in the way.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.decision import Decision
from guidelines.engine.dosing import Dose, dose_for, selectable
from guidelines.engine.planned import Weekday
from patients.choices import Choices
from patients.drafting import draft_plan

# An answer can bring up the next question: the option its doses, a dose the rules about it.
MOST_ROUNDS = 8
NEXT_VISIT = timedelta(days=28)
IN_WORDS = (
    "Chosen for the preview: the first option that is open, the starting dose or else the lowest one, Monday as the weekly"
    " day; every caution seen, no rule overridden."
)


def default_choices(compiled: CompiledPackage, decision: Decision, today: date) -> Choices:
    """Answers what the draft of a plan asks, until it asks nothing or nothing that has a default."""
    choices = Choices()
    for _ in range(MOST_ROUNDS):
        draft = draft_plan(compiled, decision, choices, {}, today)
        answered = choices
        for problem in draft.problems:
            answered = with_answer(compiled, decision, answered, problem.place, today)
        if answered == choices:
            break
        choices = answered
    return choices


def with_answer(compiled: CompiledPackage, decision: Decision, choices: Choices, place: str, today: date) -> Choices:
    """The choices with a default at this place; as they are where there is none, or where it did not help."""
    kind, _, key = place.partition(".")
    match kind:
        case "option" if choices.option is None:
            return replace(choices, option=next(open_options(decision), None))
        case "amounts" if key not in choices.amounts:
            amount = default_amount(compiled, decision, key)
            return choices if amount is None else replace(choices, amounts={**choices.amounts, key: amount})
        case "weekdays":
            return replace(choices, weekdays={**choices.weekdays, key: Weekday.MONDAY})
        case "taking":
            return replace(choices, taking={**choices.taking, key: "continue"})
        case "acknowledged":
            return replace(choices, acknowledged=choices.acknowledged | {key})
        case "review_on" if choices.review_on is None:
            return replace(choices, review_on=today + NEXT_VISIT)
    return choices


def open_options(decision: Decision) -> Iterator[str]:
    for is_beside in (False, True):
        for option in decision.options:
            if option.beside is is_beside and option.state not in ("excluded", "needs_answer"):
                yield option.option.key


def default_amount(compiled: CompiledPackage, decision: Decision, regimen: str) -> Decimal | None:
    if regimen not in compiled.regimens:
        return None
    dose = dose_for(compiled.regimens[regimen], decision.resolved)
    amounts = selectable(compiled.regimens[regimen], dose) if isinstance(dose, Dose) else []
    if isinstance(dose, Dose) and dose.start in amounts:
        return dose.start
    return amounts[0] if amounts else None
