"""A signed plan worked out anew from what it froze and the version it names: are the bytes the same? Writes nothing."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from guidelines.engine.decision import decide
from guidelines.engine.facts import FactsRefused
from guidelines.engine.reading import read_facts
from guidelines.package import ContentMoved, compiled_version
from patients.care_plan import build_care_plan
from patients.choices import ChoicesRefused, read_choices
from patients.deciding import decision_json
from patients.drafting import draft_plan
from patients.models import Plan
from patients.plan_parts import CarePlan
from patients.print_rules import PrintRefused
from patients.taken_now import current_drugs


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

    @property
    def is_same(self) -> bool:
        return not self.problem and all(part.is_same for part in self.parts)


def rederive(plan: Plan) -> Rederived:
    """`plan` has its version and the plan it replaced at hand."""
    try:
        compiled = compiled_version(plan.version)
        decision = decide(compiled, read_facts(plan.frozen["facts"], compiled))
        decided = compared("The decision", plan.frozen["decision"], decision_json(decision, plan.version))
        choices = read_choices(plan.frozen["choices"])
        signed = CarePlan.from_json(plan.care_plan)
        draft = draft_plan(
            compiled, decision, choices, current_drugs(compiled, plan.replaces), decision.facts.as_of
        )  # fmt: skip
        written = build_care_plan(compiled, decision, draft, choices, signed.header)
    except ContentMoved as problem:
        return Rederived(plan.content_hash, (), str(problem))
    except (FactsRefused, ChoicesRefused, PrintRefused) as problem:
        return Rederived(plan.content_hash, (), f"What was frozen can no longer be read: {problem}")
    told = compared("The plan's text, doses and dates", plan.care_plan, written.as_json())
    return Rederived(compiled.content_hash, (decided, told))


def compared(title: str, frozen: Mapping[str, Any], now: Mapping[str, Any]) -> Compared:
    before, after = canonical(frozen), canonical(now)
    keys = [*dict.fromkeys([*frozen, *now])]
    differing = tuple(key for key in keys if canonical(frozen.get(key)) != canonical(now.get(key)))
    return Compared(title, sha256(before), sha256(after), len(before), differing)


def canonical(value: Any) -> bytes:
    """One way to write it: what a database or a dictionary does to the order of keys is no difference."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
