"""What a plan says besides its drugs: its title for the patient, and the parts of treatment that are no drug.

Never calls on the patient to take what the plan holds or stops: a title is the first line read, and often the only one.
"""

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.decision import ActionText, Decision
from patients.paper_words import joined
from patients.plan_draft import PlanDraft

WITHOUT = {"stop": "Stop {}", "hold": "Do not take {} until we tell you"}  # as the list of changes says it


def plain_title(compiled: CompiledPackage, draft: PlanDraft) -> str:
    """The step's own; where the drug it is about is held or stopped, that and no more."""
    if draft.step is None:
        return ""
    step = compiled.steps[draft.step].step
    main = {
        compiled.regimens[part.regimen].drug
        for entry in step.options if not entry.beside
        for part, _ in compiled.option_regimens[entry.option] if part.role == "main"
    }  # fmt: skip
    said = step.plain_title.casefold()
    not_given = [
        line for line in draft.medications
        if not line.is_given and (line.drug in main or line.drug.name.casefold() in said)
    ]  # fmt: skip
    if not not_given:
        return step.plain_title
    names = {change: [line.drug.name for line in not_given if line.change == change] for change in WITHOUT}
    return ". ".join(sentence.format(joined(names[change])) for change, sentence in WITHOUT.items() if names[change])


def actions_of(decision: Decision, draft: PlanDraft) -> tuple[ActionText, ...]:
    """The step's actions, without those about a drug that this plan does not give."""
    if decision.step is None:
        return ()
    about = {entry.key: entry.drug for entry, _ in decision.compiled.steps[decision.step].actions}
    return tuple(
        action for action in decision.actions if about[action.action] is None or about[action.action] in draft.given
    )
