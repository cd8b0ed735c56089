"""Doses of the shipped guideline, to the tablet: a table for a clinician to sign."""

from decimal import Decimal
from typing import Any

import pytest

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.dosing import Dose, NoDose, dose_for, selectable
from guidelines.engine.resolve import Resolved
from tests.engine.patients import NOT_KNOWN, patient


def dose(compiled: CompiledPackage, regimen: str, **facts: Any) -> Dose | NoDose:
    return dose_for(compiled.regimens[regimen], Resolved(compiled, patient(**facts)))


def given(compiled: CompiledPackage, regimen: str, **facts: Any) -> Dose:
    found = dose(compiled, regimen, **facts)
    assert isinstance(found, Dose), found
    return found


def tablets(parts: tuple[Any, ...]) -> str:
    return " + ".join(f"{count}×{product.strength}" for product, count in parts)


WORKED = [
    # patient: kg, cm, eGFR | methotrexate 15 mg/m² a week: raw rounded, by Du Bois, mg and 2.5 mg tablets after the caps
    pytest.param("62", "165", "95", "25", "25", "25", 10, id="E01: at the adult limit"),
    pytest.param("92", "180", "90", "32.5", "32.5", "25", 10, id="E02: limited to 25 mg"),
    pytest.param("55", "160", "48", "22.5", "22.5", "10", 4, id="E03: halved for the kidneys, rounded down"),
    pytest.param("70", "168", "88", "27.5", "27.5", "25", 10, id="E04: limited to 25 mg"),
    pytest.param("80", "175", "42", "30", "30", "12.5", 5, id="E05: halved for the kidneys"),
    pytest.param("74", "172", "24", "27.5", "27.5", None, 0, id="E06: eGFR below 30, none"),
    pytest.param("48", "152", "100", "22.5", "22.5", "22.5", 9, id="E07: below the limit"),
    pytest.param("110", "163", "85", "32.5", "32.5", "25", 10, id="E08: limited to 25 mg"),
    pytest.param("68", "170", "66", "27.5", "27.5", "25", 10, id="E09: limited to 25 mg"),
    pytest.param("59.5", "171", "105", "25", "25", "25", 10, id="E10: at the adult limit"),
    pytest.param("130", "188", "92", "40", "37.5", "25", 10, id="E11: limited to 25 mg; the two formulas differ"),
    pytest.param("80", "170", "99", "30", "27.5", "25", 10, id="E12: limited to 25 mg; the two formulas differ"),
    pytest.param("40", "148", "75", "20", "20", "20", 8, id="E13: below the limit"),
    pytest.param("65", "170", "58", "27.5", "27.5", "12.5", 5, id="E14: halved for the kidneys"),
]


@pytest.mark.parametrize(("kg", "cm", "egfr", "by_mosteller", "by_dubois", "mg", "count"), WORKED)
def test_methotrexate_once_a_week(
    shipped: CompiledPackage, kg: str, cm: str, egfr: str, by_mosteller: str, by_dubois: str, mg: str | None, count: int
) -> None:
    facts = Resolved(shipped, patient(weight_kg=kg, height_cm=cm, egfr=egfr))

    found = dose_for(shipped.regimens["methotrexate"], facts)

    beside = shipped.regimens["methotrexate"].compare_with
    assert beside is not None
    assert (facts["mtx_low_mg"], beside.value(facts)) == (Decimal(by_mosteller), Decimal(by_dubois))
    if mg is None:
        assert isinstance(found, NoDose) and found.final
        return
    assert isinstance(found, Dose)
    assert (found.start, found.per, found.frequency.type) == (Decimal(mg), "week", "weekly")
    assert tablets(found.products) == f"{count}×2.5"


@pytest.mark.parametrize(
    ("kg", "cm", "egfr", "start", "steps"),
    [
        pytest.param("62", "165", "95", "15", "20, 25", id="E01"),
        pytest.param("55", "160", "48", "10", "", id="E03: the target is below 15 mg"),
        pytest.param("80", "175", "42", "12.5", "", id="E05: the target is below 15 mg"),
        pytest.param("48", "152", "100", "15", "20, 22.5", id="E07"),
        pytest.param("40", "148", "75", "15", "20", id="E13"),
    ],
)
def test_the_gentle_way_starts_at_15_mg_or_the_target(
    shipped: CompiledPackage, kg: str, cm: str, egfr: str, start: str, steps: str
) -> None:
    found = given(shipped, "methotrexate_gentle", weight_kg=kg, height_cm=cm, egfr=egfr)

    assert found.start == Decimal(start)
    assert ", ".join(map(str, found.titration[1:])) == steps
    assert found.max <= 25


