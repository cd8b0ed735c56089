"""What the calculation of a dose does and refuses, on an invented regimen."""

from typing import Any

from guidelines.engine.dosing import Dose, NoDose, dose_for
from guidelines.engine.reading import read_facts
from guidelines.engine.resolve import Resolved
from tests.engine.small_guideline import content, facts_json, small


def calculated(change: dict[str, Any], **facts: Any) -> Dose | NoDose:
    changed = content()
    changed["regimens"][0] |= {"min": 10, "start": 20, "max": 40, "rounding": [{"from": 0, "step": 10}]} | change
    compiled = small(changed)
    return dose_for(compiled.regimens["drops"], Resolved(compiled, read_facts(facts_json(**facts), compiled)))


def test_the_lowest_of_all_limits_counts() -> None:
    caps = [
        {"amount": 40, "per": "day", "text": "a"},
        {"amount": 210, "per": "week", "text": "b"},
        {"amount": "0.2", "basis": "per_kg", "per": "dose", "text": "c"},
    ]

    found = [calculated({"caps": caps[:n]}, weight_kg="100") for n in (1, 2, 3)]

    assert [d.max for d in found if isinstance(d, Dose)] == [40, 30, 20]


def test_a_limit_whose_condition_is_unknown_applies_and_says_so() -> None:
    caps = [{"amount": 10, "per": "day", "when": "kidneys_weak", "text": "weak kidneys"}]

    found = calculated({"caps": caps}, kidneys_weak={"status": "not_known"})

    assert isinstance(found, Dose)
    assert found.max == 10
    assert any("weak kidneys (could not be checked, so it applies)" in line for line in found.working)


def test_a_limit_whose_condition_is_not_met_does_not_apply() -> None:
    found = calculated({"caps": [{"amount": 10, "per": "day", "when": "kidneys_weak", "text": "x"}]})

    assert isinstance(found, Dose) and found.max == 40


def test_an_adjusted_dose_is_rounded_down() -> None:
    adjustments = [{"when": "kidneys_weak", "factor": "0.95", "text": "a little less"}]

    found = calculated({"adjustments": adjustments, "min": 20, "start": 30}, kidneys_weak=True)

    assert isinstance(found, Dose)
    assert (found.min, found.start, found.max) == (10, 20, 20)


def test_rounding_never_goes_above_a_limit() -> None:
    found = calculated({"caps": [{"amount": 28, "per": "day", "text": "limit between two steps"}]})

    assert isinstance(found, Dose)
    assert found.max == 20


def test_a_dose_below_the_smallest_product_is_none() -> None:
    found = calculated({"basis": "per_kg", "min": "0.1", "start": "0.1", "max": "0.1"}, weight_kg="30")

    assert isinstance(found, NoDose) and found.final
    assert "a specialist decides" in found.reason


def test_an_amount_no_product_makes_up_is_none() -> None:
    found = calculated({"rounding": [{"from": 0, "step": 5}], "min": 5, "start": 5, "max": 15})

    assert isinstance(found, NoDose) and found.final
    assert "cannot make up" in found.reason
