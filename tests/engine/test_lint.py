"""What the lint finds in a package that can be read, and what it finds in the shipped one."""

from typing import Any

import pytest

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Package
from guidelines.engine.lint import Finding, lint
from tests.engine.small_guideline import content, goes, regimen, step

CASE = {"key": "c", "title": "All unknown", "as_of": "2026-03-02", "expected": {"outcome": "ask"}}


def findings(changed: dict[str, Any]) -> list[Finding]:
    changed.setdefault("cases", [CASE])
    changed["regimens"] = [entry for entry in changed["regimens"] if entry["key"] != "pearls"]  # for other tests
    changed["drugs"] = [entry for entry in changed["drugs"] if entry["key"] != "pearls"]
    changed["definitions"] = []
    return lint(Package.model_validate(changed))


def test_a_guideline_that_is_fit_for_use_has_no_finding() -> None:
    assert findings(content()) == []


def test_the_shipped_guideline_has_nothing_that_blocks(shipped: CompiledPackage) -> None:
    assert [finding for finding in lint(shipped.package) if finding.severity == "blocking"] == []


def test_what_needs_a_clinician_is_said_of_every_marked_entry(shipped: CompiledPackage) -> None:
    warned = {finding.place for finding in lint(shipped.package) if finding.code == "needs_clinician"}

    assert {f"regimens.{r.key}" for r in shipped.package.regimens if {"GK", "CD"} & set(r.marks)} <= warned
    assert {f"transitions.{t.key}" for t in shipped.package.transitions if {"GK", "CD"} & set(t.marks)} <= warned


@pytest.mark.parametrize(
    ("name", "index", "change", "code", "place"),
    [
        ("", 0, {"review_by": None}, "review_date_missing", "review_by"),
        ("", 0, {"cases": []}, "cases_missing", "cases"),
        ("", 0, {"cases": [CASE | {"expected": {"outcome": "propose"}}]}, "case_failing", "cases.c"),
        ("steps", 5, {"refers_to": None}, "dead_end", "steps.E8"),
        ("steps", 0, {"otherwise": None}, "dead_end", "steps.E1"),
        ("steps", 4, {"otherwise": None}, "dead_end", "steps.E5"),
        ("regimens", 0, {"caps": []}, "missing_cap", "regimens.drops"),
        ("safety_rules", 1, {"when": "is_unknown(red)"}, "unknown_tested_in_stop", "safety_rules.DROPS-INFECTED"),
        ("transitions", 2, {"when": "infected or is_unknown(red)"}, "unknown_tested_in_stop", "transitions.E1-intolerance"),
        ("statements", 0, {"citations": [{"reference": "R9"}]}, "dangling_citation", "statements.T1"),
        ("statements", 0, {"conflicts": ["C9"]}, "dangling_citation", "statements.T1"),
        ("safety_rules", 1, {"conflicts": ["C9"]}, "dangling_citation", "safety_rules.DROPS-INFECTED"),
        ("regimens", 0, {"conflicts": ["C9"]}, "dangling_citation", "regimens.drops"),
        ("monitoring", 0, {"conflicts": ["C9"]}, "dangling_citation", "monitoring.MON-1"),
        ("steps", 0, {"conflicts": ["C9"]}, "dangling_citation", "steps.E1"),
        ("safety_rules", 1, {"cites": ["R9"]}, "dangling_citation", "safety_rules.DROPS-INFECTED"),
        ("options", 0, {"supports": ["X9"]}, "dangling_citation", "options.E1-drops"),
        ("statements", 0, {"citations": [], "clinician": "Give 20 drops."}, "uncited_number", "statements.T1"),
        ("statements", 0, {"plain": None}, "plain_wording_missing", "statements.T1"),
        ("safety_rules", 0, {"when": "is_unknown(not_an_elbow)", "kind": "contraindication", "severity": "note"}, None, ""),
    ],
)  # fmt: skip
def test_a_poor_guideline_is_told_why(
    name: str, index: int, change: dict[str, Any], code: str | None, place: str
) -> None:
    changed = content()
    (changed[name][index] if name else changed).update(change)

    found = [(finding.code, finding.severity, finding.place) for finding in findings(changed)]

    assert ((code, "blocking", place) in found) if code else not any(c == "unknown_tested_in_stop" for c, _, _ in found)


@pytest.mark.parametrize(
    ("name", "change", "place"),
    [
        ("", {"plain_disclaimer": None}, "disclaimer"),
        ("conflicts", {"plain": None}, "conflicts.C1"),
        ("regimens", {"plain": None}, "regimens.drops"),
        ("safety_rules", {"plain": None}, "safety_rules.G-OUT"),
        ("monitoring", {"plain": None}, "monitoring.MON-1"),
        ("steps", {"plain": None}, "steps.E1"),
        ("steps", {"actions": [{"key": "rest", "text": "Rest."}]}, "steps.E1.actions.rest"),
        ("transitions", {"plain": None}, "transitions.URGENT"),
        ("sections", {"plain_title": None}, "sections.treatment"),
    ],
)
def test_a_text_that_patients_read_wants_plain_words(name: str, change: dict[str, Any], place: str) -> None:
    changed = content()
    changed["conflicts"] = [
        {"key": "C1", "text": "They differ.", "certainty": "Sure", "evidence": "Both.", "plain": "So."}
    ]
    changed["statements"][0]["conflicts"] = ["C1"]
    (changed[name][0] if name else changed).update(change)

    assert [(f.code, f.severity, f.place) for f in findings(changed)] == [("plain_missing", "warning", place)]


