"""The semantics table of the engine, each cell; then the order of the walk along the pathway."""

from typing import Any

import pytest

from guidelines.engine.compiled import CompiledPackage
from tests.engine import patients
from tests.engine.small_guideline import NOT_KNOWN, changes, content, decided, goes, rule, small, states

OLD = {"value": "same", "taken_on": "2026-01-01"}  # older than its 14 days


# --- a drug to be started --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "outcome", "step", "options"),
    [
        pytest.param({}, "propose", "E1", {"E1-drops": "available"}, id="nothing speaks against it"),
        pytest.param({"dry": True}, "propose", "E1", {"E1-drops": "caution"}, id="a caution is met"),
        pytest.param({"dry": NOT_KNOWN}, "propose", "E1", {"E1-drops": "caution"}, id="a caution cannot be checked"),
        pytest.param({"infected": True}, "pending", "E1", {"E1-drops": "pending"}, id="a resolvable stop is met"),
        pytest.param({"red": True}, "pending", "E1", {"E1-drops": "pending"}, id="a caution that says hold is met"),
        pytest.param({"red": NOT_KNOWN}, "propose", "E1", {"E1-drops": "available"}, id="a lowered unknown"),
        pytest.param({"allergic": True}, "propose", "E2", {"E1-drops": "excluded", "E2-cream": "available"}, id="another stop is met"),
        pytest.param({"allergic": True, "infected": True}, "propose", "E2", {"E1-drops": "excluded", "E2-cream": "available"}, id="both are met"),
        pytest.param({"without": ("infected",)}, "ask", None, {"E1-drops": "needs_answer"}, id="a resolvable stop was not asked"),
        pytest.param({"without": ("allergic",)}, "ask", None, {"E1-drops": "needs_answer"}, id="another stop was not asked"),
        pytest.param({"infected": NOT_KNOWN}, "pending", "E1", {"E1-drops": "pending"}, id="a resolvable stop is not known"),
        pytest.param({"allergic": NOT_KNOWN}, "pending", "E1", {"E1-drops": "pending"}, id="another stop is not known"),
        pytest.param({"allergic": NOT_KNOWN, "without": ("infected",)}, "ask", None, {"E1-drops": "needs_answer"}, id="one not known, one not asked"),
        pytest.param({"allergic": True, "without": ("infected",)}, "propose", "E2", {"E1-drops": "excluded", "E2-cream": "available"}, id="excluded before needs an answer"),
        pytest.param({"without": ("weight_kg",)}, "ask", None, {"E1-drops": "needs_answer"}, id="a required fact was not asked"),
        pytest.param({"weight_kg": NOT_KNOWN}, "pending", "E1", {"E1-drops": "pending"}, id="a required fact is not known"),
        pytest.param({"weight_kg": {"value": "70", "taken_on": "2025-01-01"}}, "pending", "E1", {"E1-drops": "pending"}, id="a required fact is too old"),
        pytest.param({"allergic": True, "broken_skin": True}, "refer", "E9", {"E1-drops": "excluded", "E2-cream": "excluded"}, id="no option is left"),
        pytest.param({"allergic": True, "kidneys_weak": True}, "refer", "E9", {"E1-drops": "excluded", "E2-cream": "excluded"}, id="no dose is left"),
        pytest.param({"allergic": True, "kidneys_weak": NOT_KNOWN}, "pending", "E2", {"E1-drops": "excluded", "E2-cream": "pending"}, id="an adjustment is not known"),
        pytest.param({"allergic": True, "without": ("kidneys_weak",)}, "ask", None, {"E1-drops": "excluded", "E2-cream": "needs_answer"}, id="an adjustment was not asked"),
    ],
)  # fmt: skip
def test_a_drug_to_be_started(
    elbow: CompiledPackage, facts: dict[str, Any], outcome: str, step: str | None, options: dict[str, str]
) -> None:
    decision = decided(elbow, **facts)

    assert (decision.outcome, decision.step, states(decision)) == (outcome, step, options)


