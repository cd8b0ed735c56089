"""What another plan gives: known to be taken whatever was answered, and not this plan's to change."""

from typing import Any

import pytest

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.decision import Decision, decide
from guidelines.engine.facts import FactsRefused
from guidelines.engine.operators import AtLeast
from guidelines.engine.reading import read_facts
from guidelines.engine.resolve import Resolved
from tests.engine import patients
from tests.engine.small_guideline import AS_OF, choices, content, fact, small

COMBINED = {"facts": {"medications": ["azathioprine"]}}


def decided(shipped: CompiledPackage, elsewhere: Any, without: tuple[str, ...] = (), **facts: Any) -> Decision:
    raw = patients.facts_json(
        step="S2", started_on="2026-08-31", response="adequate", mtx_dose_mg_week="15", mtx_dose_stable=False,
        without=without, **({"on_prednisone": False} | facts),
    )  # fmt: skip
    return decide(shipped, read_facts(raw | {"elsewhere": elsewhere}, shipped))


def state_of(decision: Decision, rule: str) -> str:
    return next((alert.state for alert in decision.alerts if alert.rule.key == rule), "not met")


def test_a_rule_is_met_by_what_another_plan_gives(shipped: CompiledPackage) -> None:
    assert state_of(decided(shipped, {}), "MTX-W-COMBO") == "not met"
    assert state_of(decided(shipped, COMBINED), "MTX-W-COMBO") == "met"
    assert state_of(decided(shipped, COMBINED, without=("medications",)), "MTX-W-COMBO") == "met"


def test_what_else_is_in_the_list_stays_unknown(shipped: CompiledPackage) -> None:
    decision = decided(shipped, COMBINED, without=("medications",))

    assert state_of(decision, "MTX-B-TMP") == "unknown"
    assert "medications" in {question.fact for question in decision.questions if question.could_change != "nothing"}
    told = next(entry for entry in decision.trace() if entry["of"] == "MTX-W-COMBO")["parts"][0]
    assert (told["value"], told["why_unknown"]) == (["azathioprine"], "not_asked")


@pytest.mark.parametrize(
    ("answers", "value", "kind"),
    [({"reported": {"value": ["soap"]}}, {"soap", "oil"}, frozenset), ({}, {"oil"}, AtLeast)],
    ids=["what is reported is known", "nobody was asked"],
)
def test_a_list_that_follows_from_another_has_it_too(answers: Any, value: set[str], kind: type) -> None:
    worked_out = content()
    worked_out["facts"] += [
        fact("reported", "set", choices=choices("soap", "oil")),
        fact("used", "set", choices=choices("soap", "oil"), formula="reported"),
    ]
    compiled = small(worked_out)
    raw = {"as_of": AS_OF, "facts": answers, "elsewhere": {"facts": {"used": ["oil"]}}}

    resolved = Resolved(compiled, read_facts(raw, compiled))

    assert (resolved["used"], type(resolved["used"])) == (value, kind)


def test_a_drug_of_another_plan_is_taken_and_not_changed_here(shipped: CompiledPackage) -> None:
    elsewhere = {"drugs": ["prednisone"], "facts": {"on_prednisone": True}}
    here = decided(shipped, {}, on_prednisone=True, prednisone_mg_day="20")
    there = decided(shipped, elsewhere, without=("on_prednisone",), prednisone_mg_day="20")

    assert there.resolved["on_prednisone"] is True
    assert "prednisone" in {taking.drug for taking in here.taking}
    assert "prednisone" not in {taking.drug for taking in there.taking}


def test_an_answer_that_says_no_to_it_is_refused(shipped: CompiledPackage) -> None:
    with pytest.raises(FactsRefused, match=r"facts\.on_prednisone: is answered no, but another plan gives it"):
        decided(shipped, {"facts": {"on_prednisone": True}})


@pytest.mark.parametrize(
    "elsewhere",
    [{"drugs": ["unheard"]}, {"facts": {"unheard": True}}, {"facts": {"medications": ["unheard"]}}],
    ids=["drug", "fact", "entry"],
)
def test_what_another_version_does_not_know_is_left_out(elsewhere: Any) -> None:
    facts = read_facts({"as_of": AS_OF, "facts": {}, "elsewhere": elsewhere}, small(content()))

    assert (facts.elsewhere, facts.told, facts.states) == (frozenset(), {}, {})


@pytest.mark.parametrize(
    "elsewhere",
    [[], {"drug": []}, {"drugs": "x"}, {"drugs": [1]}, {"facts": []}, {"facts": {"medications": True}},
     {"facts": {"medications": "soap"}}, {"facts": {"weight_kg": True}}],
    ids=str,
)  # fmt: skip
def test_a_broken_shape_is_refused(elsewhere: Any) -> None:
    with pytest.raises(FactsRefused, match="elsewhere"):
        read_facts({"as_of": AS_OF, "facts": {}, "elsewhere": elsewhere}, small(content()))
