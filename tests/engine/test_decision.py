"""What a decision says: the contract's form, the trace, the working, and that the same input gives the same bytes."""

import json
from decimal import Decimal, localcontext
from typing import Any

import pytest

from guidelines.engine.compiled import CompiledPackage, ContentError
from guidelines.engine.decision import Decision
from guidelines.engine.explain import in_words
from tests.engine import patients
from tests.engine.small_guideline import NOT_KNOWN, content, decided, small

KEYS = ["guideline", "version", "content_hash", "as_of", "outcome", "step", "options", "taking", "actions", "questions",
        "alerts", "monitoring", "trace"]  # fmt: skip


def text(decision: Decision) -> str:
    return json.dumps(decision.as_json(version=3), ensure_ascii=False)


def test_the_json_has_the_parts_of_the_contract_in_their_order(elbow: CompiledPackage) -> None:
    found = decided(elbow).as_json(version=3)

    assert list(found) == KEYS
    assert (found["guideline"], found["version"], found["as_of"]) == ("elbow", 3, "2026-03-02")
    assert found["content_hash"] == elbow.content_hash
    assert decided(elbow).as_json(with_trace=False)["trace"] == []


def test_no_number_in_the_json_is_binary_or_has_an_exponent(shipped: CompiledPackage) -> None:
    def check(value: Any) -> None:
        assert not isinstance(value, (float, Decimal)), value
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            check(part)

    check(patients.decided(step="S2", started_on="2026-08-03", response="adequate", weight_kg="70.50").as_json())


def test_an_option_in_the_contracts_form(elbow: CompiledPackage) -> None:
    [option] = decided(elbow, dry=True).as_json()["options"]
    [regimen] = option.pop("regimens")

    assert option == {
        "option": "E1-drops", "state": "caution", "beside": False, "for": [], "against": ["DROPS-DRY"], "excluded_by": [], "needs": [],
    }  # fmt: skip
    assert regimen == {
        "regimen": "drops", "drug": "drops", "role": "main", "no_dose": None,
        "dose": {
            "min": "10", "start": "10", "max": "10", "unit": "mg", "per": "day", "frequency": {"type": "daily", "times": 1},
            "products": [{"product": "drops_10", "count": 1, "per": "day"}],
            "products_max": [{"product": "drops_10", "count": 1, "per": "day"}],
            "working": ["10 mg per day", "1 × 10 mg piece = 10 mg per day"],
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        pytest.param({"allergic": True}, "Excluded by DROPS-ALLERGY.", id="excluded"),
        pytest.param({"without": ("infected",)}, "Answer what is open first.", id="an answer is missing"),
    ],
)
def test_an_option_that_cannot_be_taken_has_no_dose(elbow: CompiledPackage, facts: dict[str, Any], reason: str) -> None:
    first = decided(elbow, **facts).as_json()["options"][0]["regimens"][0]

    assert (first["dose"], first["no_dose"]) == (None, reason)


def test_a_drug_on_hold_has_no_dose(elbow: CompiledPackage) -> None:
    first = decided(elbow, step="E1", infected=True).as_json()["options"][0]["regimens"][0]

    assert (first["dose"], first["no_dose"]) == (None, "On hold.")


def test_beside_a_drug_on_hold_it_is_said_that_the_others_go_on(shipped: CompiledPackage) -> None:
    held = patients.decided(
        step="S2", started_on="2026-08-10", response="adequate", wbc="3", on_prednisone=True, prednisone_mg_day="10",
        prednisone_started_on="2026-08-10", mtx_dose_mg_week="15",
    )  # fmt: skip
    first = held.as_json()["options"][0]

    assert held.outcome == "hold"
    assert {part["drug"]: part["no_dose"] for part in first["regimens"]} == {
        "methotrexate": "On hold.",
        "folic_acid": "Goes on as it is; no new dose today.",
        "prednisone": "Goes on as it is; no new dose today.",
    }


def test_what_is_pending_and_what_goes_on_carries_its_dose(elbow: CompiledPackage) -> None:
    pending, going_on = decided(elbow, infected=True), decided(elbow, step="E1")

    for decision in (pending, going_on):
        assert decision.as_json()["options"][0]["regimens"][0]["dose"]["start"] == "10"