# --- a drug that is taken --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "outcome", "step", "taking"),
    [
        pytest.param({}, "continue", "E1", {"drops": "continue"}, id="nothing speaks against it"),
        pytest.param({"infected": True}, "hold", "E1", {"drops": "hold"}, id="a resolvable stop is met"),
        pytest.param({"red": True}, "hold", "E1", {"drops": "hold"}, id="a caution that says hold is met"),
        pytest.param({"allergic": True}, "propose", "E2", {"drops": "stop"}, id="another stop is met"),
        pytest.param({"allergic": True, "broken_skin": True}, "refer", "E9", {"drops": "stop"}, id="and nothing else is left"),
        pytest.param({"without": ("infected",)}, "ask", "E1", {}, id="a resolvable stop was not asked"),
        pytest.param({"without": ("allergic",)}, "ask", "E1", {}, id="another stop was not asked"),
        pytest.param({"infected": NOT_KNOWN}, "hold", "E1", {"drops": "hold"}, id="a resolvable stop is not known"),
        pytest.param({"allergic": NOT_KNOWN}, "hold", "E1", {"drops": "hold"}, id="another stop is not known"),
        pytest.param({"dry": True}, "continue", "E1", {"drops": "continue"}, id="a caution is met"),
        pytest.param({"weight_kg": NOT_KNOWN}, "continue", "E1", {"drops": "continue"}, id="what only a start requires"),
        pytest.param({"infected": True, "allergic": True}, "hold", "E1", {"drops": "stop"}, id="both: it is held, and ends"),
        pytest.param({"infected": True, "itch": "worse"}, "hold", "E1", {"drops": "hold"}, id="a resolvable stop before the exits"),
    ],
)  # fmt: skip
def test_a_drug_that_is_taken(
    elbow: CompiledPackage, facts: dict[str, Any], outcome: str, step: str, taking: dict[str, str]
) -> None:
    decision = decided(elbow, step="E1", **facts)

    assert (decision.outcome, decision.step, changes(decision)) == (outcome, step, taking)


@pytest.mark.parametrize("step", ["E3", "E4"])
@pytest.mark.parametrize(
    "facts",
    [{"infected": True}, {"allergic": True}, {"red": True}, {"infected": NOT_KNOWN}, {"without": ("allergic",)}],
)
def test_no_stop_on_a_drug_taken_ends_in_continue_on_later_steps_either(
    elbow: CompiledPackage, step: str, facts: dict[str, Any]
) -> None:
    decision = decided(elbow, step=step, **facts)

    assert decision.outcome not in ("continue", "propose") or changes(decision) == {"drops": "stop"}


# --- a step to be entered --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "outcome", "step"),
    [
        pytest.param({}, "propose", "E4", id="nothing speaks against it"),
        pytest.param({"early": True}, "continue", "E3", id="a resolvable stop is met: stay"),
        pytest.param({"forbidden": True}, "continue", "E3", id="another stop is met: stay"),
        pytest.param({"without": ("early",)}, "ask", "E3", id="a resolvable stop was not asked"),
        pytest.param({"without": ("forbidden",)}, "ask", "E3", id="another stop was not asked"),
        pytest.param({"early": NOT_KNOWN}, "continue", "E3", id="a resolvable stop is not known: stay"),
        pytest.param({"forbidden": NOT_KNOWN}, "continue", "E3", id="another stop is not known: stay"),
        pytest.param({"early": True, "without": ("forbidden",)}, "continue", "E3", id="a met stop settles it"),
    ],
)
def test_a_step_to_be_entered(elbow: CompiledPackage, facts: dict[str, Any], outcome: str, step: str) -> None:
    decision = decided(elbow, step="E3", lowering_wanted=True, **facts)

    assert (decision.outcome, decision.step) == (outcome, step)


def test_a_refused_step_is_told(elbow: CompiledPackage) -> None:
    decision = decided(elbow, step="E3", lowering_wanted=True, early=True)

    assert [(alert.rule.key, alert.state) for alert in decision.alerts] == [("E4-EARLY", "met")]


# --- the order of the walk -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [None, "E1", "E2", "E3", "E4", "E5"])
def test_the_urgent_comes_before_everything(elbow: CompiledPackage, step: str | None) -> None:
    alarm = decided(elbow, step=step, alarm=True, not_an_elbow=True, infected=True, complicated=True)
    alarm_alone = decided(elbow, step=step, alarm=True, without=("not_an_elbow", "infected", "complicated"))

    assert (alarm.outcome, alarm.step) == ("refer", "E8")
    assert (alarm_alone.outcome, alarm_alone.step) == ("refer", "E8")


