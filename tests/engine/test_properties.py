"""Properties of every patient there could be: unknown never becomes safe, no dose above a cap, the same bytes.

Patients are drawn at random from a seed that a failing test prints, around the shipped guideline's own test patients.
"""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from guidelines.engine.cases import facts_of
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Fact
from guidelines.engine.decision import Decision, decide
from guidelines.engine.dosing import Dose, dose_for, selectable
from guidelines.engine.facts import Known, NotAsked, NotKnown, PatientFacts, Unknown
from guidelines.engine.nodes import Node
from guidelines.engine.planned import EveryDay
from guidelines.engine.reading import read_facts
from guidelines.engine.resolve import Resolved
from tests.engine.patients import HEALTHY, all_shipped, patient, read_shipped, slug_of
from tests.engine.small_guideline import small

AS_OF = date(2026, 11, 23)
GOES_ON = ("propose", "continue")
States = dict[str, Known | Unknown]


def known(value: Any) -> Known:
    return Known(value, "", None, AS_OF)


def some_value(random: Random, fact: Fact) -> Any:
    if fact.type == "boolean":
        return random.random() < 0.3
    if fact.type == "choice":
        return random.choice(fact.choices).key
    if fact.type == "set":
        return frozenset(choice.key for choice in fact.choices if random.random() < 0.08)
    low, high = (fact.possible.min, fact.possible.max) if fact.possible else (None, None)
    low, high = low or Decimal(0), high or Decimal(100)
    if isinstance(HEALTHY.get(fact.key), str) and random.random() < 0.75:
        return Decimal(HEALTHY[fact.key])
    value = low + (high - low) * Decimal(random.randrange(0, 1001)) / 1000
    return value.to_integral_value() if fact.whole else round(value, 2)


def some_patient(random: Random, compiled: CompiledPackage) -> PatientFacts:
    """Half of them near a test patient of the guideline, half of them like nobody."""
    step = random.choice([None, *compiled.steps])
    asked = [key for key, fact in compiled.facts.items() if not fact.formula_only and fact.type != "date"]
    cases = compiled.package.cases
    if cases and random.random() < 0.5:
        case = random.choice(cases)
        near = read_facts(facts_of(compiled, case), compiled)
        step = near.step if random.random() < 0.5 else step
        states = {
            key: state if isinstance(state, Unknown) else known(state.value)
            for key, state in near.states.items()
            if compiled.facts[key].type != "date"
        }
        states |= {
            key: known(some_value(random, compiled.facts[key])) for key in random.sample(asked, random.randrange(0, 6))
        }
    else:
        states = {key: known(some_value(random, compiled.facts[key])) for key in asked if random.random() < 0.9}
    return PatientFacts(AS_OF, step, None, states, {})


def patients(seed: int, count: int, compiled: CompiledPackage) -> Iterator[tuple[Random, PatientFacts]]:
    random = Random(seed)
    for _ in range(count):
        yield random, some_patient(random, compiled)


def changed(facts: PatientFacts, states: States) -> PatientFacts:
    return PatientFacts(facts.as_of, facts.step, facts.started_on, states, facts.history)


def without(states: States, key: str, unknown: Unknown) -> States:
    rest = {other: state for other, state in states.items() if other != key}
    return rest if unknown is NotAsked else rest | {key: unknown}


def keys_of(node: Node) -> Iterator[str]:
    yield from node.keys
    for child in node.children:
        yield from keys_of(child)


def reviewed_exceptions(compiled: CompiledPackage) -> set[str]:
    """Facts whose silence is reviewed content: a rule that would stop or hold says that its unknown counts for less, an
    exit says that the patient stays, a fact counts as not reported, or it is implied by another that is asked."""
    nobody = Resolved(compiled, PatientFacts(AS_OF))
    exits = [t.condition for t in compiled.transitions if t.entry.if_unknown == "stay" and t.condition is not None]
    stays = {key for condition in exits for key in nobody.open_facts(condition)}
    lowered = {
        key for rule, node, _ in compiled.rules.values()
        if rule.if_unknown and (rule.severity == "stop" or rule.action.kind == "hold") for key in keys_of(node)
    }  # fmt: skip
    unreported = {key for key, fact in compiled.facts.items() if fact.unless_reported is not None}
    overridden = {key for key, fact in compiled.facts.items() if fact.implied}
    return lowered | stays | unreported | overridden


SEEDS = range(4)
PACKAGES = [pytest.param(found, id=found.package.slug) for found in (*all_shipped(), small())]
everywhere = pytest.mark.parametrize("shipped", all_shipped(), ids=slug_of)


@pytest.mark.parametrize("compiled", PACKAGES)
@pytest.mark.parametrize("seed", SEEDS)
def test_making_a_known_fact_unknown_never_turns_blocked_into_allowed(compiled: CompiledPackage, seed: int) -> None:
    exceptions = reviewed_exceptions(compiled)
    for _, facts in patients(seed, 12, compiled):
        blocked = decide(compiled, facts)
        if blocked.outcome in GOES_ON:
            continue
        for key in facts.states:
            for unknown in (NotAsked, NotKnown):
                if key not in exceptions:
                    after = decide(compiled, changed(facts, without(dict(facts.states), key, unknown)))
                    assert after.outcome not in GOES_ON, (seed, key, unknown.name, facts.step, blocked.outcome)


def comparable(decision: Decision) -> dict[str, Any]:
    found = decision.as_json(with_trace=False)
    found.pop("questions")
    return found


