"""Given beats derived, derived beats implied, implied beats the default; an unknown is never turned into a value."""

from typing import Any

import pytest

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.reading import read_facts
from guidelines.engine.resolve import Resolved
from tests.engine.small_guideline import AS_OF, NOT_KNOWN, content, fact, small


def resolved(compiled: CompiledPackage, step: str | None = None, **facts: Any) -> Resolved:
    entries = {key: value if isinstance(value, dict) else {"value": value} for key, value in facts.items()}
    return Resolved(compiled, read_facts({"as_of": AS_OF, "step": step, "facts": entries}, compiled))


@pytest.mark.parametrize(
    ("facts", "may_conceive", "expecting"),
    [
        pytest.param({}, None, None, id="nothing is known"),
        pytest.param({"male": True}, False, False, id="implied, and implied again"),
        pytest.param({"male": True, "may_conceive": True}, True, None, id="a given value beats an implied one"),
        pytest.param({"male": False}, None, None, id="a condition that is not met implies nothing"),
        pytest.param({"male": NOT_KNOWN}, None, None, id="an unknown condition implies nothing"),
        pytest.param({"may_conceive": False}, False, False, id="implied by a given value"),
        pytest.param({"may_conceive": False, "expecting": True}, False, True, id="given against what is implied"),
        pytest.param({"may_conceive": NOT_KNOWN, "male": True}, False, False, id="implied although nobody knew"),
    ],
)
def test_given_beats_implied(
    elbow: CompiledPackage, facts: dict[str, Any], may_conceive: bool | None, expecting: bool | None
) -> None:
    found = resolved(elbow, **facts)

    assert (found["may_conceive"], found["expecting"]) == (may_conceive, expecting)


@pytest.mark.parametrize(
    ("facts", "value"),
    [
        pytest.param({}, False, id="nobody was asked"),
        pytest.param({"lowering_wanted": True}, True, id="given"),
        pytest.param({"lowering_wanted": NOT_KNOWN}, None, id="asked, and nobody knows"),
    ],
)
def test_a_default_holds_only_as_long_as_nobody_was_asked(
    elbow: CompiledPackage, facts: dict[str, Any], value: bool | None
) -> None:
    assert resolved(elbow, **facts)["lowering_wanted"] is value


def test_a_derived_value_needs_all_it_is_derived_from(elbow: CompiledPackage) -> None:
    assert resolved(elbow, weight_kg="72.25", height_cm="170")["index"] == 25
    assert resolved(elbow, weight_kg="72.25")["index"] is None
    assert resolved(elbow, weight_kg="72.25", height_cm=NOT_KNOWN)["index"] is None


def test_a_definition_is_unknown_while_its_facts_are(elbow: CompiledPackage) -> None:
    assert resolved(elbow)["heavy"] is None
    assert resolved(elbow, weight_kg="101")["heavy"] is True


def test_starting_is_whatever_the_current_step_does_not_take(elbow: CompiledPackage) -> None:
    assert resolved(elbow)["starting:drops"] is True
    assert resolved(elbow, step="E1")["starting:drops"] is False
    assert resolved(elbow, step="E1")["starting:cream"] is True


def test_a_drug_that_may_be_taken_is_taken_perhaps() -> None:
    changed = content()
    changed["steps"][0]["takes"] = [{"drug": "drops", "when": "red"}]
    compiled = small(changed)

    assert resolved(compiled, step="E1").taken() == {"drops": None}
    assert resolved(compiled, step="E1")["starting:drops"] is None
    assert resolved(compiled, step="E1", red=False).taken() == {}


def test_the_facts_behind_a_condition_are_those_whose_answers_could_change_it(elbow: CompiledPackage) -> None:
    changed = content()
    changed["definitions"] += [
        {"key": "one", "text": "one", "formula": "red and expecting"},
        {"key": "two", "text": "two", "formula": 'index > 30 or met("DROPS-ALLERGY")'},
    ]
    compiled = small(changed)
    nothing, no_red = resolved(compiled), resolved(compiled, red=False)

    assert nothing.open_facts(compiled.definitions["one"]) == {"red", "expecting", "may_conceive", "male"}
    assert no_red.open_facts(compiled.definitions["one"]) == set()
    assert nothing.open_facts(compiled.definitions["two"]) == {"weight_kg", "height_cm", "allergic"}


@pytest.mark.parametrize(
    ("name", "entry", "place"),
    [
        pytest.param(
            "definitions",
            {"key": "loop", "text": "loop", "formula": "loop"},
            "definitions.loop",
            id="a definition of itself",
        ),
        pytest.param("facts", fact("loop", formula="not loop"), "facts.loop", id="a fact that follows from itself"),
        pytest.param(
            "facts",
            fact("loop", implied=[{"value": "true", "when": "loop"}]),
            "facts.loop",
            id="a fact that implies itself",
        ),
    ],
)
def test_what_follows_from_itself_is_refused(name: str, entry: dict[str, Any], place: str) -> None:
    changed = content()
    changed[name].append(entry)

    with pytest.raises(ValueError, match=f"{place}: follows from itself"):
        small(changed)


def test_a_circle_of_definitions_and_rules_is_refused() -> None:
    changed = content()
    changed["definitions"] += [
        {"key": "one", "text": "one", "formula": "two or red"},
        {"key": "two", "text": "two", "formula": 'met("DROPS-DRY")'},
    ]
    changed["safety_rules"][4]["when"] = "one"

    with pytest.raises(ValueError, match="follows from itself"):
        small(changed)


@pytest.mark.parametrize(
    ("otherwise", "shown"),
    [
        pytest.param({"E1": "E1"}, "steps.E1.otherwise: leads back to where it began: E1 → E1", id="to itself"),
        pytest.param({"E2": "E3", "E3": "E2"}, "leads back to where it began: E2 → E3 → E2", id="over another"),
    ],
)
def test_steps_that_lead_to_one_another_for_ever_are_refused(otherwise: dict[str, str], shown: str) -> None:
    changed = content()
    for step in changed["steps"]:
        step |= {"otherwise": otherwise[step["key"]]} if step["key"] in otherwise else {}

    with pytest.raises(ValueError, match=shown):
        small(changed)
