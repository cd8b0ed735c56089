"""The test patients of the shipped guidelines, each as a test of its own; and what running a case tells."""

from typing import Any

import pytest

from guidelines.engine.cases import facts_of, run_case
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Case
from guidelines.engine.decision import decide
from guidelines.engine.reading import read_facts
from tests.engine.patients import all_shipped, slug_of
from tests.engine.small_guideline import AS_OF, FINE, content, small

CASES = [
    pytest.param(shipped, case, id=f"{shipped.package.slug}-{case.key}")
    for shipped in all_shipped() for case in shipped.package.cases
]  # fmt: skip
everywhere = pytest.mark.parametrize("shipped", all_shipped(), ids=slug_of)


@pytest.mark.parametrize(("shipped", "case"), CASES)
def test_a_patient_of_a_shipped_guideline(shipped: CompiledPackage, case: Case) -> None:
    assert run_case(shipped, case) == []


@everywhere
def test_the_shipped_cases_reach_every_step_and_every_transition(shipped: CompiledPackage) -> None:
    steps, followed, outcomes = set[str](), set[str](), set[str]()
    for case in shipped.package.cases:
        decision = decide(shipped, read_facts(facts_of(shipped, case), shipped))
        steps |= {step for step in (case.step, decision.step) if step}
        # A transition may be there to ask: that of S1B at its review only matters while the response is unknown.
        decides = (True, None) if decision.outcome == "ask" else (True,)
        followed |= {key for key, node in decision.consulted.items() if node.value(decision.resolved) in decides}
        outcomes.add(decision.outcome)

    assert len(shipped.package.cases) >= 20
    assert steps == set(shipped.steps)
    assert {t.entry.key for t in shipped.transitions} - followed == set()
    assert outcomes >= {"propose", "ask", "pending", "continue", "hold", "refer", "out_of_scope"}


@everywhere
def test_every_stop_of_a_shipped_guideline_fires_in_a_case(shipped: CompiledPackage) -> None:
    fired = {key for case in shipped.package.cases for key in case.expected.stops}

    assert {key for key, rule in shipped.rules.items() if rule.rule.severity == "stop"} - fired == set()


# --- what running a case tells ---------------------------------------------------------------------------------------


def case(expected: dict[str, Any], **more: Any) -> Case:
    facts = {key: value if not isinstance(value, bool) else str(value).lower() for key, value in FINE.items()}
    return Case.model_validate({"key": "c", "title": "c", "as_of": AS_OF, "facts": facts, "expected": expected} | more)


def test_a_case_that_holds_says_nothing(elbow: CompiledPackage) -> None:
    expected = {
        "outcome": "propose", "step": "E1", "options": {"E1-drops": "available"}, "cautions": [], "notes": [],
        "doses": [{"regimen": "drops", "min": 10, "start": 10, "max": 10, "tablets": ["drops_10 1"], "frequency": "daily"}],
        "due": [{"item": "MON-1", "opens": "2026-03-09", "overdue_after": "2026-03-12"}],
    }  # fmt: skip

    assert run_case(elbow, case(expected)) == []


@pytest.mark.parametrize(
    ("expected", "sentences"),
    [
        ({"outcome": "ask", "step": "E1"}, ["the outcome should be ask, but is propose"]),
        ({"outcome": "propose", "step": "E2"}, ["the step should be “E2”, but is “E1”"]),
        ({"stops": ["DROPS-ALLERGY"]}, ["the stop “DROPS-ALLERGY is met” should be met, but is not"]),
        ({"cautions": ["DROPS-DRY"]}, ["the caution “DROPS-DRY is met” should be met, but is not"]),
        ({"notes": ["X"]}, ["the note “X” should be met, but is not"]),
        ({"unknown": ["DROPS-DRY"]}, ["the rule “DROPS-DRY is met” should be among those that could not be checked"]),
        ({"options": {"E2-cream": "available"}}, ["the option “E2-cream” should be possible, but is not offered"]),
        ({"taking": {"drops": "stop"}}, ["drops should be stopped, but is not named"]),
        ({"doses": [{"regimen": "cream"}]}, ["cream should be offered, but is not"]),
        ({"doses": [{"regimen": "drops", "start": 20}]}, ["drops: the first dose should be 20 mg a day, but is 10 mg"]),
        ({"doses": [{"regimen": "drops", "tablets": ["drops_10 2"]}]}, ["drops: it should be 2 × 10 mg piece, but is 1 × 10 mg piece"]),
        ({"doses": [{"regimen": "drops", "pattern": "daily"}]}, ["drops: it should be taken as “daily”, but nothing is said"]),
        ({"doses": [{"regimen": "drops", "frequency": "weekly"}]}, ["drops: it should be taken once a week, but is taken every day"]),
        ({"doses": [{"regimen": "drops", "no_dose": True}]}, ["drops: no dose should be given, but one is"]),
        ({"due": [{"item": "MON-1", "opens": "2026-03-10"}]}, ["Marker (drops) should be due from 10 March 2026, but is from 9 March 2026"]),
        ({"due": [{"item": "MON-1", "opens": "2026-03-09", "overdue_after": "2026-03-09"}]}, ["Marker (drops) due from 9 March 2026 should be overdue after 9 March 2026, but is after 12 March 2026"]),
    ],
)  # fmt: skip
def test_a_case_that_fails_says_what_came_out(
    elbow: CompiledPackage, expected: dict[str, Any], sentences: list[str]
) -> None:
    assert run_case(elbow, case({"outcome": "propose", "step": "E1"} | expected)) == sentences


def test_a_case_whose_facts_cannot_be_read_says_why(elbow: CompiledPackage) -> None:
    found = run_case(elbow, case({"outcome": "ask"}, facts={"weight_kg": "7,5", "colour": "red"}))

    assert "weight kg: write a point" in " ".join(found) or "facts.colour: is not a fact of this guideline" in found


def test_a_case_builds_on_its_base() -> None:
    changed = content()
    changed["case_bases"] = [{"key": "fine", "facts": {"red": "false", "dry": "false", "weight_kg": "70"}}]
    given = case({"outcome": "ask"}, based_on="fine", facts={"dry": "true"}, not_known=["red"], not_asked=["weight_kg"])

    assert facts_of(small(changed), given)["facts"] == {"dry": {"value": True}, "red": {"status": "not_known"}}


def test_a_dose_is_named_by_its_drug_and_by_its_title_where_two_are_expected() -> None:
    changed = content()
    next(row for row in changed["regimens"] if row["key"] == "drops")["title"] = "Drops at first"
    changed["regimens"].append({**changed["regimens"][0], "key": "drops_later", "title": "Drops later"})
    elbow = small(changed)
    wrong, later = {"regimen": "drops", "start": 20}, {"regimen": "drops_later", "no_dose": True}

    assert run_case(elbow, case({"outcome": "propose", "step": "E1", "doses": [wrong]})) == [
        "drops: the first dose should be 20 mg a day, but is 10 mg"
    ]
    assert run_case(elbow, case({"outcome": "propose", "step": "E1", "doses": [wrong, later]})) == [
        "Drops at first: the first dose should be 20 mg a day, but is 10 mg", "Drops later should be offered, but is not",
    ]  # fmt: skip
