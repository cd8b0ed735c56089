"""Earlier results beside the current one: which counts, when nobody can say, and what an old result cannot show."""

from typing import Any

import pytest

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.decision import Decision, decide
from guidelines.engine.facts import FactsRefused
from guidelines.engine.reading import read_facts
from tests.engine import patients


def result(value: str, taken_on: str, limit: str = "") -> dict[str, str]:
    return {"value": value, "taken_on": taken_on} | ({"upper_limit": limit} if limit else {})


def with_history(history: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """Somebody on methotrexate for 15 weeks, with dated facts and earlier results instead."""
    dated = {key: value for key, value in facts.items() if isinstance(value, dict)}
    raw = patients.facts_json(
        step="S2", started_on="2026-08-10", response="adequate", on_prednisone=False, mtx_dose_mg_week="15",
        **{key: value for key, value in facts.items() if key not in dated},
    )  # fmt: skip
    raw["facts"] |= dated
    return raw | {"history": history}


def decided(shipped: CompiledPackage, raw: dict[str, Any]) -> Decision:
    return decide(shipped, read_facts(raw, shipped))


@pytest.mark.parametrize(
    ("history", "facts", "place", "sentence"),
    [
        pytest.param(
            {"wbc": [result("2", "2026-11-22")]}, {"wbc": result("6", "2026-11-20")}, "facts.wbc",
            "is older than the result of 2026-11-22 on record", id="a newer result is on record",
        ),
        pytest.param(
            {"wbc": [result("2", "2026-11-22")]}, {"wbc": result("6", "2025-01-01")}, "facts.wbc",
            "is older than the result of 2026-11-22 on record", id="and the one given is too old to count",
        ),
        pytest.param(
            {"wbc": [result("2", "2026-11-20")]}, {"wbc": result("6", "2026-11-20")}, "facts.wbc",
            "disagrees with the result of 2026-11-20 on record", id="another result of the same day",
        ),
        pytest.param(
            {"wbc": [result("2", "2026-11-20"), result("6", "2026-11-20")]}, {"without": ("wbc",)}, "history.wbc",
            "has two results of 2026-11-20", id="two results of one day on record",
        ),
    ],
)  # fmt: skip
def test_where_two_results_disagree_nobody_guesses(
    shipped: CompiledPackage, history: dict[str, Any], facts: dict[str, Any], place: str, sentence: str
) -> None:
    with pytest.raises(FactsRefused) as refused:
        read_facts(with_history(history, **facts), shipped)

    assert [(problem.place, sentence in problem.message) for problem in refused.value.problems] == [(place, True)]


def test_the_same_result_twice_is_one_result(shipped: CompiledPackage) -> None:
    again = with_history({"wbc": [result("6.0", "2026-11-20")]}, wbc=result("6", "2026-11-20"))

    assert decided(shipped, again).outcome == decided(shipped, with_history({})).outcome


def test_an_old_normal_result_does_not_show_that_a_rise_is_over(shipped: CompiledPackage) -> None:
    old = {"alt": result("25", "2026-06-01", "40"), "ast": result("25", "2026-06-01", "40")}
    without = ("alt_uln", "ast_uln", *old)

    known_once = decided(shipped, with_history({}, without=without[:2], **old))
    never_known = decided(shipped, with_history({}, without=without))

    assert known_once.outcome == never_known.outcome == "ask"
    assert {"MTX-B-LFT3"} <= {alert.rule.key for alert in known_once.alerts if not alert.is_met}


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        pytest.param(
            {"weight_kg": "250", "height_cm": "110"}, "gives Body mass index 206.61 kg/m², which is impossible",
            id="pounds for kilograms, or somebody else's height",
        ),
        pytest.param({"weight_kg": "30", "height_cm": "210"}, "gives Body mass index 6.8 kg/m²", id="far too light"),
    ],
)  # fmt: skip
def test_values_that_are_impossible_together_are_refused(
    shipped: CompiledPackage, facts: dict[str, str], sentence: str
) -> None:
    with pytest.raises(FactsRefused) as refused:
        patients.patient(**facts)

    assert {problem.place for problem in refused.value.problems} == {"facts.weight_kg", "facts.height_cm"}
    assert any(sentence in problem.message for problem in refused.value.problems)
    assert all("check Height and Weight" in problem.message for problem in refused.value.problems)


@pytest.mark.parametrize(
    "facts",
    [
        {"age_years": "65", "ast": "30", "alt": "25", "platelets": "7"},
        {"age_years": "70", "ast": "80", "alt": "60", "platelets": "10"},
        {"age_years": "50", "ast": "25", "alt": "25", "platelets": "4", "wbc": "1.2", "anc": "0.4"},
    ],
    ids=lambda facts: f"platelets {facts['platelets']}",
)
def test_a_marrow_that_fails_is_heard_however_high_a_score_of_the_liver_comes_out(facts: dict[str, str]) -> None:
    decision = patients.decided(step="S2", started_on="2026-08-10", response="adequate", **facts)

    assert decision.outcome == "hold"
    assert {"MTX-B-CBC", "MTX-W-FIB4"} <= {alert.rule.key for alert in decision.alerts if alert.is_met}
    assert [taking.change for taking in decision.taking if taking.drug == "methotrexate"] == ["hold"]