@pytest.mark.parametrize("unknown", [{"without": ("alarm",)}, {"alarm": NOT_KNOWN}])
def test_an_unknown_urgency_is_asked(elbow: CompiledPackage, unknown: dict[str, Any]) -> None:
    assert decided(elbow, **unknown).outcome == "ask"
    assert decided(elbow, step="E3", **unknown).outcome == "ask"


def test_out_of_scope_comes_before_what_the_step_says(elbow: CompiledPackage) -> None:
    decision = decided(elbow, step="E1", not_an_elbow=True, infected=True, itch="worse")

    assert (decision.outcome, decision.step, changes(decision)) == ("out_of_scope", None, {"drops": "hold"})
    assert [alert.rule.key for alert in decision.alerts] == ["G-OUT", "DROPS-INFECTED"]


def test_an_unknown_scope_is_asked(elbow: CompiledPackage) -> None:
    assert decided(elbow, without=("not_an_elbow",)).outcome == "ask"
    assert decided(elbow, step="E3", not_an_elbow=NOT_KNOWN).outcome == "ask"


@pytest.mark.parametrize(
    ("step", "facts", "outcome", "target"),
    [
        pytest.param("E1", {"intolerance": True}, "propose", "E2", id="not tolerated"),
        pytest.param("E1", {"itch": "worse"}, "propose", "E2", id="worse at once"),
        pytest.param("E1", {"itch": "same"}, "continue", "E1", id="too early to tell"),
        pytest.param("E1", {"itch": "same", "weeks_on_step": "12"}, "propose", "E2", id="12 weeks without success"),
        pytest.param(
            "E1", {"itch": "better", "weeks_on_step": "12"}, "continue", "E3", id="12 weeks with success goes on"
        ),
        pytest.param("E1", {"itch": NOT_KNOWN}, "continue", "E1", id="not known while it need not be"),
        pytest.param("E1", {"itch": OLD}, "continue", "E1", id="too old while it need not be known"),
        pytest.param("E1", {"itch": NOT_KNOWN, "weeks_on_step": "12"}, "ask", "E1", id="not known when it must be"),
        pytest.param("E1", {"intolerance": NOT_KNOWN}, "ask", "E1", id="an exit that may not be passed unknown"),
        pytest.param("E3", {"without": ("lowering_wanted",)}, "continue", "E3", id="what nobody reported"),
        pytest.param("E4", {"done": True}, "propose", "E5", id="to a step without drugs"),
        pytest.param("E5", {}, "continue", "E5", id="a step without drugs goes on"),
    ],
)
def test_the_exits_of_a_step(
    elbow: CompiledPackage, step: str, facts: dict[str, Any], outcome: str, target: str
) -> None:
    decision = decided(elbow, step=step, **facts)

    assert (decision.outcome, decision.step) == (outcome, target)


def test_the_first_exit_that_is_met_wins(elbow: CompiledPackage) -> None:
    decision = decided(elbow, step="E1", intolerance=True, itch="better", weeks_on_step="12")

    assert decision.step == "E2"
    assert list(decision.consulted) == ["G-OUT", "DROPS-INFECTED", "DROPS-ALLERGY", "DROPS-RED", "DROPS-DRY", "CREAM-BROKEN",
                                        "URGENT", "E1-intolerance", "CHOOSING"]  # fmt: skip


def test_a_choice_is_taken_elsewhere_when_something_is_to_be_started(elbow: CompiledPackage) -> None:
    entry, going_on = decided(elbow, complicated=True), decided(elbow, step="E1", complicated=True)

    assert (entry.outcome, entry.step) == ("refer", "E9")
    assert (going_on.outcome, going_on.step) == ("continue", "E1")


@pytest.mark.parametrize(
    ("facts", "state"), [({"without": ("complicated",)}, "needs_answer"), ({"complicated": NOT_KNOWN}, "pending")]
)
def test_an_unknown_choice_keeps_every_option_waiting(
    elbow: CompiledPackage, facts: dict[str, Any], state: str
) -> None:
    assert states(decided(elbow, **facts)) == {"E1-drops": state}