@pytest.mark.parametrize("compiled", PACKAGES)
@pytest.mark.parametrize("seed", SEEDS)
def test_answering_what_changes_nothing_changes_nothing_also_two_or_three_at_once(
    compiled: CompiledPackage, seed: int
) -> None:
    for random, facts in patients(seed + 100, 60, compiled):
        states: States = dict(facts.states)
        for key in random.sample([*states], min(len(states), random.randrange(1, 12))):
            states = without(states, key, random.choice([NotAsked, NotKnown]))
        before = decide(compiled, changed(facts, states))
        idle = [
            q.fact for q in before.questions if q.could_change == "nothing" and compiled.facts[q.fact].type != "date"
        ]
        for _ in range(4 if idle else 0):
            answered = random.sample(idle, min(len(idle), random.randrange(1, 4)))
            answers = {key: known(some_value(random, compiled.facts[key])) for key in answered}
            after = decide(compiled, changed(facts, states | answers))
            assert comparable(after) == comparable(before), (seed, answered, facts.step)


@everywhere
@pytest.mark.parametrize("seed", SEEDS)
def test_no_dose_is_above_its_caps_and_every_dose_is_whole_products(shipped: CompiledPackage, seed: int) -> None:
    seen = 0
    for _, facts in patients(seed + 200, 60, shipped):
        resolved = Resolved(shipped, facts)
        for key, regimen in shipped.regimens.items():
            dose = dose_for(regimen, resolved)
            if not isinstance(dose, Dose):
                continue
            seen += 1
            days = {"dose": 1, "day": 1, "week": 7}[dose.per] if not regimen.drug.weekly_only else 1
            daily = (
                Decimal(dose.frequency.times)
                if isinstance(dose.frequency, EveryDay) or dose.frequency.type == "daily"
                else Decimal(1)
            )
            for cap, condition in regimen.caps:
                if condition is not None and condition.value(resolved) is False:
                    continue
                limit = cap.amount * (resolved["weight_kg"] if cap.basis == "per_kg" else 1)
                per_cap_period = dose.max if cap.per == dose.per else dose.max / days if cap.per == "day" else dose.max
                assert per_cap_period <= limit * (daily if cap.per == "dose" and dose.per != "dose" else 1), (seed, key)
            start = dose.start if dose.start is not None else dose.min
            assert 0 < dose.min <= start <= dose.max or (regimen.regimen.start_at_most and 0 < start <= dose.max), (
                seed,
                key,
            )
            for amount, products in ((start, dose.products), (dose.max, dose.products_max)):
                assert sum(count * product.strength for product, count in products) == amount, (seed, key)
            assert all(dose.min <= amount <= dose.max for amount in selectable(regimen, dose))
            assert not regimen.drug.weekly_only or (dose.frequency.type, dose.per) == ("weekly", "week")
    assert seen > 100


@pytest.mark.parametrize("key", sorted(read_shipped().regimens))
@pytest.mark.parametrize("height_cm", ["150", "175", "195"])
def test_the_heavier_never_get_less(shipped: CompiledPackage, key: str, height_cm: str) -> None:
    last: Dose | None = None
    for half_kg in range(60, 520, 5):
        kg, cm = half_kg / 2, int(height_cm)
        if not 10 <= kg / (cm / 100) ** 2 <= 80 or kg * cm / 3600 > 3.5**2:
            continue  # body mass index or surface area refused as impossible
        facts = Resolved(shipped, patient(weight_kg=str(Decimal(half_kg) / 2), height_cm=height_cm))
        dose = dose_for(shipped.regimens[key], facts)
        if not isinstance(dose, Dose):
            assert last is None, (key, half_kg)
            continue
        if last is not None:
            assert (dose.min, dose.start or 0, dose.max) >= (last.min, last.start or 0, last.max)
            assert dose.max >= last.max and dose.min >= last.min
        last = dose


@pytest.mark.parametrize("seed", SEEDS)
def test_the_weaker_the_kidneys_the_less_is_given(shipped: CompiledPackage, seed: int) -> None:
    random = Random(seed + 300)
    weight, height = str(random.randrange(40, 150)), str(random.randrange(145, 200))
    for key, regimen in shipped.regimens.items():
        most: Decimal | None = None
        for egfr in range(120, 4, -1):
            dose = dose_for(regimen, Resolved(shipped, patient(weight_kg=weight, height_cm=height, egfr=str(egfr))))
            amount = dose.max if isinstance(dose, Dose) else Decimal(0)
            assert most is None or amount <= most, (key, egfr)
            most = amount


@everywhere
@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_patient_gives_the_same_bytes(shipped: CompiledPackage, seed: int) -> None:
    for random, facts in patients(seed + 400, 20, shipped):
        shuffled = list(facts.states.items())
        random.shuffle(shuffled)

        first, second = (json.dumps(decide(shipped, f).as_json()) for f in (facts, changed(facts, dict(shuffled))))

        assert first == second


@everywhere
@pytest.mark.parametrize("seed", SEEDS)
def test_a_stop_that_is_met_on_a_drug_taken_never_ends_in_continue(shipped: CompiledPackage, seed: int) -> None:
    met = 0
    for _, facts in patients(seed + 500, 150, shipped):
        decision = decide(shipped, facts)
        resolved = decision.resolved
        for drug, state in resolved.taken().items():
            if state is not True:
                continue
            stops = [
                rule
                for rule in shipped.rules_of_drug.get(drug, ())
                if rule.rule.severity == "stop" and rule.condition.value(resolved) is True
            ]
            change = next((taking.change for taking in decision.taking if taking.drug == drug), None)
            if stops:
                met += 1
                assert decision.outcome != "continue" or change in ("stop", "hold"), (seed, drug, facts.step)
                assert change not in ("continue", "raise"), (seed, drug, facts.step, decision.outcome)
    assert met > 10