def test_the_trace_shows_every_part_with_its_value_unit_and_day() -> None:
    changed = content()
    changed["safety_rules"][1]["when"] = "weight_kg > 100 or infected"
    compiled = small(changed)

    trace = {entry["of"]: entry for entry in decided(compiled, weight_kg="70", infected=NOT_KNOWN).as_json()["trace"]}

    assert trace["DROPS-INFECTED"] == {
        "of": "DROPS-INFECTED", "condition": "weight kg above 100 kg or infected", "state": "unknown", "joined_by": "or",
        "parts": [
            {"text": "weight kg above 100 kg", "state": "not met", "fact": "weight_kg", "value": "70", "unit": "kg", "taken_on": "2026-03-02"},
            {"text": "infected", "state": "unknown", "fact": "infected", "value": None, "unit": None, "why_unknown": "not_known"},
        ],
    }  # fmt: skip


def test_a_value_that_is_too_old_is_shown_with_its_day() -> None:
    changed = content()
    changed["safety_rules"][1]["when"] = "weight_kg > 100"
    compiled = small(changed)

    trace = decided(compiled, weight_kg={"value": "120", "taken_on": "2025-01-01"}).as_json()["trace"]
    [part] = next(entry["parts"] for entry in trace if entry["of"] == "DROPS-INFECTED")

    assert (part["state"], part["why_unknown"], part["last"], part["taken_on"]) == (
        "unknown",
        "stale",
        "120",
        "2025-01-01",
    )


def test_the_trace_covers_every_condition_that_was_consulted(shipped: CompiledPackage) -> None:
    decision = patients.decided(step="S2", started_on="2026-08-03", response="adequate")

    assert [entry["of"] for entry in decision.as_json()["trace"]] == list(decision.consulted)
    assert {rule.rule.key for rule in shipped.rules_of_drug["methotrexate"]} <= set(decision.consulted)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("weight_kg", "70.5", "70.5 kg"), ("red", True, "Yes"), ("red", False, "No"), ("itch", "worse", "worse"),
        ("medications", ["oil", "soap"], "oil, soap"), ("medications", [], "None of these"), ("red", NOT_KNOWN, "Not known"),
        ("weight_kg", {"value": "70", "taken_on": "2025-01-01"}, "Too old"), ("itching_since", "2026-01-31", "2026-01-31"),
    ],
)  # fmt: skip
def test_a_fact_in_words(elbow: CompiledPackage, key: str, value: Any, words: str) -> None:
    assert in_words(decided(elbow, **{key: value}).facts, key, elbow) == words
    assert in_words(decided(elbow, without=(key,)).facts, key, elbow) == "Not asked"


def test_the_same_input_gives_the_same_bytes(elbow: CompiledPackage) -> None:
    again = small()

    assert text(decided(elbow, dry=True)) == text(decided(elbow, dry=True)) == text(decided(again, dry=True))


def test_the_order_in_which_facts_are_given_changes_nothing(shipped: CompiledPackage) -> None:
    forward = patients.decided(medications=["ppi", "nsaid"], diabetes=True)
    backward = patients.decided(diabetes=True, medications=["nsaid", "ppi"])

    assert text(forward) == text(backward)


def test_a_decision_does_not_change_with_the_calculation_context_around_it(shipped: CompiledPackage) -> None:
    plain = text(patients.decided(weight_kg="71.3"))
    with localcontext() as context:
        context.prec = 3
        rough = text(patients.decided(weight_kg="71.3"))

    assert rough == plain


# --- the package -----------------------------------------------------------------------------------------------------


def test_the_hash_is_of_the_content_and_nothing_else() -> None:
    changed = content()
    changed["disclaimer"] = "Invented indeed."

    assert small().content_hash == small().content_hash
    assert small(changed).content_hash != small().content_hash
    assert len(small().content_hash) == 64


