"""The recommendation: the decision in a sentence, and the options side by side with what speaks for and against each."""

from dataclasses import dataclass, replace

from guidelines.engine.decision import Decision
from guidelines.engine.dosing import Dose, NoDose
from guidelines.engine.operators import unit_text
from guidelines.engine.options import AssessedOption, AssessedRegimen
from guidelines.engine.values import plain
from guidelines.reading.wording import often as often_taken
from patients.beside import is_same
from patients.draft_lines import may_be_chosen
from patients.presentation import words
from patients.presentation.run import Run
from patients.presentation.safety_page import AlertCard, card_of
from patients.presentation.sources import Said
from patients.presentation.trace import Why, why

OUTCOMES = {
    "propose": ("Proposed", "tag--ok", "check"),
    "continue": ("Continue", "tag--ok", "check"),
    "ask": ("Answers needed", "tag--caution", "unknown"),
    "pending": ("Pending", "tag--caution", "pause"),
    "hold": ("Hold", "tag--caution", "pause"),
    "stop": ("Stop", "tag--stop", "stop"),
    "refer": ("Refer", "tag--caution", "arrow-right"),
    "out_of_scope": ("Outside this guideline", "tag--stop", "stop"),
}


@dataclass(frozen=True)
class RegimenLine:
    name: str
    role: str
    often: str
    dose: str
    reason: str


@dataclass(frozen=True)
class OptionCard:
    key: str
    title: str
    state: str
    state_word: str
    state_tag: str
    state_icon: str
    is_beside: bool
    speaks_for: list[Said]
    speaks_against: list[Said]
    excluded_by: list[Said]
    needs: list[tuple[str, str]]
    regimens: list[RegimenLine]
    may_choose: bool
    why_not: str
    is_chosen: bool


@dataclass(frozen=True)
class RecommendationPage:
    sentence: str
    text: str
    word: str
    tag: str
    icon: str
    said: list[Said]
    options: list[OptionCard]
    actions: list[tuple[str, tuple[object, ...]]]
    not_known: list[tuple[str, str, str]]
    why: Why
    must_choose: bool
    forbid_it: list[AlertCard]


def recommendation_page(run: Run) -> RecommendationPage:
    decision = run.decision
    word, tag, icon = OUTCOMES[decision.outcome]
    step = run.compiled.steps[decision.step].step if decision.step else None
    options = [option_card(run, option) for option in decision.options]
    return RecommendationPage(
        sentence=sentence_of(decision),
        text=step.text if step and decision.outcome not in ("ask", "out_of_scope") else "",
        word=word,
        tag=tag,
        icon=icon,
        said=[run.sources.said(key, with_conflicts=True) for key in (step.statements if step else ())],
        options=options,
        actions=[(action.text, run.sources.cite(action.cites)) for action in decision.actions],
        not_known=[
            (question.fact, run.compiled.facts[question.fact].label, question.could_change)
            for question in decision.questions
            if question.could_change != "nothing"
        ],
        why=why(decision),
        must_choose=decision.outcome in ("propose", "pending", "continue") and bool(options),
        forbid_it=[card_of(run, alert, {}, set(), set(), {}) for alert in run.draft.forbid_it()],
    )


def sentence_of(decision: Decision) -> str:
    step = decision.compiled.steps[decision.step].step if decision.step else None
    title = step.title if step else ""
    held = [decision.compiled.drugs[t.drug].name for t in decision.taking if t.change == "hold"]
    held_text = " and ".join(held) if held else "what is taken"
    sentences = {
        "propose": f"The guideline proposes: {title}.",
        "continue": f"The guideline proposes to go on: {title}.",
        "ask": "The guideline cannot propose anything yet: what could change the proposal is not answered.",
        "pending": f"The guideline proposes: {title}. Something must be settled first; nothing is to be started before.",
        "hold": f"The guideline proposes to hold {held_text} for now, and to stay on this step: {title}.",
        "stop": f"The guideline proposes to stop: {title}.",
        "refer": f"The guideline proposes to refer the patient: {title}."
        + (f" {step.refers_to} takes over." if step and step.refers_to else ""),
        "out_of_scope": "This guideline does not apply to this patient.",
    }
    return sentences[decision.outcome]


def option_card(run: Run, option: AssessedOption) -> OptionCard:
    word, tag, icon = words.OPTION_STATES[option.state]
    content = option.option
    cautions = [alert for alert in option.alerts if alert.severity == "caution"]
    chosen = run.choices.option == content.key or (run.choices.option is None and is_implied(run, option))
    refusal = why_not_choose(run, option)
    return OptionCard(
        key=content.key,
        title=content.title,
        state=option.state,
        state_word=word,
        state_tag=tag,
        state_icon=icon,
        is_beside=option.beside,
        speaks_for=[run.sources.said(key) for key in content.supports],
        speaks_against=[
            *(run.sources.said(key) for key in content.against),
            # In the alert's words: one that could not be checked says so.
            *(replace(run.sources.said(alert.rule.key), text=alert.message) for alert in cautions),
        ],
        excluded_by=[run.sources.said(key) for key in dict.fromkeys(option.excluded_by)],
        needs=words.fact_labels(run.compiled, sorted(option.needs)),
        regimens=[regimen_line(part) for part in option.regimens],
        may_choose=not refusal,
        why_not=refusal,
        is_chosen=chosen and not refusal,
    )


def is_implied(run: Run, option: AssessedOption) -> bool:
    """Going on with the one way there is needs no choice."""
    if run.decision.outcome != "continue":
        return False
    goes_on = [o for o in run.decision.options if not o.beside and o.state != "excluded"]
    return len(goes_on) == 1 and goes_on[0] is option


def why_not_choose(run: Run, option: AssessedOption) -> str:
    if run.decision.outcome not in ("propose", "pending", "continue"):
        return "Not open to choice while this is not settled."
    if option.state == "needs_answer":
        return "Answer what it needs first."
    if option.state == "excluded" and not may_be_chosen(option):
        return "Excluded, and this cannot be overridden."
    for other in run.beside:
        if any(is_same(part.regimen.drug, other.drug) for part in option.regimens):
            return f"Not beside plan {other.plan.number}: {other.drug.name} is that plan's."
    return ""


def regimen_line(part: AssessedRegimen) -> RegimenLine:
    dose, drug = part.dose, part.regimen.drug
    often = often_taken(drug, one_time=part.regimen.regimen.one_time)
    if isinstance(dose, NoDose):
        return RegimenLine(drug.name, words.ROLES[part.role], often, "", dose.reason)
    return RegimenLine(drug.name, words.ROLES[part.role], often, dose_range(dose), "")


def dose_range(dose: Dose) -> str:
    """15 to 25 mg a week, starting at 15."""
    low, high, unit = plain(dose.min), plain(dose.max), unit_text(dose.unit)
    text = f"{low}{words.NBSP}{unit}" if low == high else f"{low} to {high}{words.NBSP}{unit}"
    return f"{text} {words.each(dose)}"
