"""What is open: asked first when it matters most, and "nothing" only when no answer could change anything."""

from datetime import date
from typing import Any

import pytest

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.decision import Decision, decide
from guidelines.engine.facts import PatientFacts
from guidelines.engine.reading import read_facts
from tests.engine import patients
from tests.engine.small_guideline import AS_OF, NOT_KNOWN, content, decided, fact, regimen, small


def questions(decision: Decision) -> dict[str, str]:
    return {question.fact: question.could_change for question in decision.questions}


def test_what_is_known_worked_out_or_unreported_is_not_asked(elbow: CompiledPackage) -> None:
    asked = questions(decided(elbow))

    assert not set(asked) & {"weight_kg", "red", "index", "lowering_wanted", "expecting"}


def test_a_fact_that_nothing_reads_changes_nothing(elbow: CompiledPackage) -> None:
    assert questions(decided(elbow, without=("marker",)))["marker"] == "nothing"
    assert questions(decided(elbow, without=("broken_skin",)))["broken_skin"] == "nothing"


@pytest.mark.parametrize(
    ("facts", "fact", "could_change"),
    [
        pytest.param({"without": ("allergic",)}, "allergic", "proposal", id="a stop of the drug"),
        pytest.param({"allergic": NOT_KNOWN}, "allergic", "proposal", id="asked, and not known"),
        pytest.param({"without": ("dry",)}, "dry", "safety", id="a caution of the drug"),
        pytest.param({"without": ("red",)}, "red", "proposal", id="a caution that would hold the drug"),
        pytest.param({"without": ("complicated",)}, "complicated", "proposal", id="the choice of the agent"),
        pytest.param({"without": ("alarm",)}, "alarm", "proposal", id="the urgent way out"),
        pytest.param({"without": ("weight_kg",)}, "weight_kg", "proposal", id="what the drug requires"),
        pytest.param({"allergic": True, "without": ("broken_skin",)}, "broken_skin", "proposal", id="a stop of the next drug"),
        pytest.param({"without": ("allergic", "broken_skin")}, "broken_skin", "proposal", id="a stop behind an unknown stop"),
        pytest.param({"allergic": True, "without": ("kidneys_weak",)}, "kidneys_weak", "dose", id="a dose"),
    ],
)  # fmt: skip
def test_a_fact_carries_the_most_that_it_could_change(
    elbow: CompiledPackage, facts: dict[str, Any], fact: str, could_change: str
) -> None:
    assert questions(decided(elbow, **facts))[fact] == could_change


def test_monitoring_comes_last_of_what_matters() -> None:
    changed = content()
    changed["monitoring"][0]["when"] = "male"
    changed["facts"] = [
        f if f["key"] != "may_conceive" else {k: v for k, v in f.items() if k != "implied"} for f in changed["facts"]
    ]

    found = decided(small(changed), without=("male", "dry", "allergic"))

    assert [question.could_change for question in found.questions][:3] == ["proposal", "safety", "monitoring"]


def test_a_stop_that_rules_a_drug_out_closes_the_other_questions_about_it(elbow: CompiledPackage) -> None:
    found = questions(decided(elbow, allergic=True, without=("dry",)))

    assert found["dry"] in ("safety", "nothing")
    assert questions(decided(elbow, alarm=True, without=("dry", "allergic", "complicated")))["complicated"] == "nothing"


def test_a_question_names_the_rules_that_read_its_fact(elbow: CompiledPackage) -> None:
    [question] = [q for q in decided(elbow, without=("allergic",)).questions if q.fact == "allergic"]

    assert question.rules == ("DROPS-ALLERGY",)


def test_a_derived_fact_is_asked_through_what_it_follows_from() -> None:
    changed = content()
    changed["regimens"].append(regimen("by_index", "drops", start_at_minimum_when="index > 30"))
    changed["regimens"][-1].pop("start")
    changed["options"][0]["regimens"].append({"regimen": "by_index", "role": "companion"})

    found = questions(decided(small(changed), without=("height_cm",)))

    assert found["height_cm"] == "dose"
    assert "index" not in found


def test_all_facts_unknown_asks_and_proposes_nothing(elbow: CompiledPackage, shipped: CompiledPackage) -> None:
    for compiled in (elbow, shipped):
        for step in (None, *compiled.steps):
            nothing = read_facts({"as_of": AS_OF, "step": step, "facts": {}}, compiled)
            decision = decide(compiled, nothing)

            assert decision.outcome == "ask", step
            assert decision.questions[0].could_change == "proposal"
            assert all(r["dose"] is None for o in decision.as_json()["options"] for r in o["regimens"])


@pytest.mark.parametrize("step", [None, "S1", "S2", "S3", "S6", "S7"])
def test_all_facts_not_known_proposes_nothing_either(shipped: CompiledPackage, step: str | None) -> None:
    keys = [key for key, fact in shipped.facts.items() if not fact.formula_only]
    facts = read_facts({"as_of": AS_OF, "step": step, "facts": dict.fromkeys(keys, NOT_KNOWN)}, shipped)

    assert decide(shipped, facts).outcome not in ("propose", "continue")


def test_a_complete_patient_leaves_nothing_open_that_matters_to_the_proposal(shipped: CompiledPackage) -> None:
    decision = patients.decided()

    assert decision.outcome == "propose"
    assert "proposal" not in questions(decision).values()
    assert "dose" not in questions(decision).values()


def test_the_empty_patient_of_no_day_in_particular(shipped: CompiledPackage) -> None:
    assert decide(shipped, PatientFacts(as_of=date(2000, 1, 1))).outcome == "ask"


def with_amount_taken() -> CompiledPackage:
    raw = content()
    raw["facts"].append(fact("drops_now", "number", unit="mg/d"))
    next(regimen for regimen in raw["regimens"] if regimen["key"] == "drops")["taken_now"] = "drops_now"
    return small(raw)


def test_how_much_is_taken_can_change_the_dose_of_a_drug_that_goes_on() -> None:
    """More than may be given today is lowered; of a drug that is not taken there is nothing to lower."""
    compiled = with_amount_taken()

    asked = {q.fact: q.could_change for q in decided(compiled, step="E1").questions}
    before = {q.fact: q.could_change for q in decided(compiled).questions}

    assert (asked["drops_now"], before["drops_now"]) == ("dose", "nothing")
    assert decided(compiled, step="E1", drops_now="40").taking[0].change == "reduce"
