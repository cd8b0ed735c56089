"""The lines that are drawn are those the rules of the version read: no number is written down a second time."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from guidelines.engine.compiled import CompiledPackage, Rule, compile_package
from guidelines.engine.content import Package
from guidelines.engine.operators import Result
from patients.following.thresholds import Latest, Threshold, thresholds_of
from patients.presentation.result_lines import multiple
from tests.factories_guidelines import itching_elbow
from tests.patients.plan_samples import guideline

DAY = date(2026, 3, 2)


def known(compiled: CompiledPackage, given: dict[str, Any] | None = None, **values: str) -> Latest:
    results = {key: (Result(Decimal(value), DAY, None),) for key, value in values.items()}
    return Latest(compiled, results, {"started_on": None, "as_of": DAY, "current_step": "none"} | (given or {}))


def rules(compiled: CompiledPackage, *keys: str) -> list[Rule]:
    return [compiled.rules[key] for key in keys]


def elbow_with(when: str, **more: Any) -> CompiledPackage:
    """The small guideline with another condition of its threshold."""
    package = itching_elbow()
    changed = [
        rule.model_copy(update={"when": when, **more}) if rule.key == "CAL-W-MARK" else rule
        for rule in package.safety_rules
    ]
    return compile_package(Package.model_validate({**dict(package), "safety_rules": changed}))


def read(when: str, given: dict[str, Any] | None = None, **values: str) -> dict[str, tuple[Threshold, ...]]:
    compiled = elbow_with(when)
    return dict(thresholds_of(compiled, rules(compiled, "CAL-W-MARK"), known(compiled, given, **values)))


def test_a_multiple_of_the_upper_limit_moves_with_the_limit_of_each_result() -> None:
    found = read("itch_marker > 3 * itch_marker_limit")["itch_marker"][0]

    nothing = known(guideline())
    assert found.low is not None and found.low.words == "3 × limit"
    assert [found.low.at(nothing, limit) for limit in (Decimal(40), Decimal(50), None)] == [120, 150, None]


@pytest.mark.parametrize(("value", "is_over"), [("120", False), ("120.1", True), ("119.9", False)])
def test_just_at_the_edge_is_not_above_it(value: str, is_over: bool) -> None:
    found = read("itch_marker > 3 * itch_marker_limit")["itch_marker"][0]

    assert found.holds(Decimal(value), known(guideline()), Decimal(40)) is is_over


def test_without_an_upper_limit_nothing_is_called_over_it() -> None:
    found = read("itch_marker > 3 * itch_marker_limit")["itch_marker"][0]

    assert not found.holds(Decimal(9999), known(guideline()), None)


def test_a_band_has_both_edges_and_holds_only_between_them() -> None:
    band = read("itch_marker >= 30 and itch_marker < 60")["itch_marker"][0]

    states = [band.holds(Decimal(value), known(guideline()), None) for value in ("29.9", "30", "59.9", "60")]
    assert states == [False, True, True, False]


def test_each_fact_of_alternatives_has_its_own_line() -> None:
    assert set(read("itch_marker < 3.5 or height_cm < 140")) == {"itch_marker", "height_cm"}


def test_what_stands_under_a_not_is_no_line() -> None:
    found = read("itch_marker > 10 and not itch_marker > 50")

    assert [bound.words for bound in found["itch_marker"][0].bounds] == ["10"]


def test_a_line_for_other_people_is_left_out() -> None:
    when = '(itch == "mild" and itch_marker > 10) or (itch == "severe" and itch_marker > 20)'

    found = read(when, {"itch": "severe"})

    assert [one.low.words for one in found["itch_marker"] if one.low] == ["20"]


def test_while_it_is_not_known_whom_it_concerns_a_line_is_drawn() -> None:
    assert len(read('itch == "mild" and itch_marker > 10')["itch_marker"]) == 1


def test_a_percentage_of_the_baseline_is_where_the_baseline_puts_it() -> None:
    compiled = guideline()
    results = {"creatinine_mg_dl": (Result(Decimal("0.9"), DAY, None), Result(Decimal("1.2"), DAY, None))}
    now = Latest(compiled, results, {"started_on": None})

    found = thresholds_of(compiled, rules(compiled, "MTX-W-CREAT30"), now)["creatinine_mg_dl"][0]

    assert found.low is not None
    assert found.low.at(now, None) == Decimal("1.17")
    assert found.holds(Decimal("1.18"), now, None) and not found.holds(Decimal("1.17"), now, None)


def test_what_a_rule_asks_for_says_how_a_result_is_marked() -> None:
    compiled = guideline()
    keys = ("MTX-B-CBC", "MTX-W-ALB", "MTX-W-MCV")

    found = thresholds_of(compiled, rules(compiled, *keys), known(compiled))

    assert [found[fact][0].level for fact in ("wbc", "albumin_g_dl", "mcv")] == ["stop", "caution", "note"]


def test_every_threshold_of_the_shipped_guideline_that_compares_a_result_has_a_line() -> None:
    """Generated from the content: a new rule is covered without a test of its own."""
    compiled = guideline()
    in_tests = {key for test in compiled.package.tests for key in test.facts if compiled.facts[key].type == "number"}

    without = []
    for rule in compiled.rules.values():
        when = re.sub(r"not \([^()]*\)", "", rule.rule.when)
        reads = {key for key in in_tests if f"{key} >" in when or f"{key} <" in when}
        drawn = thresholds_of(compiled, [rule], known(compiled))
        if rule.rule.severity != "note" and not reads <= set(drawn):
            without.append((rule.rule.key, reads - set(drawn)))

    assert without == []


def test_a_line_for_the_start_of_a_drug_is_not_drawn_once_it_is_taken() -> None:
    when = "starting and itch_marker > 10"

    assert "itch_marker" not in read(when, {"starting:calmine": False})
    assert "itch_marker" in read(when)


@pytest.mark.parametrize(
    ("value", "times"),
    [
        ("135", "3.4"),
        ("120", "3"),
        ("120.1", "just over 3"),
        ("120.4", "3.01"),
        ("119.9", "just under 3"),
        ("52", "1.3"),
    ],
)
def test_a_multiple_is_written_short_but_never_onto_a_whole_one_it_is_not(value: str, times: str) -> None:
    assert multiple(Decimal(value), Decimal(40)) == times
