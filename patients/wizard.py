"""The wizard, read from top to bottom: its steps, and which of them a consultation may open.

Knows nothing of requests and rows. Refuses to open a step while one before it still has a problem.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    key: str
    title: str
    heading: str

    @property
    def url_name(self) -> str:
        return f"consultation_{self.key}"


STEPS = (
    Step("facts", "Facts", "What we know"),
    Step("recommendation", "Recommendation", "What the guideline proposes"),
    Step("dose", "Dose", "Dose"),
    Step("safety", "Safety", "Safety"),
    Step("monitoring", "Monitoring", "Monitoring"),
    Step("review", "Review and sign", "Review and sign"),
)
KEYS = tuple(step.key for step in STEPS)


def step_of(key: str) -> Step:
    """The step; ValueError when there is none of that name."""
    return STEPS[KEYS.index(key)]


def next_step(key: str) -> Step:
    return STEPS[min(KEYS.index(key) + 1, len(STEPS) - 1)]


def previous_step(key: str) -> Step | None:
    place = KEYS.index(key)
    return STEPS[place - 1] if place else None


def blocked_at(problem_steps: Iterable[str]) -> str | None:
    """The first step with a problem, None when there is none."""
    found = set(problem_steps)
    return next((key for key in KEYS if key in found), None)


def may_open(key: str, problem_steps: Iterable[str]) -> bool:
    """A step opens when none before it has a problem. Back is always open."""
    blocked = blocked_at(problem_steps)
    return blocked is None or KEYS.index(key) <= KEYS.index(blocked)


def furthest(reached: str, key: str) -> str:
    """The later of two steps; an unknown or empty one counts as the first."""
    places = [KEYS.index(name) if name in KEYS else 0 for name in (reached, key)]
    return KEYS[max(places)]