@pytest.mark.parametrize(
    ("kg", "egfr", "count", "pattern"),
    [
        pytest.param("62", "95", 10, "2 tablets on 3 days and 1 tablet on 4 days each week", id="E01"),
        pytest.param("92", "90", 14, "2 tablets every day (1 twice daily)", id="E02"),
        pytest.param("55", "48", 9, "2 tablets on 2 days and 1 tablet on 5 days each week", id="E03"),
        pytest.param("70", "88", 12, "2 tablets on 5 days and 1 tablet on 2 days each week", id="E04"),
        pytest.param("80", "42", 14, "2 tablets every day (1 twice daily)", id="E05"),
        pytest.param(
            "74",
            "24",
            9,
            "2 tablets on 2 days and 1 tablet on 5 days each week",
            id="E06: a quarter less, eGFR below 30",
        ),
        pytest.param("48", "100", 8, "2 tablets on 1 day and 1 tablet on 6 days each week", id="E07"),
        pytest.param("110", "85", 14, "2 tablets every day (1 twice daily)", id="E08"),
        pytest.param("68", "66", 11, "2 tablets on 4 days and 1 tablet on 3 days each week", id="E09"),
        pytest.param("59.5", "105", 10, "2 tablets on 3 days and 1 tablet on 4 days each week", id="E10"),
        pytest.param("130", "92", 14, "2 tablets every day (1 twice daily)", id="E11"),
        pytest.param("80", "99", 14, "2 tablets every day (1 twice daily)", id="E12"),
        pytest.param("40", "75", 7, "1 tablet every day", id="E13"),
        pytest.param("65", "58", 11, "2 tablets on 4 days and 1 tablet on 3 days each week", id="E14"),
        pytest.param("40", "25", 5, "1 tablet on 5 days each week", id="40 kg and eGFR below 30"),
        pytest.param("79.9", "95", 13, "2 tablets on 6 days and 1 tablet on 1 day each week", id="just below 80 kg"),
    ],
)
def test_hydroxychloroquine_as_whole_tablets_a_week(
    shipped: CompiledPackage, kg: str, egfr: str, count: int, pattern: str
) -> None:
    found = given(shipped, "hydroxychloroquine", weight_kg=kg, egfr=egfr)

    assert (found.start, found.per, found.pattern) == (count * 200, "week", pattern)
    assert tablets(found.products) == f"{count}×200"
    assert found.start / 7 <= 5 * Decimal(kg)


@pytest.mark.parametrize(
    ("kg", "low", "low_tablets", "high", "high_tablets"),
    [
        pytest.param("62", "30", "1×20 + 1×10", "60", "3×20", id="E01"),
        pytest.param("92", "45", "2×20 + 1×5", "60", "3×20", id="E02"),
        pytest.param("55", "25", "1×20 + 1×5", "55", "2×20 + 1×10 + 1×5", id="E03: 27.5 is a tie and goes down"),
        pytest.param("70", "35", "1×20 + 1×10 + 1×5", "60", "3×20", id="E04"),
        pytest.param("80", "40", "2×20", "60", "3×20", id="E05"),
        pytest.param("74", "35", "1×20 + 1×10 + 1×5", "60", "3×20", id="E06"),
        pytest.param("48", "25", "1×20 + 1×5", "50", "2×20 + 1×10", id="E07"),
        pytest.param("110", "55", "2×20 + 1×10 + 1×5", "60", "3×20", id="E08"),
        pytest.param("68", "35", "1×20 + 1×10 + 1×5", "60", "3×20", id="E09"),
        pytest.param("59.5", "30", "1×20 + 1×10", "60", "3×20", id="E10"),
        pytest.param("130", "60", "3×20", "60", "3×20", id="E11"),
        pytest.param("80", "40", "2×20", "60", "3×20", id="E12"),
        pytest.param("40", "20", "1×20", "40", "2×20", id="E13"),
        pytest.param("65", "30", "1×20 + 1×10", "60", "3×20", id="E14: 32.5 is a tie and goes down"),
        pytest.param("37", "17.5", "1×10 + 1×5 + 1×2.5", "35", "1×20 + 1×10 + 1×5", id="below 20 mg in steps of 2.5"),
    ],
)
def test_prednisone_half_to_one_mg_per_kg(
    shipped: CompiledPackage, kg: str, low: str, low_tablets: str, high: str, high_tablets: str
) -> None:
    found = given(shipped, "prednisone", weight_kg=kg)

    assert (found.min, found.max, found.start, found.per) == (Decimal(low), Decimal(high), None, "day")
    assert (tablets(found.products), tablets(found.products_max)) == (low_tablets, high_tablets)


