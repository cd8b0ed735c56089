"""Numbers of a guideline that would count for ever, leave the calendar or silently drop something are refused."""

import pytest

from guidelines.engine.decision import decide
from guidelines.engine.reading import read_facts
from guidelines.guideline_file import ContentRefused, read_guideline
from tests.factories_guidelines import ITCHING_ELBOW

TEXT = ITCHING_ELBOW.read_text()
BAND = "{above: 0, step: 50, floor: 0, interval_days: 14}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param("increase: 2.5", "increase: 0", "titration.increase, line {line}: write at least 0.001", id="no increase"),
        pytest.param("increase: 2.5", "increase: -2.5", "write at least 0.001; -2.5 is less", id="a decrease"),
        pytest.param("increase: 2.5", "increase: 0.001", "titration in steps of 0.001 is too fine", id="tiny increase"),
        pytest.param("step: 2.5", "step: 0", "rounding[0].step, line {line}: write at least 0.001", id="rounding to none"),
        pytest.param("step: 2.5", "step: 0.001", "rounding in steps of 0.001 is too fine", id="rounding to little"),
        pytest.param("rounding:\n      - from: 0\n        step: 2.5", "rounding: []", "must not be empty", id="no rounding"),
        pytest.param("products: [calmine_2_5_mg_tablet]", "products: []", "must not be empty", id="no products"),
        pytest.param("strength: 2.5", "strength: 0.000001", "strength, line {line}: write at least 0.001", id="strength"),
        pytest.param("factor: 0.453592", "factor: 0", "factor, line {line}: write at least 0.001", id="factor of a unit"),
        pytest.param("factor: 0.5", "factor: 11", "write at most 10; 11 is more", id="factor of a dose"),
        pytest.param(BAND, BAND.replace("step: 50", "step: 0"), "step, line {line}: write at least 0.001", id="taper of none"),
        pytest.param(BAND, BAND.replace("floor: 0", "floor: -1"), "floor, line {line}: write at least 0", id="floor below none"),
        pytest.param(BAND, BAND.replace("floor: 0", "floor: 10"), "must not be higher than where the band begins", id="high floor"),
        pytest.param(BAND, BAND.replace("14}", "9999}"), "write at most 366", id="a step of the taper for decades"),
        pytest.param("times: 3", "times: -3", "times, line {line}: write at least 0", id="a series of less than none"),
        pytest.param("times: 3", "times: 0", "times, line {line}: write at least 1", id="a series of none"),
        pytest.param("times: 3", "times: 201", "times, line {line}: write at most 200", id="a series without end"),
        pytest.param("every: 30 d", "every: 0 d", "a series goes on after some days", id="a series on one day"),
        pytest.param("every: 30 d", "every: 30000 d", "a series ends within 100 years", id="a series of centuries"),
        pytest.param("after: 5 a", "after: 9999 a", "after, line {line}: an interval has at most 100 years", id="centuries"),
        pytest.param("times: 2}", "times: 25}", "times, line {line}: write at most 24", id="more than hourly"),
        pytest.param("grace_days: 2", "grace_days: 999999", "exact_day_grace_days, line {line}: write at most 36500", id="grace"),
        pytest.param("age_days: 90", "age_days: 999999", "maximum_age_days, line {line}: write at most 36500", id="age"),
        pytest.param("as_of: 2026-01-05", "as_of: 9999-12-31", "as_of, line {line}: write at most 2199-12-31", id="last day"),
        pytest.param("as_of: 2026-01-05", "as_of: 0001-01-01", "as_of, line {line}: write at least 1900-01-01", id="first day"),
        pytest.param("condition: Itching elbow", 'condition: "Itching\\x85elbow"', "control character U+0085", id="U+0085"),
    ],
)  # fmt: skip
def test_a_number_out_of_bounds_is_refused_with_its_line(old: str, new: str, message: str) -> None:
    assert old in TEXT

    with pytest.raises(ContentRefused) as caught:
        read_guideline(TEXT.replace(old, new, 1))

    assert message.format(line=TEXT[: TEXT.index(old)].count("\n") + 1 + old.count("\n")) in str(caught.value)


@pytest.mark.parametrize(
    "formula",
    [
        pytest.param("power(" * 6 + "weight_kg" + ", 10)" * 6, id="power"),
        pytest.param("nearest(" + "power(" * 6 + "weight_kg" + ", 10)" * 6 + ", 2.5)", id="nearest"),
        pytest.param("power(power(weight_kg, 10), 5) * power(weight_kg, 10)", id="product"),
    ],
)
def test_a_number_that_is_none_of_a_body_is_unknown(formula: str) -> None:
    compiled = read_guideline(TEXT.replace("when: pregnant\n", f"when: {formula} > 3\n", 1))
    facts = {"as_of": "2026-01-05", "facts": {"weight_kg": {"value": "62"}}}

    decision = decide(compiled, read_facts(facts, compiled))

    assert compiled.rules["CAL-B-PREG"].condition.value(decision.resolved) is None
