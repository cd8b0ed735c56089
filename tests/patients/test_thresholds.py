"""Every number in a safety rule of a shipped guideline acts where the content says, and a new rule's does too."""

from datetime import date
from decimal import localcontext
from functools import cache
from typing import Any
from uuid import uuid4

import pytest

from guidelines.engine.compiled import CompiledPackage, compile_package
from guidelines.engine.content import SafetyRule
from guidelines.engine.operators import EXACT
from guidelines.engine.reading import read_facts
from guidelines.engine.resolve import Resolved
from guidelines.engine.safety import check
from patients.facts import FROM_PATIENT, facts_input, taken_by_plan
from patients.following.standing import Standing, standing_by
from patients.models import AlertKind, MedicationChange, Observation, Patient, Plan, PlannedMedication
from tests.engine.patients import all_shipped, slug_of
from tests.patients.plan_samples import guideline
from tests.patients.threshold_cases import SIGNED_ON, TODAY, Situations, text
from tests.patients.threshold_oracle import comparisons
from tests.patients.threshold_situation import Situation

MADE_UP = SafetyRule.model_validate(
    {
        "key": "MADE-UP", "drug": "methotrexate", "kind": "threshold", "severity": "stop", "resolvable": True,
        "when": "hgb < 8.5 and not diabetes", "message": "Haemoglobin below 8.5.", "override": "reason",
        "action": {"kind": "hold", "text": "Hold.", "resume": "When it is 8.5 or more."}, "cites": ["GK"], "marks": ["GK"],
    }
)  # fmt: skip


def rules_with_numbers(compiled: CompiledPackage) -> list[SafetyRule]:
    package = compiled.package
    return [rule for rule in package.safety_rules if list(comparisons(package, rule.key))]


EACH_RULE = pytest.mark.parametrize(
    ("compiled", "rule"),
    [
        pytest.param(compiled, rule, id=f"{compiled.package.slug}-{rule.key}")
        for compiled in all_shipped() for rule in rules_with_numbers(compiled)
    ],
)  # fmt: skip
everywhere = pytest.mark.parametrize("compiled", all_shipped(), ids=slug_of)


@cache
def situations_of(compiled: CompiledPackage, key: str) -> list[Situation]:
    return list(Situations(compiled).of_rule(compiled.rules[key].rule))


# --- in the engine ------------------------------------------------------------------------------------------------


def answer(value: Any) -> dict[str, Any]:
    return {"value": value if isinstance(value, bool | str | list) else text(value)}


def raw_of(compiled: CompiledPackage, situation: Situation) -> dict[str, Any]:
    limit = compiled.facts[situation.fact].upper_limit if situation.fact in compiled.facts else None
    told = [
        {"value": value, "taken_on": day.isoformat()} | ({"unit": unit} if unit else {}) | ({"upper_limit": own} if own else {})
        for day, value, unit, own in situation.results
    ]  # fmt: skip
    facts = {key: answer(value) for key, value in situation.values.items() if value is not None and key != limit}
    step = situation.setting.step
    return {
        "as_of": TODAY.isoformat(), "step": step, "started_on": SIGNED_ON.isoformat() if step else None,
        "facts": facts | {situation.fact: told[-1]}, "history": {situation.fact: told[:-1]},
    }  # fmt: skip


def said(compiled: CompiledPackage, situation: Situation) -> bool | None:
    with localcontext(EXACT):
        resolved = Resolved(compiled, read_facts(raw_of(compiled, situation), compiled))
        alerts = check([compiled.rules[situation.rule.key]], resolved)
    return (True if alerts[0].is_met else None) if alerts else False


@EACH_RULE
def test_a_rule_says_what_its_text_says_around_each_of_its_numbers(compiled: CompiledPackage, rule: SafetyRule) -> None:
    found = situations_of(compiled, rule.key)

    assert [(str(s), s.expected, said(compiled, s)) for s in found if said(compiled, s) is not s.expected] == []


@everywhere
def test_every_number_of_every_rule_is_reached_on_both_sides(compiled: CompiledPackage) -> None:
    for rule in rules_with_numbers(compiled):
        found = situations_of(compiled, rule.key)
        for comparison in filter(Situations(compiled).has_two_sides, comparisons(compiled.package, rule.key)):
            around = [s for s in found if s.what.startswith("just")]
            assert {s.expected for s in around} == {True, False}, comparison
        if rule.kind == "threshold":
            assert len(found) >= 2, rule.key  # a number that is worked out seldom comes to its limit exactly


# --- in the plan that is followed ---------------------------------------------------------------------------------


def observed(key: str, value: Any, day: date, unit: str = "", limit: str = "") -> Observation:
    typed = answer(value)["value"]
    told = {"value_typed": typed, "unit": unit, "upper_limit_typed": limit}
    return Observation(fact_key=key, taken_on=day, number=0, **told)


