"""What a dose is made of: halves of tablets that may be halved, creams that are measured out, and ranges of factors."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from guidelines.engine.content import Package, Product
from guidelines.engine.dosing import Dose, NoDose, dose_for, selectable
from guidelines.engine.options import dose_json
from guidelines.engine.products import Count, count_json, described, make_up, shown_products, weekly_pattern
from guidelines.engine.reading import read_facts
from guidelines.engine.resolve import Resolved
from tests.engine.small_guideline import content, decided, facts_json, small

SCORED = Product(key="scored", form="tablet", strength="50", unit="mg", halves=True)
WHOLE = Product(key="whole", form="tablet", strength="20", unit="mg")
CREAM = Product(key="cream", form="cream", strength="1", unit="g", measured=True, concentration="0.05 %")


@pytest.mark.parametrize(
    ("amount", "products", "made"),
    [
        ("25", [SCORED], "0.5 × 50 mg tablet"),
        ("75", [SCORED], "1.5 × 50 mg tablet"),
        ("150", [SCORED], "3 × 50 mg tablet"),
        ("95", [SCORED, WHOLE], "1.5 × 50 mg tablet + 1 × 20 mg tablet"),
        ("40", [CREAM], "40 g cream 0.05 %"),
    ],
)
def test_a_dose_is_made_of_halves_and_of_what_is_measured(amount: str, products: list[Product], made: str) -> None:
    assert shown_products(make_up(Decimal(amount), products) or ()) == made


@pytest.mark.parametrize(("amount", "product"), [("12.5", SCORED), ("60", SCORED), ("10", WHOLE), ("0.5", CREAM)])
def test_nothing_is_cut_smaller_than_it_may_be(amount: str, product: Product) -> None:
    assert make_up(Decimal(amount), [product]) is None


@given(parts=st.integers(1, 400))
def test_products_add_up_to_the_amount_and_only_one_is_halved(parts: int) -> None:
    amount = parts * SCORED.smallest

    (count,) = make_up(amount, [SCORED]) or ()

    assert count.number * SCORED.strength == amount
    assert Decimal(count.number) % 1 in (0, Decimal("0.5"))


def test_a_half_travels_as_a_decimal_and_a_whole_one_as_before() -> None:
    assert [count_json(number) for number in (3, Decimal("1.5"))] == [3, "1.5"]


def test_what_a_product_is_stands_in_words() -> None:
    assert [described(product) for product in (WHOLE, SCORED, CREAM)] == [
        "tablet of 20 mg", "tablet of 50 mg, given in halves, too", "cream 0.05 %, measured to 1 g",
    ]  # fmt: skip


def test_a_week_is_not_filled_with_halves() -> None:
    with pytest.raises(ValueError, match="no halves"):
        weekly_pattern(Decimal("10.5"), "tablet")


def with_products(key: str, **flags: Any) -> dict[str, Any]:
    raw = content()
    next(drug for drug in raw["drugs"] if drug["key"] == key)["products"][0] |= flags
    return raw


def test_a_weekly_drug_is_never_halved() -> None:
    with pytest.raises(ValidationError, match="taken once a week only and is not halved"):
        Package.model_validate(with_products("pearls", halves=True))


def test_a_dose_spread_over_the_week_is_never_halved() -> None:
    raw = with_products("drops", halves=True)
    next(regimen for regimen in raw["regimens"] if regimen["key"] == "drops")["weekly_tablets"] = True
    with pytest.raises(ValidationError, match="its products are not halved"):
        Package.model_validate(raw)


def test_nothing_is_halved_and_measured() -> None:
    with pytest.raises(ValidationError, match="not both"):
        Product(key="p", form="cream", strength="1", unit="g", halves=True, measured=True)


def test_a_tablet_has_a_strength_and_no_concentration() -> None:
    with pytest.raises(ValidationError, match="write the strength"):
        Product(key="p", form="tablet", strength="1", unit="g", concentration="1 %")


def test_old_content_keeps_its_hash() -> None:
    assert small().content_hash == small(with_products("drops", halves=False, measured=False)).content_hash
    assert small().content_hash != small(with_products("drops", halves=True)).content_hash


# --- a range of factors ---------------------------------------------------------------------------------------------

RANGE = {
    "when": '"soap" in medications',
    "factor": "0.25",
    "factor_most": "0.5",
    "text": "With soap: a quarter to a half",
}


def dose(*adjustments: dict[str, Any], weight_kg: str = "80", **facts: Any) -> Dose | NoDose:
    raw = content()
    drops = next(regimen for regimen in raw["regimens"] if regimen["key"] == "drops")
    drops |= {
        "basis": "per_kg",
        "min": 1,
        "start": 1,
        "max": 2,
        "caps": [{"amount": 200, "per": "day", "text": "200 mg"}],
    }
    drops["adjustments"] = list(adjustments)
    compiled = small(raw)
    facts = {"weight_kg": weight_kg, "medications": ["soap"]} | facts
    return dose_for(compiled.regimens["drops"], Resolved(compiled, read_facts(facts_json(**facts), compiled)))


@pytest.mark.parametrize(
    ("kg", "least", "most"),
    [
        pytest.param("80", "20", "80", id="1 to 2 mg/kg is 80 to 160 mg; a quarter of 80, half of 160"),
        pytest.param("75", "10", "70", id="18.75 to 75: rounded down, as every adjusted dose"),
        pytest.param("30", "10", "30", id="7.5 to 30: the least that can be given lies between"),
    ],
)
def test_a_range_of_factors_leaves_the_physician_to_pick(kg: str, least: str, most: str) -> None:
    found = dose(RANGE, weight_kg=kg)

    assert isinstance(found, Dose)
    assert (found.min, found.start, found.max) == (Decimal(least), None, Decimal(most))
    assert selectable_of(found)[0] == found.min and selectable_of(found)[-1] == found.max
    assert found.working[-2] == RANGE["text"]


def selectable_of(found: Dose) -> list[Decimal]:
    compiled = small().regimens["drops"]
    assert dose_json(compiled, found)["start"] is None
    return selectable(compiled, found)


def test_a_range_below_the_smallest_product_is_no_dose() -> None:
    found = dose(RANGE | {"factor": "0.01", "factor_most": "0.05"})

    assert isinstance(found, NoDose) and found.final


def test_an_unknown_range_gives_no_dose() -> None:
    found = dose(RANGE, medications={"status": "not_known"})

    assert isinstance(found, NoDose) and found.needs == {"medications"}


def test_factors_multiply_and_a_range_stays_one() -> None:
    found = dose(RANGE, {"when": "red", "factor": "0.5", "text": "Red: half"}, red=True)

    assert isinstance(found, Dose)
    assert (found.min, found.start, found.max) == (Decimal(10), None, Decimal(40))


def test_one_factor_keeps_its_starting_dose() -> None:
    found = dose(RANGE | {"factor_most": None})

    assert isinstance(found, Dose)
    assert (found.min, found.start, found.max) == (Decimal(20), Decimal(20), Decimal(40))


@pytest.mark.parametrize("factors", [{"factor_most": "0.5"}, {"factor": "0.5", "factor_most": "0.25"}])
def test_a_range_has_two_ends_in_their_order(factors: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="factor_most is the upper end"):
        dose({"when": "red", "text": "Red", **factors})


def test_a_range_of_factors_has_no_start_to_limit() -> None:
    raw = content()
    drops = next(regimen for regimen in raw["regimens"] if regimen["key"] == "drops")
    drops |= {"start_at_most": 10, "adjustments": [RANGE]}

    with pytest.raises(ValidationError, match="drops: start_at_most limits nothing where factor_most"):
        Package.model_validate(raw)
    drops["adjustments"] = [RANGE | {"factor_most": None}]
    assert small(raw).regimens["drops"].regimen.start_at_most == 10


def test_counts_stand_beside_their_products() -> None:
    assert make_up(Decimal(75), [SCORED]) == (Count(SCORED, Decimal("1.5")),)


# --- one table of doses per phenotype -------------------------------------------------------------------------------


def by_itch(**facts: Any) -> Any:
    """An option whose drops come in two strengths of dose, and in none for whom the itch is worse."""
    raw = content()
    (drops,) = [regimen for regimen in raw["regimens"] if regimen["key"] == "drops"]
    raw["regimens"].append(drops | {"key": "drops_more", "min": 20, "start": 20, "max": 20})
    raw["options"][0]["regimens"] = [
        {"regimen": "drops", "role": "main", "when": 'itch == "better"'},
        {"regimen": "drops_more", "role": "main", "when": 'itch == "same"'},
    ]
    return decided(small(raw), **facts)


@pytest.mark.parametrize(("itch", "regimens"), [("better", ["drops"]), ("same", ["drops_more"])])
def test_a_choice_selects_the_table_of_doses(itch: str, regimens: list[str]) -> None:
    decision = by_itch(itch=itch)

    assert (decision.outcome, decision.step) == ("propose", "E1")
    assert [part.regimen.regimen.key for part in decision.options[0].regimens] == regimens


def test_an_option_with_nothing_to_give_is_excluded_and_never_available() -> None:
    decision = by_itch(itch="worse")

    assert (decision.outcome, decision.step) == ("propose", "E2")
    assert next((option.option.key, option.state) for option in decision.options) == ("E1-drops", "excluded")


def test_an_unknown_choice_leaves_out_no_table() -> None:
    decision = by_itch(itch={"status": "not_known"})

    assert [part.regimen.regimen.key for part in decision.options[0].regimens] == ["drops", "drops_more"]


def test_what_speaks_against_a_drug_is_said_once_for_all_its_rows() -> None:
    decision = by_itch(itch={"status": "not_known"}, dry=True, allergic=True)
    option = decision.options[0].as_json(shows_doses=False, changes={})

    assert [key for key in option["against"] if key == "DROPS-DRY"] == ["DROPS-DRY"]
    assert option["excluded_by"] == ["DROPS-ALLERGY"]
