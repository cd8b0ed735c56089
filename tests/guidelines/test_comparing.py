"""Two contents side by side: whatever differs is shown, with how much."""

import copy
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from guidelines.comparing.amounts import amount_change, days_change, interval_change
from guidelines.comparing.pathway import pathway_rows
from guidelines.comparing.whole import Comparison, EntryDifference, compare
from guidelines.engine.compiled import ContentError, compile_package
from guidelines.engine.content import Package
from guidelines.engine.lint import Finding
from guidelines.engine.values import Interval
from guidelines.models import Level
from guidelines.reviewing.page import Shown, ShownPart
from tests.factories_guidelines import itching_elbow
from tests.guidelines.compared import Raw, changed, elbow


def differences(change: Callable[[Raw], object]) -> Comparison:
    return compare(elbow(), changed(change))


def only(comparison: Comparison) -> EntryDifference:
    (entry,) = comparison.entries
    return entry


def told(entry: EntryDifference) -> dict[str, str]:
    """The rows that changed: by how much, or the old and the new."""
    return {row.label: row.change or f"{row.before} → {row.after}" for row in entry.rows if row.is_changed}


@pytest.mark.parametrize(
    ("old", "new", "unit", "words"),
    [
        pytest.param("15", "20", "mg/m²", "15 → 20 mg/m², +33 %", id="a third more"),
        pytest.param("20", "15", "mg", "20 → 15 mg, −25 %", id="a quarter less"),
        pytest.param("100", "100.5", "mg", "100 → 100.5 mg, +0.5 %", id="little is told with a decimal"),
        pytest.param("10000", "10001", "mg", "10000 → 10001 mg, + less than 0.1 %", id="never called no change"),
        pytest.param("0", "5", "mg", "0 → 5 mg", id="nothing has no percent"),
        pytest.param("0.1", "0.3", "mg/kg", "0.1 → 0.3 mg/kg, +200 %", id="exact"),
    ],
)
def test_a_changed_amount_says_how_much(old: str, new: str, unit: str, words: str) -> None:
    assert amount_change(Decimal(old), Decimal(new), unit).replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param("4 wk", "6 wk", "4 weeks → 6 weeks, 50 % later", id="later"),
        pytest.param("6 wk", "4 wk", "6 weeks → 4 weeks, 33 % earlier", id="earlier"),
        pytest.param("14 d", "2 wk", "14 days → 2 weeks, the same time", id="another unit, the same time"),
        pytest.param("12 mo", "2 a", "12 months → 2 years, 100 % later", id="months and years"),
        pytest.param("4 wk", "3 mo", "4 weeks → 3 months, later", id="weeks and months have no percent"),
        pytest.param("30 d", "1 mo", "30 days → 1 month", id="nearly the same is not called longer"),
        pytest.param("0 d", "5 d", "0 days → 5 days, later", id="from at once"),
    ],
)
def test_a_changed_interval_says_how_much_later(old: str, new: str, words: str) -> None:
    assert interval_change(Interval.parse(old), Interval.parse(new)).replace("\u00a0", " ") == words


def test_days_are_told_as_weeks_where_they_are_whole_ones() -> None:
    assert days_change(14, 21).replace("\u00a0", " ") == "2 weeks → 3 weeks, 50 % later"


def test_the_same_content_has_no_differences() -> None:
    comparison = compare(elbow(), elbow())

    assert (comparison.count, comparison.pathway, comparison.touches) == (0, (), Level.EDITORIAL)


def test_a_changed_dose_is_told_with_its_unit_its_period_and_how_much() -> None:
    entry = only(differences(lambda raw: raw["regimens"][0].update(max="0.3")))

    assert told(entry) == {"Maximum": "0.2 → 0.3\u00a0mg/kg a week, +50\u00a0%"}
    assert (entry.is_weekly, entry.what) == (True, "Maximum changed")
    assert {row.label for row in entry.fields} >= {"Minimum", "Start", "Maximum"}  # what stayed is the context


def test_a_changed_unit_has_no_percent() -> None:
    def change(raw: Raw) -> None:
        raw["regimens"][1].update(unit="g")
        for product in raw["drugs"][1]["products"]:
            product["unit"] = "g"

    rows = told(next(entry for entry in differences(change).entries if entry.part == "regimens"))

    assert rows["Unit"] == "mg → g"
    row = next(row for row in only_regimen(change).rows if row.label == "Maximum")
    assert (row.before, row.after, row.change) == ("400\u00a0mg a day", "400\u00a0g a day", "")


def test_a_number_that_changed_with_its_unit_has_no_percent_either() -> None:
    def change(raw: Raw) -> None:
        raw["regimens"][1].update(unit="g", max="500")
        for product in raw["drugs"][1]["products"]:
            product["unit"] = "g"

    row = next(row for row in only_regimen(change).rows if row.label == "Maximum")

    assert row.change == f"{row.before} → {row.after}: the unit has changed"
    assert (row.before, row.after) == ("400\u00a0mg a day", "500\u00a0g a day")


def only_regimen(change: Callable[[Raw], object]) -> EntryDifference:
    return next(entry for entry in differences(change).entries if entry.part == "regimens")


def test_a_removed_limit_is_shown_whole_and_the_other_stays_the_same() -> None:
    entry = only(differences(lambda raw: raw["regimens"][0]["caps"].pop(0)))

    (row,) = [row for row in entry.rows if row.is_changed]
    assert "25\u00a0mg a week" in row.before
    assert row.after == ""


def test_a_changed_window_of_a_test_is_told_in_words() -> None:
    entry = only(differences(lambda raw: raw["monitoring"][1]["windows"][0].update(every="94 d")))

    assert told(entry) == {"Window: then every": "84 days → 94 days, 12\u00a0% later"}