class Followed:
    """A plan that was signed on the usual values, for a patient on the situation's step; nothing of it is saved."""

    def __init__(self, compiled: CompiledPackage, situation: Situation, before: Any = None) -> None:
        self.compiled, self.situation = compiled, situation
        fact, rule = compiled.facts[situation.fact], situation.rule
        values = dict(situation.values)
        patient = Patient(born_on=date(TODAY.year - int(values["age_years"]), 1, 1), sex=values["sex"])
        patient.pk = uuid4()
        limit = fact.upper_limit
        self.signed = [
            observed(key, value, SIGNED_ON)
            for key, value in values.items()
            if value is not None and key not in (*FROM_PATIENT, fact.key, limit)
        ]
        usual = Situations(compiled).healthy
        if fact.key in usual:
            own = text(usual[limit]) if limit else ""
            self.signed.append(observed(fact.key, usual[fact.key], SIGNED_ON, "", own))
        self.plan = Plan(patient=patient, step=situation.setting.step or "", started_on=SIGNED_ON, signed_on=SIGNED_ON)
        row = PlannedMedication(plan=self.plan, drug_key=rule.drug or "", change=MedicationChange.CONTINUE)
        self.plan._prefetched_objects_cache = {"medications": [row] if rule.drug else []}
        answers = {row.fact_key: answer_as_typed(row) for row in self.signed}
        self.plan.care_plan = {}
        self.plan.frozen = {
            "facts": facts_input(
                compiled=compiled, patient=patient, as_of=SIGNED_ON, step=self.plan.step, started_on=SIGNED_ON,
                answers=answers, observations=self.signed,
            ),
            "decision": {},
        }  # fmt: skip
        self.planned = taken_by_plan(compiled, TODAY, self.plan)

    def expected(self) -> bool | None:
        """What the rule should say with the usual result of the visit before the new ones."""
        made, s, known = Situations(self.compiled), self.situation, self.signed[-1]
        days = {day for day, *_ in s.results}
        before = [(SIGNED_ON, known.value_typed, "", known.upper_limit_typed)]
        is_before = known.fact_key == s.fact and SIGNED_ON not in days
        told = sorted([*(before if is_before else ()), *s.results])
        return made.expected(s.rule, s.setting, s.values, s.fact, tuple(told))

    def new(self) -> list[Observation]:
        return [
            observed(self.situation.fact, value, day, unit, limit) for day, value, unit, limit in self.situation.results
        ]

    def standing(self, *new: Observation) -> Standing:
        days = {(row.fact_key, row.taken_on) for row in new}
        return standing_by(
            self.compiled,
            self.plan,
            [*(row for row in self.signed if (row.fact_key, row.taken_on) not in days), *new],
            TODAY,
            came=(),
        )


def answer_as_typed(row: Observation) -> dict[str, Any]:
    found = {"value": row.value_typed, "taken_on": row.taken_on.isoformat()}
    return found | ({"upper_limit": row.upper_limit_typed} if row.upper_limit_typed else {})


def calls_of(standing: Standing, rule: SafetyRule) -> set[AlertKind]:
    assert not standing.problems
    return {call.kind for call in standing.calls if call.alert.rule.key == rule.key}


def is_followed(compiled: CompiledPackage, situation: Situation) -> bool:
    """About a result of somebody who takes the drug: not before the first dose, not on entering a step, not what stands
    on the patient's page or in the plan."""
    rule = situation.rule
    return situation.setting.step is not None and rule.step is None and situation.fact not in FROM_PATIENT and not (
        situation.setting.is_starting and rule.drug
    )  # fmt: skip


def wrong_calls(compiled: CompiledPackage, situation: Situation) -> list[Any]:
    """What the plan's standing says against what is expected of the situation."""
    followed = Followed(compiled, situation)
    standing, rule = followed.standing(*followed.new()), situation.rule
    found, expected = calls_of(standing, rule), followed.expected()
    if expected:
        wanted = {AlertKind.ABNORMAL} if rule.severity != "note" else set()
        return [] if found == wanted else [str(situation), wanted, found]
    if expected is False:
        return [] if not found else [str(situation), "nothing", found]
    asks = rule.kind == "threshold" or (rule.if_unknown or rule.severity) == "stop"
    asked = [call for call in standing.calls if call.kind == AlertKind.NOT_EVALUABLE]
    if asks and not asked:
        return [str(situation), "asks", found]
    return [str(situation), "not abnormal", found] if AlertKind.ABNORMAL in found else []


@EACH_RULE
def test_a_new_result_asks_for_what_the_rule_says_and_a_correction_takes_it_back(
    compiled: CompiledPackage, rule: SafetyRule
) -> None:
    found = [s for s in situations_of(compiled, rule.key) if is_followed(compiled, s)]

    assert [wrong for s in found if (wrong := wrong_calls(compiled, s))] == []
    for situation in (s for s in found if s.expected and len(s.results) == 1):
        # entered wrongly, and then as it was, or as another patient's
        followed = Followed(compiled, situation)
        calm = next(
            s for s in found if s.expected is False and (s.fact, s.values) == (situation.fact, situation.values)
        )
        day, value, unit, limit = calm.new_result
        assert calls_of(followed.standing(observed(situation.fact, value, day, unit, limit)), rule) == set(), str(
            situation
        )
        assert followed.standing().calls == (), str(situation)


@everywhere
def test_each_threshold_about_a_result_is_followed(compiled: CompiledPackage) -> None:
    """Those that are not are about the start of a drug, about entering a step, or about the age; the wizard asks them."""
    for rule in rules_with_numbers(compiled):
        found = situations_of(compiled, rule.key)
        is_followed_once = any(is_followed(compiled, s) for s in found)
        is_asked = rule.step or "starting" in rule.when or not {s.fact for s in found} - set(FROM_PATIENT)
        assert is_followed_once or is_asked, rule.key


def test_a_rule_nobody_wrote_a_test_for_is_covered() -> None:
    package = guideline().package
    compiled = compile_package(package.model_copy(update={"safety_rules": (*package.safety_rules, MADE_UP)}))
    found = list(Situations(compiled).of_rule(MADE_UP))

    assert {s.what for s in found} == {"just below 8.5", "at 8.5", "just above 8.5", "in g/L"}
    assert [str(s) for s in found if said(compiled, s) is not s.expected] == []
    assert [wrong for s in found if (wrong := wrong_calls(compiled, s))] == []