def test_a_step_nobody_can_reach_is_found() -> None:
    changed = content()
    changed["steps"].append(step("E7", otherwise="E9"))

    assert [(f.code, f.place) for f in findings(changed)] == [("unreachable_step", "steps.E7")]


def test_a_reason_stands_in_for_a_missing_limit() -> None:
    changed = content()
    changed["regimens"][0] |= {"caps": [], "no_cap_because": "Water."}

    assert findings(changed) == []


def test_a_guideline_that_proposes_without_knowing_anything_is_found() -> None:
    changed = content()
    changed["safety_rules"] = []
    changed["transitions"] = [t for t in changed["transitions"] if t["key"] not in ("URGENT", "CHOOSING")]
    changed["transitions"].append(goes("E1-never", "E1", "E8", "alarm"))
    changed["regimens"][0] = regimen("drops", "drops")

    assert ("unknown_not_asked", "entry_step") in [(f.code, f.place) for f in findings(changed)]


def test_a_guideline_that_cannot_run_is_told_why_and_what_else_is_wrong() -> None:
    changed = content()
    changed["safety_rules"][1]["when"] = "infection"
    changed["safety_rules"][4]["when"] = "weight_kg > height_cm"
    changed["review_by"] = None

    assert [(f.code, f.severity, f.place) for f in findings(changed)] == [
        ("unknown_fact", "blocking", "safety_rules.DROPS-INFECTED"),
        ("unit_mismatch", "blocking", "safety_rules.DROPS-DRY"),
        ("review_date_missing", "blocking", "review_by"),
    ]


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ("infection", "unknown_fact"),
        ('weight_kg > "heavy"', "type_mismatch"),
        ("weight_kg", "type_mismatch"),
        ('itch == "awful"', "type_mismatch"),
        ("weight_kg > height_cm", "unit_mismatch"),
        ("red or min(weight_kg, height_cm) > marker", "unit_mismatch"),
        ("infected and", "cannot_run"),
    ],
)
def test_what_cannot_run_is_told_by_its_kind(when: str, code: str) -> None:
    changed = content()
    changed["safety_rules"][1]["when"] = when

    assert [(f.code, f.place) for f in findings(changed)] == [(code, "safety_rules.DROPS-INFECTED")]


def test_blocking_findings_come_first() -> None:
    changed = content()
    changed["regimens"][0] |= {"caps": [], "marks": ["CD"]}

    assert [f.severity for f in findings(changed)] == ["blocking", "warning"]


def with_exits(*exits: tuple[str, str]) -> dict[str, Any]:
    changed = content()
    changed["transitions"] = [t for t in changed["transitions"] if t.get("source") != "E1"]
    changed["transitions"] += [
        goes(f"E1-{n}", "E1", target, when, cites=["R1"]) for n, (target, when) in enumerate(exits)
    ]
    changed["transitions"].append(goes("E2-E3", "E2", "E3", "done"))
    return changed


@pytest.mark.parametrize(
    ("exits", "expected"),
    [
        ([("E2", "weight_kg < 50"), ("E9", "weight_kg >= 50")], []),
        ([("E2", "weight_kg < 50"), ("E9", "weight_kg > 60")], [("transitions_incomplete", "warning", "steps.E1")]),
        (
            [("E2", "weight_kg >= 40 and weight_kg < 50"), ("E9", "weight_kg >= 60")],
            [("transitions_incomplete", "blocking", "steps.E1")],
        ),
        ([("E2", "weight_kg < 60"), ("E9", "weight_kg >= 50")], [("transitions_overlap", "warning", "transitions.E1-0")]),
        ([("E2", "weight_kg >= 50"), ("E9", "weight_kg > 60")], [
            ("transition_never_taken", "blocking", "transitions.E1-1"), ("transitions_overlap", "warning", "transitions.E1-0"),
        ]),
        ([("E2", "done"), ("E9", "dry")], []),  # about different things: the order is the guideline's
        ([("E2", 'itch == "worse"'), ("E9", 'itch == "same"')], [("transitions_incomplete", "warning", "steps.E1")]),
        ([("E2", 'itch == "worse"'), ("E9", 'itch in ["same", "better"]')], []),
        ([("E2", "alarm")], [("transition_never_taken", "blocking", "transitions.E1-0")]),  # urgent before
        ([("E2", "not_an_elbow")], [("transition_never_taken", "blocking", "transitions.E1-0")]),  # not of this guideline
        ([("E2", "infected")], [("transition_never_taken", "blocking", "transitions.E1-0")]),  # holds the drops
        ([("E2", 'current_step == "E2"')], [("transition_never_taken", "blocking", "transitions.E1-0")]),
    ],
)  # fmt: skip
def test_the_exits_of_a_step_meet_and_do_not_cross(
    exits: list[tuple[str, str]], expected: list[tuple[str, str, str]]
) -> None:
    found = [(f.code, f.severity, f.place) for f in findings(with_exits(*exits)) if f.code.startswith("transition")]

    assert found == expected
