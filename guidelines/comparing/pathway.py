"""The pathway of two contents as two short lists that stand side by side: steps, what each offers, what leads on."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from guidelines.comparing.names import Names
from guidelines.comparing.words import Sides, side_by_side
from guidelines.engine import content
from guidelines.engine.compiled import CompiledPackage

PARTS = ("steps", "options", "transitions")
LIKE_ENOUGH = 0.4


class PathLine(NamedTuple):
    """A step, or what belongs to one."""

    is_step: bool
    text: str


@dataclass(frozen=True)
class PathRow:
    is_step: bool
    state: Literal["same", "gone", "new", "changed"]
    sides: Sides


def pathway_rows(old: CompiledPackage, new: CompiledPackage) -> tuple[PathRow, ...]:
    """Nothing where the pathway is the same. Of steps that are the same, only the title is shown."""
    if all(getattr(old.package, part) == getattr(new.package, part) for part in PARTS):
        return ()
    before, after = lines_of(old), lines_of(new)
    rows: list[PathRow] = []
    for operation, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if operation == "equal":
            rows += [row(line, line) for line in before[a:b]]
        else:
            rows += changed(before[a:b], after[c:d])
    return tuple(kept(rows))


def lines_of(compiled: CompiledPackage) -> list[PathLine]:
    """Every line of the pathway: what comes before all steps, then step by step in their order."""
    names = Names(compiled)
    lines = [PathLine(True, "Before every step")]
    lines += [PathLine(False, exit_text(names, found.entry)) for found in (*compiled.urgent, *compiled.choosing)]
    for key, step in compiled.steps.items():
        lines.append(PathLine(True, names.meaning("step", key)))
        for entry, _ in step.options:
            option = compiled.options[entry.option]
            given = ", ".join(names.meaning("regimen", part.regimen) for part in option.regimens)
            when = f", when {names.condition(entry.when)}" if entry.when else ""
            lines.append(PathLine(False, f"Offers {option.title} ({given}){when}"))
        lines += [PathLine(False, exit_text(names, found.entry)) for found in step.exits]
        if step.step.otherwise:
            lines.append(PathLine(False, f"No option left → {names.meaning('step', step.step.otherwise)}"))
        if step.step.refers_to:
            lines.append(PathLine(False, f"Hands over to {step.step.refers_to}"))
    return lines


def exit_text(names: Names, transition: content.Transition) -> str:
    unknown = "" if transition.if_unknown == "ask" else " (not known: stays)"
    return f"{names.condition(transition.when)} → {names.meaning('step', transition.target)}{unknown}"


def changed(before: list[PathLine], after: list[PathLine]) -> list[PathRow]:
    """Lines that differ, the like ones beside each other."""
    rows, left = [], list(before)
    for line in after:
        like = next((other for other in left if is_like(other, line)), None)
        if like is None:
            rows.append(row(None, line))
            continue
        # What stands before it on the old side has gone.
        at = left.index(like)
        rows += [row(other, None) for other in left[:at]]
        left = left[at + 1 :]
        rows.append(row(like, line))
    return rows + [row(other, None) for other in left]


def is_like(one: PathLine, other: PathLine) -> bool:
    matcher = SequenceMatcher(None, one.text.split(), other.text.split(), autojunk=False)
    return one.is_step == other.is_step and matcher.ratio() >= LIKE_ENOUGH


def row(old: PathLine | None, new: PathLine | None) -> PathRow:
    line = new or old
    if line is None:
        raise ValueError("a row has a line on one side at least")
    state: Literal["same", "gone", "new", "changed"] = "same" if old == new else "changed"
    if old is None or new is None:
        state = "new" if old is None else "gone"
    return PathRow(line.is_step, state, side_by_side(old.text if old else "", new.text if new else ""))


def kept(rows: list[PathRow]) -> list[PathRow]:
    """Every step by its title, and below it what differs."""
    return [one for one in rows if one.is_step or one.state != "same"]
