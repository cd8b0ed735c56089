"""Where the consultation stands: the list of steps with their counts, and the reason why the way on is closed."""

from dataclasses import dataclass

from guidelines.engine.facts import Known
from patients.forms.answers import is_asked
from patients.presentation import words
from patients.presentation.run import Run
from patients.wizard import KEYS, STEPS, Step, next_step, previous_step


@dataclass(frozen=True)
class StepLink:
    title: str
    state: str
    url: str
    note: str


def step_links(run: Run, current: str) -> list[StepLink]:
    problems = run.problem_steps
    reached = KEYS.index(run.consultation.furthest_step) if run.consultation.furthest_step in KEYS else 0
    found = []
    for place, step in enumerate(STEPS):
        opens = run.may_open(step.key)
        has_problem = step.key in problems
        state = "todo"
        if step.key == current:
            state = "current"
        elif opens and place <= max(reached, KEYS.index(current)):
            state = "attention" if has_problem else "done"
        url = run.addresses[step.key] if opens and place <= reached + 1 else ""
        found.append(StepLink(step.title, state, url, note_of(run, step)))
    return found


def note_of(run: Run, step: Step) -> str:
    """The small line under a step: counts, never more than a few words."""
    match step.key:
        case "facts":
            states, asked = run.facts.states, [f for f in run.compiled.facts.values() if is_asked(run.compiled, f)]
            known = sum(isinstance(states.get(fact.key), Known) for fact in asked)
            questions = [question for question in run.decision.questions if question.could_change != "nothing"]
            matters = sum(getattr(states.get(question.fact), "name", "") != "not_known" for question in questions)
            return f"{known} known, {matters} open" if matters else f"{known} known"
        case "recommendation":
            chosen = next((o.option.title for o in run.decision.options if o.option.key == run.choices.option), "")
            return chosen[:48] + ("…" if len(chosen) > 48 else "")
        case "dose":
            missing = len(run.problems_of("dose"))
            if missing:
                return f"{missing} to choose"
            return words.plural(len(run.draft.medications), "medicine") if run.draft.medications else ""
        case "safety":
            stops = sum(place.startswith(("overrides.", "beside.")) for place in run.problems_of("safety"))
            seen = sum(place.startswith("acknowledged.") for place in run.problems_of("safety"))
            parts = [words.plural(stops, "stop")] * bool(stops) + [f"{seen} to confirm"] * bool(seen)
            return ", ".join(parts)
        case "monitoring":
            return words.plural(len(run.draft.due), "test") if run.draft.due else ""
    return ""


def action_bar(run: Run, step: str, *, why_not: str = "") -> dict[str, str]:
    """What stands at the foot of a step."""
    before, after = previous_step(step), next_step(step)
    return {
        "back_url": run.addresses[before.key] if before else "",
        "next_label": f"Continue to {after.title.lower()}",
        "why_not": why_not,
        "saved_note": "Saved at every step",
    }
