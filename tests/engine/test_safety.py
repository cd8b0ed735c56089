"""Safety rules: met, not met, unknown; how severe an unknown one is; what overriding takes."""

from typing import Any

import pytest
from pydantic import ValidationError

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import SafetyRule
from guidelines.engine.reading import read_facts
from guidelines.engine.resolve import Resolved
from guidelines.engine.safety import Alert, by_severity, check_drug, override_of
from tests.engine.patients import decided as shipped_decided
from tests.engine.small_guideline import NOT_KNOWN, decided, facts_json, rule


def alerts(compiled: CompiledPackage, **facts: Any) -> dict[str, Alert]:
    found = check_drug(compiled, Resolved(compiled, read_facts(facts_json(**facts), compiled)), "drops")
    return {alert.rule.key: alert for alert in found}


def test_a_rule_that_is_not_met_is_silent(elbow: CompiledPackage) -> None:
    assert alerts(elbow) == {}


def test_a_rule_that_is_met_speaks_with_its_own_severity(elbow: CompiledPackage) -> None:
    found = alerts(elbow, allergic=True, dry=True)

    assert {key: (a.severity, a.state, a.message) for key, a in found.items()} == {
        "DROPS-ALLERGY": ("stop", "met", "DROPS-ALLERGY is met."),
        "DROPS-DRY": ("caution", "met", "DROPS-DRY is met."),
    }


@pytest.mark.parametrize("how", ["not asked", "not known"])
def test_an_unknown_rule_is_as_severe_as_the_rule(elbow: CompiledPackage, how: str) -> None:
    facts: dict[str, Any] = (
        {"without": ("allergic", "dry")} if how == "not asked" else {"allergic": NOT_KNOWN, "dry": NOT_KNOWN}
    )

    found = alerts(elbow, **facts)

    assert {key: (a.severity, a.state) for key, a in found.items()} == {
        "DROPS-ALLERGY": ("stop", "unknown"), "DROPS-DRY": ("caution", "unknown"),
    }  # fmt: skip
    assert found["DROPS-ALLERGY"].message == "Could not be checked: DROPS-ALLERGY is met."
    assert found["DROPS-ALLERGY"].open_facts == {"allergic"}


def test_a_reviewed_exception_may_lower_an_unknown_but_never_a_met_rule(elbow: CompiledPackage) -> None:
    assert alerts(elbow, red=NOT_KNOWN)["DROPS-RED"].severity == "note"
    assert alerts(elbow, red=True)["DROPS-RED"].severity == "caution"


@pytest.mark.parametrize(
    ("more", "is_met", "holds", "excludes"),
    [
        pytest.param({"resolvable": True}, True, True, False, id="a resolvable stop holds"),
        pytest.param({}, True, False, True, id="another stop excludes"),
        pytest.param({"action": {"kind": "hold", "text": "x"}}, True, True, False, id="a stop that says hold holds"),
        pytest.param({}, False, True, False, id="an unknown stop holds"),
        pytest.param(
            {"severity": "caution", "action": {"kind": "hold", "text": "x"}},
            True,
            True,
            False,
            id="a caution that says hold holds",
        ),
        pytest.param(
            {"severity": "caution", "action": {"kind": "hold", "text": "x"}},
            False,
            False,
            False,
            id="unless it is unknown",
        ),
        pytest.param({"severity": "caution"}, True, False, False, id="another caution does neither"),
        pytest.param({"severity": "note"}, True, False, False, id="a note does neither"),
    ],
)
def test_what_a_rule_does_to_a_drug(more: dict[str, Any], is_met: bool, holds: bool, excludes: bool) -> None:
    entry = SafetyRule.model_validate(rule("R", "red", drug="drops") | more)

    alert = Alert(entry, entry.severity, is_met)

    assert (alert.holds, alert.excludes) == (holds, excludes)


def test_overriding_a_stop_takes_what_the_rule_says_and_a_caution_is_acknowledged() -> None:
    stop = SafetyRule.model_validate(rule("R", "red") | {"override": "prohibited"})
    caution = SafetyRule.model_validate(rule("R", "red", "caution"))

    assert override_of(Alert(stop, "stop", True)) == "prohibited"
    assert override_of(Alert(stop, "stop", False)) == "prohibited"
    assert override_of(Alert(caution, "caution", True)) == "acknowledge"


def test_a_stop_may_forbid_any_plan_while_it_is_met_and_is_prohibited_otherwise() -> None:
    stop = SafetyRule.model_validate(rule("R", "red") | {"override": "no_plan"})
    met, unknown = Alert(stop, "stop", True), Alert(stop, "stop", False)

    assert (met.forbids_plan, unknown.forbids_plan) == (True, False)
    assert (met.as_json()["override"], override_of(unknown)) == ("prohibited", "prohibited")


def test_a_caution_forbids_no_plan() -> None:
    with pytest.raises(ValidationError, match="no_plan is for a stop"):
        SafetyRule.model_validate(rule("R", "red", "caution") | {"override": "no_plan"})


def test_alerts_come_once_stops_first_met_before_unknown() -> None:
    entries = {
        key: SafetyRule.model_validate(rule(key, "red", severity))
        for key, severity in (("N", "note"), ("C", "caution"), ("S1", "stop"), ("S2", "stop"))
    }
    given = [Alert(entries["N"], "note", True), Alert(entries["C"], "caution", True), Alert(entries["S1"], "stop", False),
             Alert(entries["S2"], "stop", True), Alert(entries["S2"], "stop", True)]  # fmt: skip

    assert [alert.rule.key for alert in by_severity(given)] == ["S2", "S1", "C", "N"]


def test_an_alert_in_the_contracts_form(elbow: CompiledPackage) -> None:
    [alert] = decided(elbow, allergic=True).as_json()["alerts"]

    assert alert == {
        "rule": "DROPS-ALLERGY", "subject": "drops", "severity": "stop", "state": "met", "action": "stop",
        "action_text": "Do this.", "override": "reason", "message": "DROPS-ALLERGY is met.", "needs": [], "cites": [],
    }  # fmt: skip


def test_a_limit_that_is_missing_cannot_be_evaluated_and_is_never_fine(shipped: CompiledPackage) -> None:
    with_limit = shipped_decided(step="S2", started_on="2026-10-26", response="adequate", alt="130")
    without = shipped_decided(step="S2", started_on="2026-10-26", response="adequate", alt="130", without=("alt_uln",))

    for decision in (with_limit, without):
        assert decision.outcome in ("hold", "ask")
    assert any("alt_uln" in alert.open_facts for alert in without.alerts)