def test_a_changed_condition_stands_in_english_on_both_sides() -> None:
    entry = only(differences(lambda raw: raw["safety_rules"][2].update(when="weight_kg < 30")))

    (row,) = entry.texts
    assert row.kind == "condition"
    assert row.before != row.after and "below 25" in row.before and "below 30" in row.after


def test_words_inside_a_statement_are_marked() -> None:
    entry = only(differences(lambda raw: raw["statements"][0].update(clinician="Start with much calmine.")))

    (row,) = entry.texts
    assert next(part for part in row.sides.after if part.state == "new").text.strip() == "much"
    assert all(part.state == "same" for part in row.sides.before)


def test_an_order_that_changed_is_shown_though_no_entry_did() -> None:
    """Of two ways out of a step, the first that is met is taken."""
    comparison = differences(lambda raw: raw["transitions"].reverse())

    entry = only(comparison)
    assert (entry.part, entry.state) == ("transitions", "moved")
    assert entry.moved.startswith("From place")


def test_added_and_removed_entries_are_shown_whole() -> None:
    def change(raw: Raw) -> None:
        raw["instructions"].pop()
        raw["override_reasons"].append({"key": "wish", "label": "The patient's wish"})
        raw["instructions"][0]["outranks"] = []

    states = {(entry.part, entry.key): entry for entry in differences(change).entries}

    assert states["instructions", "I-2"].state == "removed"
    assert [row.after for row in states["override_reasons", "wish"].rows] == ["The patient's wish"]
    assert {row.before for row in states["instructions", "I-2"].rows} >= {"Care for your skin."}


def leaves(raw: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(raw, dict):
        for key, value in raw.items():
            yield from leaves(value, (*path, key))
    elif isinstance(raw, list) and raw:
        for place, value in enumerate(raw):
            yield from leaves(value, (*path, place))
    else:
        yield path


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str) and value.replace(".", "", 1).isdigit():
        return str(Decimal(value) * 2)
    if isinstance(value, str) and value.endswith((" d", " wk", " mo", " a")):
        count, unit = value.split()
        return f"{int(count) + 7} {unit}"
    return f"{value} changed" if isinstance(value, str) else value


def test_whatever_is_changed_is_shown() -> None:
    """A reviewer approves what the comparison shows: every single value of the content, changed alone, must appear."""
    old, whole = elbow(), itching_elbow().model_dump(mode="json", by_alias=True)
    tried, hidden = 0, []
    for path in leaves(whole):
        raw = copy.deepcopy(whole)
        at: Any = raw
        for step in path[:-1]:
            at = at[step]
        before = at[path[-1]]
        at[path[-1]] = other(before)
        if at[path[-1]] == before or path[-1] in ("key", "slug"):
            continue
        try:
            new = compile_package(Package.model_validate(raw))
        except (ValidationError, ContentError):
            continue
        if new.content_hash == old.content_hash:
            continue
        tried += 1
        comparison = compare(old, new)
        if not any(row.is_changed for entry in comparison.entries for row in entry.rows):
            hidden.append(path)

    assert hidden == []
    assert tried > 150


def test_the_pathway_is_shown_only_where_it_changed() -> None:
    text = changed(lambda raw: raw["statements"][0].update(clinician="Start with much calmine."))
    way = changed(lambda raw: raw["transitions"][0].update(when="weight_kg > 90"))

    assert pathway_rows(elbow(), text) == ()
    rows = pathway_rows(elbow(), way)
    assert [row.state for row in rows if not row.is_step] == ["changed"] or {
        row.state for row in rows if not row.is_step
    } == {"gone", "new"}
    assert {row.state for row in rows if row.is_step} == {"same"}


@pytest.mark.parametrize(
    ("change", "touches"),
    [
        (lambda raw: raw["statements"][0].update(clinician="Start."), Level.EDITORIAL),
        (lambda raw: raw["monitoring"][0].update(required=False), Level.MONITORING),
        (lambda raw: raw["regimens"][0].update(start="0.16"), Level.DOSE),
        (lambda raw: raw["safety_rules"][0].update(severity="caution"), Level.SAFETY),
    ],
)
def test_the_most_that_a_change_may_mean_is_known(change: Callable[[Raw], object], touches: Level) -> None:
    assert differences(change).touches == touches


def test_what_a_test_patient_expects_is_told_in_words() -> None:
    def expect_otherwise(raw: Raw) -> None:
        expected = raw["cases"][0]["expected"]
        expected["doses"][0] |= {"start": "12.5", "tablets": ["calmine_2_5_mg_tablet 5"]}
        expected["stops"] = [raw["safety_rules"][0]["key"]]

    rows = told(only(differences(expect_otherwise)))
    words = " ".join(rows.values()).replace("\u00a0", " ")

    assert "10 → 12.5 mg a week, +25 %" in words
    assert "4 × tablet of 2.5 mg → 5 × tablet of 2.5 mg" in words
    assert itching_elbow().safety_rules[0].message.rstrip(".") in words


def test_the_test_patients_that_follow_from_a_change_are_folded_unless_one_of_them_blocks() -> None:
    changed_case = EntryDifference("cases", "V1", "changed", "Test patient", "An ordinary elbow")
    plain, fails = (
        Shown(changed_case, [], []),
        Finding("case_failing", "blocking", "cases.V1", "It comes out otherwise."),
    )

    assert not ShownPart("cases", "Test patients", [plain] * 3).is_folded
    assert ShownPart("cases", "Test patients", [plain] * 4).is_folded
    assert not ShownPart("regimens", "Regimens", [plain] * 4).is_folded
    assert not ShownPart("cases", "Test patients", [plain] * 4).is_open
    assert ShownPart("cases", "Test patients", [plain] * 3 + [Shown(changed_case, [], [fails])]).is_open