@pytest.mark.parametrize(
    ("name", "index", "change", "place"),
    [
        ("steps", 0, {"otherwise": "E7"}, "steps.E1.otherwise: there is no step 'E7'"),
        ("steps", 0, {"options": [{"option": "x"}]}, "steps.E1.options: there is no option 'x'"),
        ("steps", 0, {"takes": [{"drug": "x"}]}, "steps.E1.takes: there is no drug 'x'"),
        (
            "steps",
            0,
            {"actions": [{"key": "a", "text": "Rest.", "drug": "x"}]},
            "steps.E1.actions: there is no drug 'x'",
        ),
        ("transitions", 2, {"target": "E7"}, "transitions.E1-intolerance: there is no step 'E7'"),
        ("transitions", 2, {"source": None}, "transitions.E1-intolerance: an exit has a source step"),
        ("transitions", 0, {"source": "E1"}, "transitions.URGENT: an exit has a source step"),
        ("transitions", 2, {"when": "intolerant"}, "transitions.E1-intolerance.when: 'intolerant' is not a fact or definition"),
        ("safety_rules", 1, {"drug": "x"}, "safety_rules.DROPS-INFECTED.drug: there is no drug 'x'"),
        ("safety_rules", 6, {"step": "x"}, "safety_rules.E4-EARLY.step: there is no step 'x'"),
        ("options", 0, {"regimens": [{"regimen": "x", "role": "main"}]}, "options.E1-drops: there is no regimen 'x'"),
        ("regimens", 0, {"drug": "x"}, "regimens.drops.drug: there is no drug 'x'"),
        ("regimens", 0, {"products": ["cream_10"]}, "regimens.drops.products: 'cream_10' is not a product of drops"),
        ("regimens", 0, {"unit": "g"}, "regimens.drops.products: the products and the dose must have one unit, g"),
        ("regimens", 0, {"requires": [{"fact": "x"}]}, "regimens.drops.requires: there is no fact 'x'"),
        ("monitoring", 0, {"tests": ["x"]}, "monitoring.MON-1.tests: there is no test 'x'"),
        ("tests", 0, {"facts": ["x"]}, "tests.marker_test.facts: there is no fact 'x'"),
        ("facts", 3, {"upper_limit": "x"}, "facts.marker.upper_limit: there is no fact 'x'"),
        ("facts", 2, {"formula": "red"}, "facts.index.formula: gives a boolean, not a number"),
        ("facts", 11, {"implied": [{"value": "maybe", "when": "male"}]}, "facts.may_conceive: write true or false"),
    ],
)  # fmt: skip
def test_a_key_that_leads_nowhere_is_refused_with_its_place(
    name: str, index: int, change: dict[str, Any], place: str
) -> None:
    changed = content()
    changed[name][index] |= change

    with pytest.raises(ContentError) as refused:
        small(changed)

    assert str(refused.value).startswith(place)


def test_a_key_that_is_used_twice_is_refused() -> None:
    changed = content()
    changed["safety_rules"].append(changed["safety_rules"][0])

    with pytest.raises(ValueError, match="safety_rules: the key G-OUT is used twice; give each its own"):
        small(changed)


@pytest.mark.parametrize(
    ("facts", "change", "because"),
    [
        pytest.param({"mtx_dose_mg_week": "25"}, "continue", (), id="within the limits"),
        pytest.param(
            {"mtx_dose_mg_week": "25", "egfr": "45"}, "reduce", ("MTX-W-EGFR60",), id="too much for these kidneys"
        ),
        pytest.param({"mtx_dose_mg_week": "12.5", "egfr": "45"}, "continue", (), id="lowered for the kidneys already"),
        pytest.param({"mtx_dose_mg_week": "38"}, "reduce", ("MTX-W-ADULT25",), id="above what adults are given"),
    ],
)
def test_more_than_the_guideline_allows_is_reduced(
    facts: dict[str, str], change: str, because: tuple[str, ...]
) -> None:
    going_on = patients.decided(
        step="S2", started_on="2026-09-28", response="adequate", disease_active=False, on_prednisone=True,
        prednisone_mg_day="10", prednisone_started_on="2026-09-28", **facts,
    )  # fmt: skip

    assert going_on.outcome == "continue"
    [methotrexate] = [taking for taking in going_on.taking if taking.drug == "methotrexate"]
    assert (methotrexate.change, methotrexate.because) == (change, because)
