"""The facts form, read: nothing is guessed, an empty box is no answer, and what is unusual is asked about again."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict

from guidelines.engine.compiled import CompiledPackage
from guidelines.guideline_file import read_guideline_file
from patients.forms.answers import AnswersForm, UnknownField, read_answers

TODAY = date(2026, 3, 2)
FIXTURE = Path(__file__).parent.parent / "guidelines" / "fixtures" / "itching-elbow.yaml"


@pytest.fixture(scope="module")
def compiled() -> CompiledPackage:
    return read_guideline_file(FIXTURE)


def sent(**fields: Any) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, value in fields.items():
        query.setlist(name.replace("__", "-"), value if isinstance(value, list) else [value])
    return query


def read(compiled: CompiledPackage, stored: dict[str, Any] | None = None, **fields: Any) -> AnswersForm:
    return read_answers(sent(**fields), compiled, stored=stored or {}, as_of=TODAY)


def test_a_number_keeps_what_was_typed_with_its_unit_and_day(compiled: CompiledPackage) -> None:
    form = read(
        compiled, shown="weight_kg", fact__weight_kg="140", unit__weight_kg="[lb_av]", on__weight_kg="2026-02-20"
    )

    assert form.is_valid
    assert form.answers["weight_kg"] == {"value": "140", "unit": "[lb_av]", "taken_on": "2026-02-20"}


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        pytest.param("62,5", "comma", id="a decimal comma is never guessed"),
        pytest.param("6e2", "number", id="no exponent"),
        pytest.param("-4", "number", id="no minus"),
        pytest.param("700", "impossible", id="outside the possible range"),
        pytest.param("9" * 5000, "number", id="a very long number"),
    ],
)
def test_what_cannot_be_a_value_is_refused_with_a_sentence(compiled: CompiledPackage, typed: str, part: str) -> None:
    form = read(compiled, shown="weight_kg", fact__weight_kg=typed)

    assert part in form.errors["weight_kg"]
    assert "weight_kg" not in form.answers
    assert len(form.errors["weight_kg"]) < 400


def test_an_unusual_value_is_kept_only_when_it_is_confirmed(compiled: CompiledPackage) -> None:
    asked = read(compiled, shown="weight_kg", fact__weight_kg="35")
    confirmed = read(compiled, shown="weight_kg", fact__weight_kg="35", sure__weight_kg="1")

    assert "unusual" in asked.to_confirm["weight_kg"]
    assert "weight_kg" not in asked.answers
    assert confirmed.answers["weight_kg"]["value"] == "35"


def test_not_known_is_an_answer_and_an_empty_box_is_none(compiled: CompiledPackage) -> None:
    form = read(compiled, shown=["pregnant", "itch", "weight_kg"], fact__pregnant="not_known", unknown__weight_kg="1")

    assert form.answers == {"pregnant": {"status": "not_known"}, "weight_kg": {"status": "not_known"}}


def test_a_value_and_not_known_together_are_refused(compiled: CompiledPackage) -> None:
    form = read(compiled, shown="weight_kg", fact__weight_kg="62", unknown__weight_kg="1")

    assert "not both" in form.errors["weight_kg"]


def test_none_of_these_is_an_empty_list_and_not_a_missing_answer(compiled: CompiledPackage) -> None:
    none = read(compiled, shown="medications", fact__medications=["none_of_these"])
    both = read(compiled, shown="medications", fact__medications=["none_of_these", "soother"])

    assert none.answers["medications"]["value"] == []
    assert "not both" in both.errors["medications"]


def test_an_upper_limit_needs_its_result(compiled: CompiledPackage) -> None:
    alone = read(compiled, shown="itch_marker", limit__itch_marker="40")
    beside = read(compiled, shown="itch_marker", fact__itch_marker="30", limit__itch_marker="40")

    assert "upper limit" in alone.errors["itch_marker"]
    assert beside.answers["itch_marker"]["upper_limit"] == "40"


def test_an_answer_taken_back_is_a_change(compiled: CompiledPackage) -> None:
    stored = {"itch": {"value": "mild", "taken_on": "2026-03-02"}}

    form = read(compiled, stored, shown="itch", fact__itch="")

    assert form.changes(stored) == {"itch": None}


def test_an_empty_box_leaves_a_value_that_is_too_old_alone(compiled: CompiledPackage) -> None:
    stored = {"weight_kg": {"value": "62", "unit": "kg", "taken_on": "2025-03-02"}}

    form = read(compiled, stored, shown="weight_kg", fact__weight_kg="")

    assert form.changes(stored) == {}


MARKER_OF_FEBRUARY = {"itch_marker": {"value": "30", "unit": "U/L", "taken_on": "2026-02-20"}}


def marker(compiled: CompiledPackage, value: str, on: str = "2026-02-20", **more: Any) -> AnswersForm:
    typed = {"fact__itch_marker": value, "unit__itch_marker": "U/L", "on__itch_marker": on}
    return read(compiled, MARKER_OF_FEBRUARY, shown="itch_marker", **typed, **more)


def test_another_value_beside_the_old_day_is_asked_about_and_not_saved(compiled: CompiledPackage) -> None:
    form = marker(compiled, "90")

    assert form.to_date == {"itch_marker": (date(2026, 2, 20), TODAY)}
    assert not form.is_valid
    assert form.changes(MARKER_OF_FEBRUARY) == {}


@pytest.mark.parametrize(
    ("said", "day"), [("new", "2026-03-02"), ("correction", "2026-02-20")], ids=["a new result", "a correction"]
)
def test_what_is_said_about_another_value_gives_its_day(compiled: CompiledPackage, said: str, day: str) -> None:
    form = marker(compiled, "90", dated__itch_marker=said)

    assert form.is_valid
    assert form.answers["itch_marker"] == {"value": "90", "unit": "U/L", "taken_on": day}
    assert form.typed["itch_marker"].taken_on == day


@pytest.mark.parametrize(
    ("value", "on"),
    [
        pytest.param("30", "2026-02-20", id="the same value"),
        pytest.param("30.0", "2026-02-20", id="the same value written otherwise"),
        pytest.param("90", "2026-02-27", id="another value with its own day"),
        pytest.param("90", "2026-03-02", id="another value of today"),
        pytest.param("30", "2026-02-27", id="another day for the same value"),
    ],
)
def test_nothing_is_asked_where_the_day_is_plain(compiled: CompiledPackage, value: str, on: str) -> None:
    form = marker(compiled, value, on)

    assert form.is_valid
    assert form.answers["itch_marker"]["taken_on"] == on


def test_a_changed_choice_beside_the_old_day_is_asked_about_too(compiled: CompiledPackage) -> None:
    stored = {"pregnant": {"value": False, "taken_on": "2026-02-27"}}

    form = read(compiled, stored, shown="pregnant", fact__pregnant="true", on__pregnant="2026-02-27")

    assert "pregnant" in form.to_date
    assert form.changes(stored) == {}


def test_an_unusual_value_beside_the_old_day_is_asked_about_both(compiled: CompiledPackage) -> None:
    stored = {"weight_kg": {"value": "62", "unit": "kg", "taken_on": "2026-02-20"}}
    typed = {"shown": "weight_kg", "fact__weight_kg": "35", "unit__weight_kg": "kg", "on__weight_kg": "2026-02-20"}

    asked = read(compiled, stored, **typed)
    half = read(compiled, stored, **typed, sure__weight_kg="1")
    both = read(compiled, stored, **typed, sure__weight_kg="1", dated__weight_kg="new")

    assert asked.to_confirm and asked.to_date
    assert half.to_date and half.changes(stored) == {}
    assert both.answers["weight_kg"]["taken_on"] == "2026-03-02"


def test_a_value_taken_back_leaves_its_day_to_no_other(compiled: CompiledPackage) -> None:
    form = marker(compiled, "")

    assert form.changes(MARKER_OF_FEBRUARY) == {"itch_marker": None}
    assert form.typed["itch_marker"].taken_on == "2026-03-02"


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"shown": "nonsense", "fact__nonsense": "1"}, id="a fact nobody declared"),
        pytest.param({"fact__weight_kg": "62"}, id="a question the page did not show"),
        pytest.param({"shown": "elbow_index", "fact__elbow_index": "20"}, id="a fact that is worked out"),
    ],
)
def test_a_field_no_page_of_ours_sends_is_refused(compiled: CompiledPackage, fields: dict[str, str]) -> None:
    with pytest.raises(UnknownField):
        read(compiled, **fields)
