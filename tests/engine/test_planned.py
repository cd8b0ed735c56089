"""A weekly-only drug has no other frequency in any type of the engine."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Product
from guidelines.engine.dosing import Dose, dose_for
from guidelines.engine.planned import EveryDay, OnWeekday, PlannedDrug, Weekday
from guidelines.engine.products import Count, counted, make_up, weekly_pattern
from guidelines.engine.resolve import Resolved
from guidelines.engine.values import Daily
from tests.engine.patients import patient
from tests.engine.small_guideline import content, small
from tests.pace import within_seconds

MONDAY = OnWeekday(Weekday.MONDAY)


def planned(compiled: CompiledPackage, drug: str, **more: Any) -> PlannedDrug:
    entry = compiled.drugs[drug]
    given: dict[str, Any] = {
        "drug": entry, "regimen": drug, "amount": Decimal(20), "unit": "mg", "per": "week", "frequency": MONDAY,
        "products": (Count(entry.products[0], 2),),
    }  # fmt: skip
    return PlannedDrug(**(given | more))


def test_a_weekly_drug_is_planned_on_a_named_weekday(elbow: CompiledPackage) -> None:
    assert planned(elbow, "pearls").frequency.weekday.label == "Monday"


@pytest.mark.parametrize(
    "more",
    [
        {"frequency": EveryDay(1)},
        {"frequency": EveryDay(1), "per": "day"},
        {"per": "day"},
        {"per": "dose"},
        {"frequency": None},
        {"frequency": "weekly"},
    ],
    ids=["daily", "daily per day", "weekly per day", "weekly per dose", "none", "a word"],
)
def test_a_weekly_only_drug_cannot_be_built_otherwise(elbow: CompiledPackage, more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="once a week, on a named weekday; it has no other frequency"):
        planned(elbow, "pearls", **more)


def test_a_planned_weekly_drug_cannot_be_changed_into_a_daily_one(elbow: CompiledPackage) -> None:
    weekly = planned(elbow, "pearls")

    with pytest.raises(AttributeError):
        weekly.frequency = EveryDay(1)
    with pytest.raises(ValueError, match="no other frequency"):
        replace(weekly, frequency=EveryDay(1))


@pytest.mark.parametrize("weekday", [0, "Monday", None, True])
def test_the_weekday_must_be_named(weekday: Any) -> None:
    with pytest.raises(ValueError, match="name the weekday"):
        OnWeekday(weekday)


def test_a_daily_drug_is_given_at_least_once() -> None:
    with pytest.raises(ValueError, match="at least once a day"):
        EveryDay(0)


def test_a_weekly_dose_of_any_drug_is_counted_per_week(elbow: CompiledPackage) -> None:
    with pytest.raises(ValueError, match="counted per week"):
        planned(elbow, "drops", per="day")


@pytest.mark.parametrize("amount", ["10", "0", "20.0001"])
def test_the_products_must_make_up_the_dose(elbow: CompiledPackage, amount: str) -> None:
    with pytest.raises(ValueError, match="the products make 20 mg, the dose is"):
        planned(elbow, "pearls", amount=Decimal(amount))


@pytest.mark.parametrize(
    "change",
    [
        {"frequency": {"type": "daily", "times": 1}},
        {"frequency": {"type": "daily", "times": 1}, "amount_per": "day"},
        {"amount_per": "day"},
        {"amount_per": "dose"},
    ],
    ids=["daily", "daily per day", "per day", "per dose"],
)
def test_a_package_in_which_a_weekly_only_drug_is_not_weekly_does_not_exist(change: dict[str, Any]) -> None:
    changed = content()
    changed["regimens"][2] |= change

    with pytest.raises(ValidationError, match="pearls must be weekly: pearls is taken once a week only"):
        small(changed)


@pytest.mark.parametrize("frequency", [{"type": "monthly"}, {"type": "weekly", "times": 7}, {"times": 1}, "daily", {}])
def test_there_are_two_frequencies_and_weekly_has_no_times(frequency: Any) -> None:
    changed = content()
    changed["regimens"][2]["frequency"] = frequency

    with pytest.raises(ValidationError):
        small(changed)


def test_a_calculated_dose_of_a_weekly_only_drug_is_weekly(shipped: CompiledPackage) -> None:
    for key, regimen in shipped.regimens.items():
        if regimen.drug.weekly_only:
            dose = dose_for(regimen, Resolved(shipped, patient()))
            assert isinstance(dose, Dose), key
            assert (dose.frequency.type, dose.per) == ("weekly", "week")
            with pytest.raises(ValueError, match="no other frequency"):
                replace(dose, frequency=Daily(type="daily", times=1))


def test_the_shipped_guideline_has_a_weekly_only_drug(shipped: CompiledPackage) -> None:
    assert [drug.key for drug in shipped.package.drugs if drug.weekly_only] == ["methotrexate"]


@pytest.mark.parametrize(
    ("day", "first"), [("2026-11-23", "2026-11-23"), ("2026-11-24", "2026-11-30"), ("2026-12-29", "2027-01-04")]
)
def test_the_first_monday_is_not_before_the_day(day: str, first: str) -> None:
    assert Weekday.MONDAY.on_or_after(date.fromisoformat(day)) == date.fromisoformat(first)


def test_weekdays_go_round() -> None:
    assert Weekday.SUNDAY.plus(1) is Weekday.MONDAY
    assert Weekday.MONDAY.plus(-1) is Weekday.SUNDAY


def test_a_dose_is_made_of_the_largest_products_first(elbow: CompiledPackage) -> None:
    products = elbow.drugs["drops"].products

    assert make_up(Decimal(30), products) == (Count(products[0], 3),)
    assert make_up(Decimal(25), products) is None
    assert make_up(Decimal(0), products) is None


@pytest.mark.parametrize(
    ("amount", "strengths", "counts"),
    [
        pytest.param("8", ("5", "2.5", "1"), [1, 3], id="the largest leaves a rest the smallest makes up"),
        pytest.param("401.0005", ("0.003", "0.002"), None, id="two so small that no count of them comes out"),
        pytest.param("100.0001", ("7.001", "5.003", "3.007"), None, id="three"),
        pytest.param("401", ("0.003", "0.002"), [133_666, 1], id="very many"),
    ],
)
def test_making_up_a_dose_ends(amount: str, strengths: tuple[str, ...], counts: list[int] | None) -> None:
    products = [
        Product(key=f"p{n}", form="piece", strength=strength, unit="mg") for n, strength in enumerate(strengths)
    ]
    made = within_seconds(1, lambda: make_up(Decimal(amount), products))

    assert (None if made is None else [count.number for count in made]) == counts


@pytest.mark.parametrize(
    ("count", "pattern"),
    [(1, "1 tablet on 1 day each week"), (6, "1 tablet on 6 days each week"), (7, "1 tablet every day"), (8, "2 tablets on 1 day and 1 tablet on 6 days each week"),
     (14, "2 tablets every day (1 twice daily)"), (21, "3 tablets every day")],
)  # fmt: skip
def test_tablets_are_spread_over_the_week(count: int, pattern: str) -> None:
    assert weekly_pattern(count, "tablet") == pattern


def test_one_tablet_is_not_one_tablets() -> None:
    assert [counted(n, "tablet") for n in (0, 1, 2, Decimal("2.50"))] == [
        "0 tablets",
        "1 tablet",
        "2 tablets",
        "2.5 tablets",
    ]