def test_a_change_of_drug_is_named(elbow: CompiledPackage) -> None:
    assert changes(decided(elbow, step="E1", itch="worse")) == {"drops": "choose"}
    assert changes(decided(elbow, step="E1", intolerance=True)) == {"drops": "stop"}
    assert changes(decided(elbow, step="E3", lowering_wanted=True)) == {"drops": "taper"}
    assert changes(decided(elbow, step="E4")) == {"drops": "taper"}
    assert changes(decided(elbow)) == {}


def test_an_option_beside_never_keeps_a_step_alive() -> None:
    changed = content()
    changed["steps"][0]["options"].append({"option": "E2-cream", "beside": True})
    compiled = small(changed)

    assert states(decided(compiled)) == {"E1-drops": "available", "E2-cream": "available"}
    assert decided(compiled, allergic=True).step == "E2"


@pytest.mark.parametrize(
    ("when", "facts", "state"),
    [
        ("dry", {"dry": True}, "caution"),
        ("dry", {}, None),
        ("dry", {"dry": NOT_KNOWN}, "pending"),
        ("dry", {"without": ("dry",)}, "needs_answer"),
    ],
)
def test_an_option_with_an_entry_condition(when: str, facts: dict[str, Any], state: str | None) -> None:
    changed = content()
    changed["steps"][0]["options"][0]["when"] = when

    assert states(decided(small(changed), **facts)).get("E1-drops") == state


def test_no_stop_is_forgotten_when_a_patient_leaves_a_step() -> None:
    """An unknown stop that would hold the drug, were it met, is settled before the way out of the step."""
    changed = content()
    changed["transitions"].append(goes("E2-same", "E2", "E1", 'itch == "same"'))
    changed["safety_rules"].append(rule("CREAM-WET", "dry", drug="cream", resolvable=True))
    compiled = small(changed)

    assert (decided(compiled, step="E2").outcome, decided(compiled, step="E2").step) == ("propose", "E1")
    assert decided(compiled, step="E2", dry=NOT_KNOWN).outcome == "hold"
    assert decided(compiled, step="E2", without=("dry",)).outcome == "ask"


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({"kidneys_weak": True}, "hold"),
        ({"kidneys_weak": NOT_KNOWN}, "hold"),
        ({"without": ("kidneys_weak",)}, "ask"),
        ({}, "continue"),
    ],
)
def test_what_would_forbid_the_dose_of_a_drug_taken_is_never_passed_unknown(
    elbow: CompiledPackage, facts: dict[str, Any], outcome: str
) -> None:
    assert decided(elbow, step="E2", **facts).outcome == outcome


@pytest.mark.parametrize(
    ("facts", "outcome", "step"),
    [
        ({}, "propose", "E5"),
        ({"infected": True}, "hold", "E4"),
        ({"infected": NOT_KNOWN}, "hold", "E4"),
        ({"without": ("infected",)}, "ask", "E4"),
    ],
    ids=["nothing", "met", "not known", "not asked"],
)
def test_a_stop_is_settled_before_a_step_without_drugs_too(
    elbow: CompiledPackage, facts: dict[str, Any], outcome: str, step: str
) -> None:
    decision = decided(elbow, step="E4", done=True, **facts)

    assert (decision.outcome, decision.step) == (outcome, step)


def test_while_an_exit_is_open_it_is_said_what_stops_and_what_goes_on() -> None:
    """A drug that must stop does so whatever the open answer is; its companion with it, and nothing else."""
    pregnant = patients.decided(
        step="S2", started_on="2026-08-10", can_become_pregnant=True, pregnant=True, contraception_effective=True,
        on_prednisone=True, prednisone_mg_day="10", prednisone_started_on="2026-08-10", without=("intolerance",),
    )  # fmt: skip

    assert pregnant.outcome == "ask"
    assert changes(pregnant) == {"methotrexate": "stop", "folic_acid": "stop", "prednisone": "continue"}


def test_the_rules_that_let_a_step_be_entered_are_told_too(elbow: CompiledPackage) -> None:
    entered = decided(elbow, step="E3", lowering_wanted=True)

    assert entered.step == "E4"
    assert {"E4-EARLY", "E4-FORBIDDEN"} <= {part["of"] for part in entered.trace()}
