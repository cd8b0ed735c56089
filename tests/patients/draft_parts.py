"""Parts of a draft, as its tests look for them."""

from typing import Any

from patients.drafting import PlanDraft


def places(draft: PlanDraft, step: str = "") -> set[str]:
    return {problem.place for problem in draft.problems if not step or problem.step == step}


def line_of(draft: PlanDraft, drug: str) -> Any:
    return next(line for line in draft.medications if line.drug.key == drug)
