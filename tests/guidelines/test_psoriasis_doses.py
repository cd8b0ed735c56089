"""How far methotrexate in psoriasis may go up or must come down, for every dose that can be taken."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from guidelines.engine.cases import facts_of
from guidelines.engine.decision import Decision, decide
from guidelines.engine.dosing import Dose, dose_for
from guidelines.engine.reading import read_facts
from tests.engine.patients import all_shipped

PSORIASIS = next(shipped for shipped in all_shipped() if shipped.package.slug == "plaque-psoriasis")
REGIMENS = {"P3": "methotrexate_raise", "P5": "methotrexate_maintenance"}
TABLET = Decimal("2.5")
HELD_BACK: dict[str, dict[str, str]] = {
    "ALT at 2 times the limit": {"alt": "80"},
    "AST at 3 times the limit": {"ast": "120"},
    "low albumin": {"albumin_g_dl": "2.9"},
    "eGFR newly below 60": {"egfr": "48", "mtx_lowered_for_kidneys": "false"},
}


def doses() -> Iterator[Decimal]:
    for tablets in range(1, 11):
        yield tablets * TABLET


def decided(step: str, taken: Decimal, **more: str) -> Decision:
    base = next(base for base in PSORIASIS.package.case_bases if base.key == "taking")
    facts: dict[str, Any] = dict(base.facts) | {"mtx_dose_mg_week": str(taken), "response": "worse"} | more
    example = PSORIASIS.package.cases[0].model_copy(update={"step": step, "facts": facts, "based_on": None})
    return decide(PSORIASIS, read_facts(facts_of(PSORIASIS, example), PSORIASIS))


def most(step: str, decision: Decision) -> Decimal:
    dose = dose_for(PSORIASIS.regimens[REGIMENS[step]], decision.resolved)
    assert isinstance(dose, Dose)
    return dose.max


@pytest.mark.parametrize("step", REGIMENS)
def test_no_dose_is_raised_by_more_than_two_tablets(step: str) -> None:
    found = {taken: most(step, decided(step, taken)) for taken in doses()}

    assert found == {taken: min(taken + 2 * TABLET, Decimal(25)) for taken in doses()}


@pytest.mark.parametrize("name", HELD_BACK)
@pytest.mark.parametrize("step", REGIMENS)
def test_nothing_is_raised_while_a_test_speaks_against_it(step: str, name: str) -> None:
    for taken in doses():
        decision = decided(step, taken, **HELD_BACK[name])

        assert most(step, decision) <= taken
        assert "raise" not in {taking.change for taking in decision.taking}


@pytest.mark.parametrize("step", REGIMENS)
def test_from_two_times_the_limit_one_tablet_is_taken_off(step: str) -> None:
    found = {taken: most(step, decided(step, taken, alt="80")) for taken in doses()}

    assert found == {taken: max(taken - TABLET, TABLET) for taken in doses()}


@pytest.mark.parametrize("step", REGIMENS)
def test_a_dose_from_before_the_kidneys_grew_weak_is_halved_down_to_whole_tablets(step: str) -> None:
    found = {taken: most(step, decided(step, taken, egfr="48", mtx_lowered_for_kidneys="false")) for taken in doses()}

    assert found == {taken: max(taken / 2 // TABLET * TABLET, TABLET) for taken in doses()}


@pytest.mark.parametrize("step", REGIMENS)
def test_with_weak_kidneys_nothing_goes_above_12_and_a_half_milligrams(step: str) -> None:
    for taken in doses():
        assert most(step, decided(step, taken, egfr="48", mtx_lowered_for_kidneys="true")) <= Decimal("12.5")
