"""What a decision costs beside the least it could cost: reading the facts and evaluating every condition once."""

from collections.abc import Callable, Iterator
from time import process_time
from typing import Any

import pytest

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.decision import decide
from guidelines.engine.nodes import Closure, Node
from guidelines.engine.reading import read_facts
from guidelines.engine.resolve import Resolved
from tests.engine.patients import NOT_KNOWN, facts_json, read_shipped

pytestmark = pytest.mark.benchmark

ROUNDS, TURNS = 15, 40
GOES_ON = {
    "step": "S2", "started_on": "2026-08-03", "response": "adequate", "weeks_at_target_dose": "12", "mtx_dose_mg_week": "15",
    "on_prednisone": True, "prednisone_mg_day": "20", "prednisone_started_on": "2026-08-03",
}  # fmt: skip
STARTS = {"step": "S1", "started_on": "2026-08-03", "response": "inadequate"}
TEN = ("hbsag", "anti_hcv", "egfr", "wbc", "anc", "alt", "weight_kg", "ild_status", "cirrhosis", "anti_mda5")
PATIENTS: dict[str, tuple[dict[str, Any], str, int]] = {
    "complete, goes on": (facts_json(**GOES_ON), "continue", 6),
    "complete, starts": (facts_json(**STARTS), "propose", 6),
    "ten facts not asked": (facts_json(**STARTS, without=TEN), "ask", 12),
    "ten facts not known": (facts_json(**STARTS, **dict.fromkeys(TEN, NOT_KNOWN)), "ask", 12),
}


def conditions(compiled: CompiledPackage) -> list[Closure]:
    """Every condition and formula of the guideline, bare."""

    def nodes() -> Iterator[Node | None]:
        yield from compiled.definitions.values()
        yield from (source.formula for source in compiled.sources.values())
        yield from (rule.condition for rule in compiled.rules.values())
        entries = [*compiled.transitions, *compiled.monitoring, *compiled.instructions]
        for step in compiled.steps.values():
            yield from (taken.condition for taken in step.takes)
            entries += [*step.options, *step.actions]
        for regimen in compiled.regimens.values():
            entries += [*regimen.caps, *regimen.adjustments, *regimen.requires]
            yield from (regimen.start_at_minimum_when, regimen.compare_with)
        for parts in compiled.option_regimens.values():
            entries += parts
        yield from (entry.condition for entry in entries)

    return [node.value for node in nodes() if node is not None]


def cheapest_ms(*works: Callable[[], object]) -> list[float]:
    """Milliseconds of processor time, the cheapest of many rounds; all works in turn, so that a busy machine is fair."""
    best = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for index, work in enumerate(works):
            begun = process_time()
            for _ in range(TURNS):
                work()
            best[index] = min(best[index], (process_time() - begun) / TURNS * 1000)
    return best


@pytest.mark.parametrize("patient", PATIENTS)
def test_a_decision_beside_its_least_cost(patient: str) -> None:
    compiled = read_shipped()
    raw, outcome, goal = PATIENTS[patient]
    bare = conditions(compiled)
    assert decide(compiled, read_facts(raw, compiled)).outcome == outcome

    def least() -> None:
        resolved = Resolved(compiled, read_facts(raw, compiled))
        for condition in bare:
            condition(resolved)

    floor, whole, without_trace = cheapest_ms(
        least,
        lambda: decide(compiled, read_facts(raw, compiled)).as_json(),
        lambda: decide(compiled, read_facts(raw, compiled)).as_json(with_trace=False),
    )

    print(
        f"\n{patient:20} facts and {len(bare)} bare conditions {floor:5.2f} ms   decision with trace {whole:5.2f} ms"
        f" = {whole / floor:4.1f} × (goal {goal})   {1000 / whole:4.0f}/s with trace, {1000 / without_trace:4.0f}/s without"
    )
    assert whole / floor <= goal
