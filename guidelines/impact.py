"""The impact of new content on a plan: the decision it froze beside the one its frozen facts lead to now.

Pure: plans are given in, never queried. What always differs (version, hash, trace) and wording are no difference;
facts that the new content cannot read are a finding of their own, never a crash.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.decision import decide_in_short
from guidelines.engine.facts import FactsRefused
from guidelines.engine.reading import read_facts
from guidelines.impact_words import Change, Words

PARTS = ("proposal", "dose", "safety", "monitoring")
MOST_CHANGES = 12  # of one part that are told; more are counted
LONGEST_FAILURE = 600
Decided = Mapping[str, Any]  # a decision in the contract's form


@dataclass(frozen=True, slots=True)
class Impact:
    """What changes, by part, each change in words. `failure` says why it could not be worked out."""

    changes: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    failure: str = ""

    @property
    def is_none(self) -> bool:
        return not self.changes and not self.failure

    def as_json(self) -> dict[str, list[list[Any]]]:
        return {part: [list(change) for change in told] for part, told in self.changes.items()}

    def sentences(self, part: str) -> list[str]:
        return [str(change) for change in self.changes.get(part, ())]


def changes_of(raw: Mapping[str, Any]) -> dict[str, list[Change]]:
    """What `Impact.as_json` wrote, by part in their order."""
    return {part: [Change(*told) for told in raw[part]] for part in PARTS if part in raw}


def impact_on(frozen: object, compiled: CompiledPackage) -> Impact:
    """`frozen` is what a plan froze: {"facts", "decision"}."""
    try:
        before, facts = frozen["decision"], frozen["facts"]  # type: ignore[index]  # whatever it is, see below
        found = compared(before, decide_in_short(compiled, read_facts(facts, compiled)), compiled)
    except FactsRefused as refusal:
        return Impact(failure=f"The new version cannot use the facts of this plan. {refusal}"[:LONGEST_FAILURE])
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as problem:
        # Nothing of the patient in it: the message of an unforeseen error may quote what was typed.
        return Impact(failure=f"The new version could not decide for this plan ({type(problem).__name__}).")
    return Impact(found)


def compared(before: Decided, after: Decided, compiled: CompiledPackage) -> dict[str, tuple[Change, ...]]:
    """The parts that differ between two decisions, in words of the content `compiled` as far as it has them."""
    found = {}
    words: Words | None = None
    for part, outline in OUTLINES.items():
        old, new = outline(before), outline(after)
        if old != new:
            words = words or Words(compiled, before, after)
            found[part] = at_most(words.told(part, old, new))
    return found


def at_most(changes: Iterable[Change]) -> tuple[Change, ...]:
    told = tuple(changes)
    if len(told) <= MOST_CHANGES:
        return told
    return (*told[: MOST_CHANGES - 1], Change("And more", "", f"{len(told) - MOST_CHANGES + 1} further differences"))


# --- what counts as a difference, by part ---------------------------------------------------------------------------


def proposal(decision: Decided) -> dict[Any, Any]:
    """Where the patient goes, which options there are in which state, and what happens to each drug taken."""
    found: dict[Any, Any] = {("outcome", ""): (decision["outcome"], decision["step"])}
    for option in decision["options"]:
        found["option", option["option"]] = option["state"]
    for taken in decision["taking"]:
        found["taking", taken["drug"]] = taken["change"]
    return found


def dose(decision: Decided) -> dict[Any, Any]:
    """The dose of each regimen of each option, without its working."""
    return {
        (option["option"], part["regimen"]): part["dose"] and {**part["dose"], "working": (), "drug": part["drug"]}
        for option in decision["options"] for part in option["regimens"]
    }  # fmt: skip


def safety(decision: Decided) -> dict[Any, Any]:
    """Each alert: how severe, met or not to be checked, and what is to be done."""
    return {
        alert["rule"]: (
            alert["severity"], alert["state"], alert["action"], alert["action_text"], alert["override"], alert["subject"]
        )
        for alert in decision["alerts"]
    }  # fmt: skip


def monitoring(decision: Decided) -> dict[Any, Any]:
    """The windows of each item."""
    found: dict[Any, Any] = {}
    for due in decision["monitoring"]:
        told = (tuple(due["tests"]), due["required"], due["opens"], due["overdue_after"])
        found[due["item"]] = (*found.get(due["item"], ()), told)
    return found


OUTLINES = {"proposal": proposal, "dose": dose, "safety": safety, "monitoring": monitoring}