@pytest.mark.parametrize(
    "facts",
    [
        {"diabetes": True},
        {"osteoporosis": True},
        {"hypertension": True},
        {"glaucoma": True},
        {"age_years": "65"},
        {"glaucoma": NOT_KNOWN},
    ],
    ids=["diabetes", "osteoporosis", "hypertension", "glaucoma", "65 years", "glaucoma not known"],
)
def test_prednisone_starts_at_the_lower_end_where_it_does_more_harm_or_nobody_knows(
    shipped: CompiledPackage, facts: dict[str, Any]
) -> None:
    assert given(shipped, "prednisone", weight_kg="70", **facts).start == 35


@pytest.mark.parametrize(
    ("egfr", "most", "steps"),
    [
        pytest.param("95", "1500", "1000, 1500, 2000, 2500, 3000", id="up to 1,500 mg twice daily"),
        pytest.param("25", "1500", "1000, 1500, 2000, 2500, 3000", id="eGFR 25"),
        pytest.param("24", "1000", "1000, 1500, 2000", id="E06: eGFR below 25, at most 1,000 mg twice daily"),
        pytest.param(NOT_KNOWN, "1000", "1000, 1500, 2000", id="eGFR not known: the limit applies"),
    ],
)
def test_mycophenolate_twice_daily(shipped: CompiledPackage, egfr: str, most: str, steps: str) -> None:
    found = given(shipped, "mycophenolate_mofetil", egfr=egfr)

    assert (found.start, found.max, found.per, found.frequency.times) == (500, Decimal(most), "dose", 2)
    assert (tablets(found.products), tablets(found.products_max)) == ("1×500", f"{Decimal(most) / 500}×500")
    assert ", ".join(map(str, found.titration)) == steps


def test_folic_acid_is_one_small_tablet(shipped: CompiledPackage) -> None:
    found = given(shipped, "folic_acid")

    assert (found.start, found.per, tablets(found.products)) == (1, "day", "1×1")


@pytest.mark.parametrize(
    ("regimen", "facts", "needs", "final"),
    [
        pytest.param("methotrexate", {"egfr": "29.9"}, set(), True, id="eGFR below 30"),
        pytest.param("methotrexate", {"egfr": NOT_KNOWN}, {"egfr"}, False, id="an adjustment that cannot be checked"),
        pytest.param("methotrexate", {"weight_kg": NOT_KNOWN}, {"weight_kg"}, False, id="no weight"),
        pytest.param("methotrexate", {"height_cm": NOT_KNOWN, "weight_kg": NOT_KNOWN}, {"weight_kg", "height_cm"}, False, id="no body size"),
        pytest.param("hydroxychloroquine", {"weight_kg": "39.9"}, set(), True, id="below 40 kg a specialist decides"),
        pytest.param("hydroxychloroquine", {"weight_kg": NOT_KNOWN}, {"weight_kg"}, False, id="no weight for the limit"),
        pytest.param("hydroxychloroquine", {"egfr": NOT_KNOWN}, {"egfr"}, False, id="no kidney function for the reduction"),
        pytest.param("prednisone", {"weight_kg": NOT_KNOWN}, {"weight_kg"}, False, id="no weight per kg"),
    ],
)  # fmt: skip
def test_no_dose_is_not_a_dose_and_says_what_is_missing(
    shipped: CompiledPackage, regimen: str, facts: dict[str, Any], needs: set[str], final: bool
) -> None:
    found = dose(shipped, regimen, **facts)

    assert isinstance(found, NoDose)
    assert (found.needs, found.final) == (needs, final)
    assert found.reason.endswith((".", "decides")) or found.reason


def test_the_working_shows_every_step_with_its_inputs(shipped: CompiledPackage) -> None:
    working = given(shipped, "methotrexate", weight_kg="80", height_cm="175", egfr="42").working

    assert working == (
        "15 mg/m² × 1.97 m² = 29.58 mg per week",
        "Height: 175 cm, 2026-11-23",
        "Weight: 80 kg, 2026-11-23",
        "Limited to 25 mg per week: Adult limit of 25 mg a week, the top of the adult skin range",
        "Given as 12.5 mg per week, −57.7 % of the calculated dose",
        "eGFR 30 to 59: half the dose, not above 12.5 mg a week, rounded down",
        "5 × 2.5 mg tablet = 12.5 mg per week",
    )


def test_the_working_names_the_other_formula_where_it_differs(shipped: CompiledPackage) -> None:
    differs = given(shipped, "methotrexate", weight_kg="80", height_cm="170").working
    agrees = given(shipped, "methotrexate", weight_kg="62", height_cm="165").working

    assert any(line.startswith("For comparison") and line.endswith("27.5 mg") for line in differs)
    assert not any(line.startswith("For comparison") for line in agrees)


def test_only_whole_tablets_can_be_picked(shipped: CompiledPackage) -> None:
    regimen = shipped.regimens["prednisone"]

    found = selectable(regimen, given(shipped, "prednisone", weight_kg="37"))

    assert found == [Decimal(mg) for mg in ("17.5", "20", "25", "30", "35")]
