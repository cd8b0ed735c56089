"""Where each step stands on the ladder that shows the whole pathway at once: how high, and joined to which step."""

from typing import NamedTuple

from guidelines.engine.compiled import CompiledPackage, CompiledStep
from guidelines.reading.wording import listed

HIGHEST = 3  # a ladder that climbs further leaves the page


class Rung(NamedTuple):
    """Where a step stands on the ladder. `parent` is the step it follows first, none for what any step may lead to."""

    level: int
    parent: str | None
    before: str | None  # printed before it
    level_before: int

    @property
    def is_joined(self) -> bool:
        return self.parent is not None and self.parent == self.before

    @property
    def climbs(self) -> bool:
        return self.is_joined and self.level > self.level_before

    @property
    def continues(self) -> bool:
        return self.is_joined and self.level == self.level_before

    @property
    def after(self) -> str:
        return "" if self.is_joined or self.parent is None else self.parent


def rungs_of(compiled: CompiledPackage) -> dict[str, Rung]:
    """A step stands one above the step it follows, or beside it where its drug only goes on."""
    order = list(compiled.steps)
    placed: dict[str, tuple[int, str | None]] = {compiled.package.entry_step: (0, None)}
    for key in order:
        if key not in placed:
            continue
        step = compiled.steps[key]
        ways = [(found.entry.target, found.entry.as_continue) for found in step.exits]
        ways += [(step.step.otherwise, False)] if step.step.otherwise else []
        for target, is_continue in ways:
            if target not in placed and order.index(target) > order.index(key):
                placed[target] = (min(placed[key][0] + (not is_continue), HIGHEST), key)
    rungs: dict[str, Rung] = {}
    before, level_before = None, 0
    for key in order:
        level, parent = placed.get(key, (0, None))
        if before is not None and key in leads_to(compiled.steps[before]) and level >= level_before:
            parent = before
        rungs[key] = Rung(level, parent, before, level_before)
        before, level_before = key, level
    return rungs


def numbers_of_steps(compiled: CompiledPackage) -> dict[str, int]:
    """What a reader calls each step: its place on the ladder. Its key is for programs."""
    return {key: number for number, key in enumerate(compiled.steps, start=1)}


def in_short(compiled: CompiledPackage, found: CompiledStep, rung: Rung) -> str:
    """The step in one line, for the ladder."""
    step, numbers = found.step, numbers_of_steps(compiled)
    targets = [str(number) for number in sorted(numbers[key] for key in leads_to(found))]
    everywhere = {entry.entry.target for entry in (*compiled.urgent, *compiled.choosing)}
    said = [
        "Begin here" if step.key == compiled.package.entry_step else "",
        "From any step" if step.key in everywhere else f"After step {numbers[rung.after]}" if rung.after else "",
        f"Review after {step.review.in_words()}" if step.review else "",
        f"Leads to step {listed(targets, 'or')}" if targets else "Others take over" if step.terminal else "",
    ]
    return ". ".join(sentence for sentence in said if sentence)


def leads_to(found: CompiledStep) -> list[str]:
    targets = dict.fromkeys(entry.entry.target for entry in found.exits)
    if found.step.otherwise:
        targets[found.step.otherwise] = None
    return [key for key in targets if key != found.step.key]
