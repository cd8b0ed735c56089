"""Which conditions nobody can meet, everybody meets, exclude each other or leave a hole: worked examples and properties."""

import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.conditions import Scope, compile_condition
from guidelines.engine.lint.bands import in_a_row
from guidelines.engine.lint.judged import Judged
from guidelines.engine.lint.reader import Reader
from guidelines.engine.lint.satisfy import Solver
from tests.engine.small_guideline import content, small


@pytest.fixture(scope="module")
def solver() -> Solver:
    given_ = content()
    given_["definitions"].append({"key": "light", "text": "weighs little", "formula": "not heavy and weight_kg < 40"})
    return Solver(Reader(small(given_)))


def can_be_met(solver: Solver, *texts: str, drug: str | None = None) -> bool | None:
    return solver.can_be_met(*(solver.reader.condition(text, drug) for text in texts))


@pytest.mark.parametrize(
    "text",
    [
        "weight_kg < 30 and weight_kg > 40",
        "weight_kg < 30 and weight_kg >= 30",
        "weight_kg < 20",
        "weight_kg > 300",
        "weight_kg == 50 and weight_kg != 50",
        "weight_kg * 2 > 700",
        "weight_kg + 10 > 311",
        "100 < weight_kg and weight_kg < 2 * 50",
        "height_cm > 170 and height_cm < 171",
        "marker > 3 * marker_limit and marker < 2 * marker_limit",
        "marker > 3 * marker_limit and 3 * marker_limit > marker",
        "marker > 501 * marker_limit",
        'itch == "better" and itch == "worse"',
        'itch in ["better", "same"] and itch not in ["better", "same"]',
        "infected and not infected",
        '"soap" in medications and "soap" not in medications',
        "heavy and weight_kg < 90",
        "light and heavy",
        'met("DROPS-INFECTED") and not infected',
        "male and may_conceive",
        "male and expecting",
        "is_unknown(weight_kg) and weight_kg > 50",
        "is_unknown(weight_kg) and heavy",
        'current_step == "E1" and current_step == "E2"',
        "(infected or red) and not infected and not red",
        "weeks_since(itching_since) < 0",
        "count_above(marker, 30, 90) < 0",
        "last(marker) > 20000",
        "last(marker) > 50 and last(marker) < 40",
        "itching_since > as_of and itching_since < as_of",
    ],
)
def test_nobody_meets_it(solver: Solver, text: str) -> None:
    assert can_be_met(solver, text) is False


@pytest.mark.parametrize(
    "text",
    [
        "weight_kg < 40 and weight_kg > 30",
        "weight_kg <= 40 and weight_kg >= 40",
        "weight_kg >= 300",
        "height_cm > 170 and height_cm < 172",
        "marker > 3 * marker_limit and marker > 2 * marker_limit",
        "marker > 10 * marker_limit and marker < 300",
        "last(marker) > 50 and marker < 40",
        "baseline(marker) > 50 and last(marker) < 40",
        'itch != "better" and itch != "worse"',
        '"soap" in medications and "oil" in medications',
        "male and not may_conceive",
        "is_unknown(may_conceive) and is_unknown(expecting)",
        "is_unknown(weight_kg) and red",
        "not heavy and not light",
        "index > 30 and weight_kg < 60",
        "confirmed_above_limit(marker, 3, 5) and marker < 20",
        'current_step == "none"',
    ],
)
def test_somebody_meets_it(solver: Solver, text: str) -> None:
    assert can_be_met(solver, text) is True


@pytest.mark.parametrize(
    "text",
    [
        "weight_kg < 50 or weight_kg >= 50",
        "weight_kg >= 20",
        "infected or not infected",
        'itch in ["better", "same", "worse"]',
        "heavy or weight_kg <= 100",
        "not (male and may_conceive)",
    ],
)
def test_everybody_meets_it(solver: Solver, text: str) -> None:
    assert solver.is_always_met(solver.reader.condition(text))


def test_starting_is_asked_of_each_drug_by_itself(solver: Solver) -> None:
    one, other = solver.reader.condition("starting", "drops"), solver.reader.condition("not starting", "cream")

    assert solver.can_be_met(one, other) is True
    assert solver.can_be_met(one, solver.reader.condition("not starting", "drops")) is False


