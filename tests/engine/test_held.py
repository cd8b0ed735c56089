"""A drug that is held stays held until its rule says that it may be given again."""

from typing import Any

import pytest
from pydantic import ValidationError

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Action
from guidelines.engine.decision import Decision, decide
from guidelines.engine.facts import FactsRefused
from guidelines.engine.reading import read_facts
from tests.engine import patients

HELD = {"methotrexate": ["MTX-B-LFT3"]}


def on_methotrexate(shipped: CompiledPackage, held: Any, **facts: Any) -> Decision:
    raw = patients.facts_json(
        step="S2", started_on="2026-08-31", response="adequate", on_prednisone=False, mtx_dose_mg_week="0",
        mtx_dose_stable=False, **facts,
    )  # fmt: skip
    return decide(shipped, read_facts(raw | {"held": held}, shipped))


@pytest.mark.parametrize(
    ("held", "alt", "outcome"),
    [
        pytest.param(HELD, "41", "hold", id="better, not normal"),
        pytest.param(HELD, "40", "continue", id="normal"),
        pytest.param({}, "41", "continue", id="never held"),
        pytest.param({"methotrexate": ["OF-ANOTHER-VERSION"]}, "41", "continue", id="held for a rule that is no more"),
        pytest.param({"prednisone": ["MTX-B-LFT3"]}, "41", "continue", id="another drug is held"),
    ],
)
def test_it_is_given_again_when_its_rule_says_so(shipped: CompiledPackage, held: Any, alt: str, outcome: str) -> None:
    assert on_methotrexate(shipped, held, alt=alt).outcome == outcome


def test_while_nobody_knows_it_stays_held(shipped: CompiledPackage) -> None:
    decision = on_methotrexate(shipped, HELD, without=("alt", "alt_uln"))

    assert decision.outcome == "hold"
    assert [(t.drug, t.change) for t in decision.taking if t.drug == "methotrexate"] == [("methotrexate", "hold")]


def test_the_trace_shows_what_keeps_it(shipped: CompiledPackage) -> None:
    told = {entry["of"]: entry["state"] for entry in on_methotrexate(shipped, HELD, alt="41").trace()}

    assert told["MTX-B-LFT3"] == "not met"
    assert told["MTX-B-LFT3 resume"] == "not met"


@pytest.mark.parametrize("held", [["methotrexate"], {"methotrexate": "MTX-B-LFT3"}, "methotrexate"])
def test_what_cannot_be_read_as_held_is_refused(shipped: CompiledPackage, held: Any) -> None:
    with pytest.raises(FactsRefused, match="held"):
        on_methotrexate(shipped, held)


def test_a_condition_to_resume_is_also_said_in_words() -> None:
    with pytest.raises(ValidationError, match="people read those"):
        Action(kind="hold", text="Hold.", resume_when="alt < 40")
