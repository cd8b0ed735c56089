"""A signed plan worked out anew from what it froze and the version it names: are the bytes the same? Writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from guidelines.engine.facts import FactsRefused
from guidelines.engine.questions import REVISION
from guidelines.engine.values import canonical_text, sha256_of
from guidelines.package import ContentMoved, compiled_version
from patients.care_plan import build_care_plan
from patients.choices import ChoicesRefused
from patients.deciding import decision_json
from patients.models import Plan
from patients.plan_parts import CarePlan
from patients.print_rules import PrintRefused
from patients.taken_now import worked_out_again

# What was still open when it was signed is a hint and no part of the plan: another revision of the engine may find others.
LEFT_OUT = "questions"
OTHER_ENGINE = (
    "It was signed with another revision of the program, which asked what could still change the decision in another way."
    " These questions are left out of the comparison."
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing that was frozen: how it was, how it comes out now, and the names of the parts that differ."""

    title: str
    frozen_hash: str
    now_hash: str
    size: int
    differing: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        return self.frozen_hash == self.now_hash


@dataclass(frozen=True, slots=True)
class Rederived:
    content_hash: str
    parts: tuple[Compared, ...]
    problem: str = ""
    left_out: str = ""  # a sentence, where something is not compared

    @property
    def is_same(self) -> bool:
        return not self.problem and all(part.is_same for part in self.parts)


def rederive(plan: Plan) -> Rederived:
    """`plan` has its version and the plan it replaced at hand."""
    try:
        again = worked_out_again(plan)
        compiled, signed = compiled_version(plan.version), CarePlan.from_json(plan.care_plan)
        before, now = plan.frozen["decision"], decision_json(again.decision, plan.version)
        written = build_care_plan(compiled, again.decision, again.draft, again.choices, signed.header)
    except ContentMoved as problem:
        return Rederived(plan.content_hash, (), str(problem))
    except (FactsRefused, ChoicesRefused, PrintRefused) as problem:
        return Rederived(plan.content_hash, (), f"What was frozen can no longer be read: {problem}")
    is_of_this_engine = plan.frozen.get("engine", 1) == REVISION
    if not is_of_this_engine:
        before, now = ({key: told[key] for key in told if key != LEFT_OUT} for told in (before, now))
    decided = compared("The decision", before, now)
    told = compared("The plan's text, doses and dates", plan.care_plan, written.as_json())
    return Rederived(compiled.content_hash, (decided, told), left_out="" if is_of_this_engine else OTHER_ENGINE)


def compared(title: str, frozen: Mapping[str, Any], now: Mapping[str, Any]) -> Compared:
    keys = [*dict.fromkeys([*frozen, *now])]
    differing = tuple(key for key in keys if canonical_text(frozen.get(key)) != canonical_text(now.get(key)))
    size = len(canonical_text(frozen).encode())
    return Compared(title, sha256_of(frozen), sha256_of(now), size, differing)
