"""FACTS.json: every bad input is refused with a place and a sentence, nothing is guessed, all problems come at once."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.facts import FactsRefused, Known, NotAsked, NotKnown, PatientFacts, Unknown, is_implausible
from guidelines.engine.reading import read_facts
from guidelines.engine.resolve import Resolved
from tests.engine.small_guideline import AS_OF, content, fact, small


def state_of(facts: PatientFacts, key: str) -> str:
    """known, not_asked, not_known or stale."""
    state = facts.states.get(key, NotAsked)
    return "known" if isinstance(state, Known) else state.name


def file(facts: Any = None, **more: Any) -> dict[str, Any]:
    return {"as_of": AS_OF, "facts": facts or {}, **more}


def problems(raw: object, compiled: CompiledPackage) -> list[tuple[str, str]]:
    with pytest.raises(FactsRefused) as refused:
        read_facts(raw, compiled)
    return [(problem.place, problem.message) for problem in refused.value.problems]


WEIGHT = "facts.weight_kg"


@pytest.mark.parametrize(
    ("facts", "place", "sentence"),
    [
        pytest.param({"weight_kg": {"value": "82,5"}}, WEIGHT, "write a point for decimals", id="a comma"),
        pytest.param({"weight_kg": {"value": "1,000"}}, WEIGHT, "which can mean two things", id="a thousands mark"),
        pytest.param({"weight_kg": {"value": 70.5}}, WEIGHT, "write the number in quotes", id="a binary number"),
        pytest.param({"weight_kg": {"value": 70}}, WEIGHT, "write the number in quotes", id="an integer"),
        pytest.param({"weight_kg": {"value": True}}, WEIGHT, "write the number in quotes", id="a yes for a number"),
        pytest.param({"weight_kg": {"value": None}}, WEIGHT, "write the number in quotes", id="null"),
        pytest.param({"weight_kg": {"value": ["70"]}}, WEIGHT, "write the number in quotes", id="a list for a number"),
        pytest.param({"weight_kg": {"value": ""}}, WEIGHT, "write a number with up to 6 digits", id="nothing"),
        pytest.param({"weight_kg": {"value": "7e1"}}, WEIGHT, "write a number with up to 6 digits", id="an exponent"),
        pytest.param({"weight_kg": {"value": "-70"}}, WEIGHT, "write a number with up to 6 digits", id="a sign"),
        pytest.param({"weight_kg": {"value": " 70"}}, WEIGHT, "write a number with up to 6 digits", id="a space"),
        pytest.param({"weight_kg": {"value": "70\n"}}, WEIGHT, "write a number with up to 6 digits", id="a line end"),
        pytest.param({"weight_kg": {"value": "70\x00"}}, WEIGHT, "write a number with up to 6 digits", id="a NUL byte"),
        pytest.param({"weight_kg": {"value": "٧٠"}}, WEIGHT, "write a number with up to 6 digits", id="other digits"),
        pytest.param({"weight_kg": {"value": "NaN"}}, WEIGHT, "write a number with up to 6 digits", id="not a number"),
        pytest.param({"weight_kg": {"value": "Infinity"}}, WEIGHT, "write a number with up to 6 digits", id="infinity"),
        pytest.param({"weight_kg": {"value": "<70"}}, WEIGHT, "write a number with up to 6 digits", id="below a limit"),
        pytest.param({"weight_kg": {"value": "70 kg"}}, WEIGHT, "write a number with up to 6 digits", id="a unit in the number"),
        pytest.param({"weight_kg": {"value": "70.00001"}}, WEIGHT, "write a number with up to 6 digits", id="five decimals"),
        pytest.param({"weight_kg": {"value": "1234567"}}, WEIGHT, "write a number with up to 6 digits", id="seven digits"),
        pytest.param({"weight_kg": {"value": "unknown"}}, WEIGHT, "write a number with up to 6 digits", id="unknown as a number"),
        pytest.param({"weight_kg": {"value": "7" * 1_000_000}}, WEIGHT, "write a number with up to 6 digits", id="a megabyte of digits"),
        pytest.param({"weight_kg": {"value": "700"}}, WEIGHT, "weight kg 700 kg is impossible: it must be between 20 and 300 kg. Check the number and its unit", id="impossible"),
        pytest.param({"weight_kg": {"value": "19.9"}}, WEIGHT, "is impossible", id="impossibly light"),
        pytest.param({"weight_kg": {"value": "20", "unit": "[lb_av]"}}, WEIGHT, "weight kg 9.07184 kg is impossible", id="kilograms entered as pounds"),
        pytest.param({"weight_kg": {"value": "70", "unit": "g"}}, WEIGHT, "'g' is not a unit of weight kg; use one of: kg, [lb_av]", id="a foreign unit"),
        pytest.param({"weight_kg": {"value": "70", "unit": 1}}, WEIGHT, "unit and source must be text", id="a unit that is no text"),
        pytest.param({"height_cm": {"value": "1.70"}}, "facts.height_cm", "is a whole number, not 1.7", id="metres entered as centimetres"),
        pytest.param({"red": {"value": "true"}}, "facts.red", "is true or false; if nobody knows, write status not_known", id="yes as text"),
        pytest.param({"red": {"value": "unknown"}}, "facts.red", "write status not_known", id="unknown as yes or no"),
        pytest.param({"red": {"value": 1}}, "facts.red", "is true or false", id="1 for yes"),
        pytest.param({"red": {"value": None}}, "facts.red", "is true or false", id="null for yes"),
        pytest.param({"red": {"value": True, "unit": "kg"}}, "facts.red", "red has no unit; leave 'kg' out", id="a unit of a yes"),
        pytest.param({"itch": {"value": "unknown"}}, "facts.itch", "is one of better, same, worse; if nobody knows, write status not_known", id="unknown as a choice"),
        pytest.param({"itch": {"value": "Better"}}, "facts.itch", "is one of better, same, worse", id="a choice in capitals"),
        pytest.param({"itch": {"value": ["better"]}}, "facts.itch", "is one of", id="a list for a choice"),
        pytest.param({"medications": {"value": "soap"}}, "facts.medications", "is a list of these, each once: soap, oil", id="text for a set"),
        pytest.param({"medications": {"value": ["wax"]}}, "facts.medications", "is a list of these", id="an unknown member"),
        pytest.param({"medications": {"value": ["soap", "soap"]}}, "facts.medications", "names one of its values twice", id="twice the same"),
        pytest.param({"medications": {"value": ["soap"] * 3}}, "facts.medications", "is a list of these", id="too many members"),
        pytest.param({"medications": {"value": [["soap"]]}}, "facts.medications", "is a list of these", id="a list in a list"),
        pytest.param({"itching_since": {"value": "2026-02-31"}}, "facts.itching_since", "write a date as 2026-01-31", id="no such day"),
        pytest.param({"itching_since": {"value": "2026-03-03"}}, "facts.itching_since", "2026-03-03 is after 2026-03-02, the day of this decision", id="since tomorrow"),
        pytest.param({"itching_since": {"value": "0026-03-01"}}, "facts.itching_since", "0026-03-01 is before 1900; correct the year", id="since the Romans"),
        pytest.param({"weight_kg": {"value": "70", "taken_on": "1899-12-31"}}, f"{WEIGHT}.taken_on", "1899-12-31 is before 1900", id="taken in another age"),
        pytest.param({"index": {"value": "24"}}, "facts.index", "is always worked out; give what it is worked out from", id="a value that is only worked out"),
        pytest.param({"colour": {"value": "red"}}, "facts.colour", "is not a fact of this guideline", id="an unknown key"),
        pytest.param({"heavy": {"value": True}}, "facts.heavy", "is not a fact of this guideline", id="a definition is no fact"),
        pytest.param({"k" * 5000: {"value": "1"}}, "facts." + "k" * 80, "is not a fact of this guideline", id="an endless key"),
        pytest.param({"weight_kg": "70"}, WEIGHT, 'must be {"value": …} or {"status": "not_known"}', id="a bare value"),
        pytest.param({"weight_kg": None}, WEIGHT, "must be", id="a bare null"),
        pytest.param({"weight_kg": {}}, WEIGHT, "needs a value", id="an empty entry"),
        pytest.param({"weight_kg": {"value": "70", "units": "kg"}}, f"{WEIGHT}.units", "is not known here; use value, unit, taken_on", id="a misspelt field"),
        pytest.param({"weight_kg": {"status": "unknown"}}, f"{WEIGHT}.status", 'can only be "not_known"; leave the fact out if nobody was asked', id="another status"),
        pytest.param({"weight_kg": {"status": "not_known", "value": "70"}}, f"{WEIGHT}.value", "is not known here", id="not known and a value"),
        pytest.param({"weight_kg": {"value": "70", "taken_on": "2026-03-03"}}, f"{WEIGHT}.taken_on", "2026-03-03 is after 2026-03-02", id="taken tomorrow"),
        pytest.param({"weight_kg": {"value": "70", "taken_on": "3/2/2026"}}, f"{WEIGHT}.taken_on", "write a date as", id="a date in another form"),
        pytest.param({"weight_kg": {"value": "70", "taken_on": None}}, f"{WEIGHT}.taken_on", "write a date as", id="a date that is null"),
        pytest.param({"weight_kg": {"value": "70", "upper_limit": "80"}}, f"{WEIGHT}.upper_limit", "has no upper limit in this guideline", id="an upper limit of a weight"),
        pytest.param({"marker": {"value": "30", "upper_limit": "400"}}, "facts.marker.upper_limit", "is impossible: it must be between 20 and 80", id="an impossible upper limit"),
        pytest.param({"marker": {"value": "30", "upper_limit": 40}}, "facts.marker.upper_limit", "write the number in quotes", id="a limit without quotes"),
        pytest.param({"marker": {"value": "30", "upper_limit": "40"}, "marker_limit": {"value": "50"}}, "facts.marker_limit", "disagrees with the upper limit given with marker", id="two limits"),
    ],
)  # fmt: skip
def test_a_bad_fact_is_refused_with_its_place(elbow: CompiledPackage, facts: Any, place: str, sentence: str) -> None:
    found = problems(file(facts), elbow)

    assert [p for p, _ in found] == [place]
    assert sentence in found[0][1]
    assert len(found[0][1]) < 400


@pytest.mark.parametrize(
    ("raw", "place", "sentence"),
    [
        pytest.param([], "file", "must hold one object", id="a list"),
        pytest.param(None, "file", "must hold one object", id="null"),
        pytest.param("x", "file", "must hold one object", id="text"),
        pytest.param({}, "as_of", "write a date as 2026-01-31", id="no day"),
        pytest.param({"as_of": "today"}, "as_of", "write a date as 2026-01-31", id="a word for the day"),
        pytest.param({"as_of": "9999-12-31"}, "as_of", "between 1900 and 2199", id="a day at the end of time"),
        pytest.param({"as_of": "0001-01-01"}, "as_of", "between 1900 and 2199", id="a day at its beginning"),
        pytest.param(file(patient="x"), "patient", "is not known here; use as_of, step, started_on, facts, history", id="an unknown part"),
        pytest.param(file(step="E7"), "step", "is none of this guideline's steps: E1, E2", id="an unknown step"),
        pytest.param(file(step=["E1"]), "step", "is none of this guideline's steps", id="a list of steps"),
        pytest.param(file(started_on="2026-01-01"), "started_on", "needs the step that was started", id="a start of nothing"),
        pytest.param(file(step="E1", started_on="2026-03-03"), "started_on", "is after 2026-03-02", id="a start tomorrow"),
        pytest.param(file(step="E1", started_on="0026-03-01"), "started_on", "is before 1900; correct the year", id="a start with a mistyped year"),
        pytest.param(file(history={"marker": [{"value": "30", "taken_on": "0026-03-01"}]}), "history.marker[0].taken_on", "is before 1900", id="a result with a mistyped year"),
        pytest.param(file(["weight_kg"]), "facts", "must be an object", id="facts as a list"),
        pytest.param(file(history=[]), "history", "must be an object", id="history as a list"),
        pytest.param(file(history={"colour": []}), "history.colour", "is not a fact of this guideline", id="history of nothing"),
        pytest.param(file(history={"red": []}), "history.red", "must be a list of at most 1000 results of a number", id="history of a yes"),
        pytest.param(file(history={"marker": [{}] * 1001}), "history.marker", "at most 1000 results", id="too long a history"),
        pytest.param(file(history={"marker": ["30"]}), "history.marker[0]", "needs value and taken_on", id="a bare result"),
        pytest.param(file(history={"marker": [{"value": "30"}]}), "history.marker[0]", "needs value and taken_on", id="a result without a day"),
        pytest.param(file(history={"marker": [{"value": 30, "taken_on": "2026-01-01"}]}), "history.marker[0]", "in quotes", id="a result without quotes"),
        pytest.param(file(history={"marker": [{"value": "30", "taken_on": "2027-01-01"}]}), "history.marker[0].taken_on", "is after", id="a result of next year"),
        pytest.param(file(history={"marker": [{"value": "30", "taken_on": "2026-01-01", "unit": 3}]}), "history.marker[0].unit", "must be text", id="a unit that is no text"),
        pytest.param(file(history={"marker": [{"value": "30", "taken_on": "2026-01-01", "note": "x"}]}), "history.marker[0].note", "is not known here", id="a note"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_its_place(elbow: CompiledPackage, raw: Any, place: str, sentence: str) -> None:
    assert any(p == place and sentence in message for p, message in problems(raw, elbow))


def test_nothing_happened_before_the_patient_was_born() -> None:
    dated = content()
    dated["facts"].append(fact("birth_date", "date"))
    facts = {
        "birth_date": {"value": "1980-05-17"},
        "weight_kg": {"value": "70", "taken_on": "1980-05-16"},
        "itching_since": {"value": "1979-01-01"},
        "height_cm": {"value": "170", "taken_on": "1980-05-17"},
    }

    found = problems(file(facts, step="E1", started_on="1908-02-01"), small(dated))

    sentence = "is before the birth date, 1980-05-17"
    assert found == [
        ("started_on", f"1908-02-01 {sentence}"),
        ("facts.weight_kg.taken_on", f"1980-05-16 {sentence}"),
        ("facts.itching_since", f"1979-01-01 {sentence}"),
    ]


def test_all_problems_come_at_once_up_to_fifty(elbow: CompiledPackage) -> None:
    two = problems(file({"weight_kg": {"value": "x"}, "red": {"value": "x"}}), elbow)
    many = problems(file({f"key_{n}": {} for n in range(500)}), elbow)

    assert [place for place, _ in two] == ["facts.weight_kg", "facts.red"]
    assert len(many) == 50


def test_a_value_keeps_what_was_typed(elbow: CompiledPackage) -> None:
    facts = read_facts(file({"weight_kg": {"value": "154", "unit": "[lb_av]", "taken_on": "2026-03-01"}}), elbow)

    known = facts.states["weight_kg"]

    assert isinstance(known, Known)
    assert (known.value, known.typed, known.unit) == (Decimal("69.853168"), "154", "[lb_av]")
    assert known.taken_on == date(2026, 3, 1)


def test_a_value_is_of_the_day_of_the_decision_unless_it_says_otherwise(elbow: CompiledPackage) -> None:
    known = read_facts(file({"red": {"value": True}}), elbow).states["red"]

    assert isinstance(known, Known)
    assert known.taken_on == date.fromisoformat(AS_OF)


def test_not_known_is_an_answer_and_silence_is_not(elbow: CompiledPackage) -> None:
    facts = read_facts(file({"red": {"status": "not_known"}}), elbow)

    assert facts.states["red"] is NotKnown
    assert (state_of(facts, "red"), state_of(facts, "dry")) == ("not_known", "not_asked")


@pytest.mark.parametrize(
    ("taken_on", "state"), [("2025-12-02", "known"), ("2025-12-01", "stale")], ids=["90 days old", "91 days old"]
)
def test_a_value_older_than_its_maximum_age_is_unknown_and_still_shown(
    elbow: CompiledPackage, taken_on: str, state: str
) -> None:
    facts = read_facts(file({"weight_kg": {"value": "70", "taken_on": taken_on}}), elbow)

    assert state_of(facts, "weight_kg") == state
    if state == "stale":
        stale = facts.states["weight_kg"]
        assert isinstance(stale, Unknown) and stale.last is not None
        assert stale.last.value == Decimal(70)
        assert Resolved(elbow, facts)["weight_kg"] is None


def test_an_unusual_value_is_possible_and_questioned(elbow: CompiledPackage) -> None:
    weight = elbow.facts["weight_kg"]

    assert [is_implausible(weight, Decimal(kg)) for kg in (34, 35, 200, 201)] == [True, False, False, True]
    assert isinstance(read_facts(file({"weight_kg": {"value": "34"}}), elbow).states["weight_kg"], Known)


def test_a_result_brings_its_upper_limit_and_a_limit_serves_the_result(elbow: CompiledPackage) -> None:
    with_result = read_facts(file({"marker": {"value": "30", "upper_limit": "40"}}), elbow)
    beside = read_facts(file({"marker": {"value": "30"}, "marker_limit": {"value": "50"}}), elbow)

    assert Resolved(elbow, with_result)["marker_limit"] == 40
    assert Resolved(elbow, beside).facts.history_of("marker")[-1].upper_limit == 50


def test_the_newest_result_stands_in_for_a_value_nobody_gave(elbow: CompiledPackage) -> None:
    history = {"marker": [
        {"value": "31", "taken_on": "2026-02-20", "upper_limit": "40"}, {"value": "30", "taken_on": "2026-01-20", "upper_limit": "40"},
    ]}  # fmt: skip

    facts = read_facts(file(history=history), elbow)

    assert Resolved(elbow, facts)["marker"] == 31
    assert [result.value for result in facts.history_of("marker")] == [30, 31]


def test_a_value_that_its_own_inputs_contradict_is_refused(elbow: CompiledPackage) -> None:
    raw = file({"weeks_on_step": {"value": "9"}}, step="E1", started_on="2026-02-02")

    assert problems(raw, elbow) == [
        ("facts.weeks_on_step", "disagrees with the facts it follows from, which give 4; correct one of them")
    ]


def test_a_default_that_is_contradicted_is_none(elbow: CompiledPackage) -> None:
    facts = read_facts(file({"weeks_at_target": {"value": "2"}}, step="E1", started_on="2026-02-02"), elbow)

    assert Resolved(elbow, facts)["weeks_at_target"] == 2


def test_facts_read_from_json_text_are_the_same(elbow: CompiledPackage) -> None:
    raw = file({"weight_kg": {"value": "70"}, "medications": {"value": ["oil", "soap"]}})

    assert read_facts(json.loads(json.dumps(raw)), elbow) == read_facts(raw, elbow)


@pytest.mark.parametrize(("days", "weeks"), [(0, 0), (1, 1), (7, 1), (8, 2), (60, 9)])
def test_a_week_on_hold_that_was_begun_counts_in_full(days: int, weeks: int) -> None:
    raw = file(step="E1", started_on="2026-01-01", days_held=days)

    assert read_facts(raw, small()).weeks_on_hold == weeks


@pytest.mark.parametrize("days", [-1, 61, "3", True, None, 1.5])
def test_days_on_hold_are_a_whole_number_that_fits_since_the_step_was_started(days: object) -> None:
    with pytest.raises(FactsRefused, match="days_held"):
        read_facts(file(step="E1", started_on="2026-01-01", days_held=days), small())


def test_without_a_start_nothing_was_on_hold() -> None:
    with pytest.raises(FactsRefused, match="days_held"):
        read_facts(file(days_held=1), small())