def test_too_many_cases_are_no_finding(solver: Solver) -> None:
    names = ("alarm", "complicated", "infected", "allergic", "red", "dry", "broken_skin", "early")
    pairs = [f"({a} or {b} or index > {n})" for n, (a, b) in enumerate(itertools.permutations(names, 2))]
    never = [f"not ({a} and {b} and index < {1000 - n})" for n, (a, b) in enumerate(itertools.permutations(names, 2))]

    assert can_be_met(solver, *pairs[:30], *never[:30], "index < 0 or index > 999") in (True, None)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (["weight_kg >= 30 and weight_kg < 60", "weight_kg >= 70"], ["weight_kg from 60 below 70"]),
        (["weight_kg >= 30 and weight_kg <= 60", "weight_kg > 60"], []),
        (["weight_kg >= 30 and weight_kg < 60", "weight_kg > 60"], ["weight_kg from 60 to 60"]),
        (["weight_kg < 30", "weight_kg > 60"], []),  # between the two is what is normal
        (["weight_kg >= 30 and weight_kg < 60", "weight_kg >= 70", "weight_kg >= 50 and weight_kg < 75"], []),
        (["red and weight_kg >= 30 and weight_kg < 60", "not red and weight_kg >= 70"], []),
        (["height_cm >= 150 and height_cm <= 160", "height_cm >= 161"], []),  # whole centimetres
    ],
)
def test_a_hole_beside_a_band_is_found(elbow: CompiledPackage, conditions: list[str], expected: list[str]) -> None:
    judged = Judged(elbow)

    found = in_a_row(judged, [judged.reader.condition(text) for text in conditions])

    assert [str(hole) for hole in found] == expected


# --- against the engine itself -----------------------------------------------------------------------------------------

ATOMS = st.sampled_from(
    [
        "weight_kg < 30", "weight_kg >= 30", "weight_kg > 60", "weight_kg <= 60", "weight_kg == 60", "weight_kg != 60", "red",
        "dry", "heavy", 'itch == "better"', 'itch != "better"', 'itch in ["same", "worse"]', '"soap" in medications',
        "marker > 3 * marker_limit", "marker <= 2 * marker_limit", "marker < 100", "weight_kg * 2 > 100",
    ]
)  # fmt: skip
CONDITIONS = st.recursive(
    ATOMS,
    lambda parts: st.one_of(
        st.tuples(parts, parts).map(lambda two: f"({two[0]} and {two[1]})"),
        st.tuples(parts, parts).map(lambda two: f"({two[0]} or {two[1]})"),
        parts.map(lambda one: f"(not {one})"),
    ),
    max_leaves=8,
)


def patients() -> list[dict[str, Any]]:
    weights = [Decimal(n) for n in ("20", "29.9", "30", "45", "50.5", "60", "60.1", "100", "101")]
    markers = [
        (Decimal(a), Decimal(b)) for a, b in (("40", "40"), ("99", "40"), ("121", "40"), ("90", "30"), ("91", "30"))
    ]
    others = itertools.product(
        (True, False), (True, False), ("better", "same", "worse"), (frozenset(), frozenset({"soap"}))
    )
    return [
        {
            "weight_kg": weight, "marker": marker, "marker_limit": limit, "red": red, "dry": dry, "itch": itch,
            "medications": medications, "heavy": weight > 100,
        }
        for (red, dry, itch, medications), weight, (marker, limit) in itertools.product(others, weights, markers)
    ]  # fmt: skip


PATIENTS = patients()


@settings(max_examples=150, deadline=None)
@given(text=CONDITIONS)
def test_what_a_patient_meets_is_never_called_impossible(text: str) -> None:
    solver, node = SOLVER, compile_condition(text, Scope(SOLVER.reader.compiled.names))

    states = {node.value(patient) for patient in PATIENTS}

    if True in states:
        assert can_be_met(solver, text) is not False
    if False in states:
        assert not solver.is_always_met(solver.reader.condition(text))


SOLVER = Solver(Reader(small()))
