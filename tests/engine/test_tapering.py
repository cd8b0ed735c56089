"""Prednisone lowered by the table of the shipped guideline: the worked table and the summary, for a clinician to sign."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from guidelines.engine.compiled import CompiledPackage, ContentError, compile_package
from guidelines.engine.content import Package
from guidelines.engine.dosing import Dose, dose_for, selectable
from guidelines.engine.products import products_for
from guidelines.engine.resolve import Resolved
from guidelines.engine.tapering import TaperStep, taper_table
from tests.engine.patients import patient

START = date(2026, 11, 23)


def table(shipped: CompiledPackage, mg: str, *, slow: bool = False) -> list[TaperStep]:
    return taper_table(shipped.regimens["prednisone"], amount=Decimal(mg), started_on=START, slow=slow)


def week(step: TaperStep) -> int:
    weeks, rest = divmod((step.on - START).days, 7)
    assert rest == 0
    return weeks


def total_mg(steps: list[TaperStep]) -> Decimal:
    return sum((here.amount * (after.on - here.on).days for here, after in pairwise(steps)), Decimal(0))


def test_from_60_mg_step_by_step(shipped: CompiledPackage) -> None:
    shown = [
        (week(step), str(step.amount.normalize() if step.amount % 1 else int(step.amount)), " + ".join(f"{count} x {product.strength}" for product, count in step.products))
        for step in table(shipped, "60")
    ]  # fmt: skip

    assert shown == [
        (0, "60", "3 x 20"),
        (6, "50", "2 x 20 + 1 x 10"),
        (8, "40", "2 x 20"),
        (10, "30", "1 x 20 + 1 x 10"),
        (12, "25", "1 x 20 + 1 x 5"),
        (14, "20", "1 x 20"),
        (16, "15", "1 x 10 + 1 x 5"),
        (18, "12.5", "1 x 10 + 1 x 2.5"),
        (20, "10", "1 x 10"),
        (22, "7.5", "1 x 5 + 1 x 2.5"),
        (26, "7", "1 x 5 + 2 x 1"),
        (30, "6", "1 x 5 + 1 x 1"),
        (34, "5", "1 x 5"),
        (38, "4", "4 x 1"),
        (42, "3", "3 x 1"),
        (46, "2", "2 x 1"),
        (50, "1", "1 x 1"),
        (54, "0", ""),
    ]


@pytest.mark.parametrize(
    ("start_mg", "slow", "week_at_7_5", "week_without", "total"),
    [
        ("60", False, 22, 54, 6349), ("60", True, 28, 60, 6874),
        ("55", False, 22, 54, 5999), ("55", True, 28, 60, 6524),
        ("50", False, 20, 52, 5229), ("50", True, 26, 58, 5754),
        ("45", False, 20, 52, 4949), ("45", True, 26, 58, 5474),
        ("40", False, 18, 50, 4249), ("40", True, 24, 56, 4774),
        ("35", False, 18, 50, 4039), ("35", True, 24, 56, 4564),
        ("30", False, 16, 48, 3409), ("30", True, 22, 54, 3934),
        ("25", False, 14, 46, 2849), ("25", True, 20, 52, 3374),
        ("20", False, 12, 44, 2359), ("20", True, 18, 50, 2884),
    ],
)  # fmt: skip
def test_the_summary_of_the_starting_doses(
    shipped: CompiledPackage, start_mg: str, slow: bool, week_at_7_5: int, week_without: int, total: int
) -> None:
    steps = table(shipped, start_mg, slow=slow)

    assert next(week(step) for step in steps if step.amount == Decimal("7.5")) == week_at_7_5
    assert (steps[-1].amount, week(steps[-1])) == (0, week_without)
    assert total_mg(steps) == total


@pytest.mark.parametrize("start_mg", ["60", "47.5", "32.5", "17.5", "12.5", "9", "8", "7.5", "7", "6", "5", "1"])
@pytest.mark.parametrize("slow", [False, True])
def test_a_taper_always_goes_down_to_nothing_in_whole_tablets(
    shipped: CompiledPackage, start_mg: str, slow: bool
) -> None:
    steps = table(shipped, start_mg, slow=slow)

    assert all(after.amount < here.amount and after.on > here.on for here, after in pairwise(steps))
    assert steps[-1].amount == 0
    for step in steps[1:-1]:
        assert sum(count * product.strength for product, count in step.products) == step.amount, step


@pytest.mark.parametrize("key", ["prednisone", "prednisone_continued", "methotrexate_taper"])
def test_every_dose_that_can_be_picked_can_be_lowered_to_nothing(shipped: CompiledPackage, key: str) -> None:
    regimen = shipped.regimens[key]
    dose = dose_for(regimen, Resolved(shipped, patient(weight_kg="70")))
    assert isinstance(dose, Dose)

    amounts = selectable(regimen, dose)
    tables = [taper_table(regimen, amount=amount, started_on=START) for amount in amounts]

    assert tables and all(steps[-1].amount == 0 for steps in tables)


def test_a_patient_may_be_on_any_whole_number_of_milligrams(shipped: CompiledPackage) -> None:
    regimen = shipped.regimens["prednisone_continued"]

    assert all(products_for(regimen, Decimal(mg)) for mg in range(1, 61))
    assert [(p.strength, n) for p, n in products_for(regimen, Decimal(8)) or ()] == [(5, 1), (1, 3)]


@pytest.mark.parametrize(("start_mg", "step_mg"), [("6.5", "4.5"), ("0.5", "0.5"), ("61.3", "61.3")])
def test_a_taper_from_a_dose_that_no_tablets_make_up_is_refused(
    shipped: CompiledPackage, start_mg: str, step_mg: str
) -> None:
    with pytest.raises(ValueError, match=f"The products of prednisone cannot make up {step_mg} mg"):
        table(shipped, start_mg)


def test_the_taper_of_a_weekly_drug_stays_weekly(shipped: CompiledPackage) -> None:
    steps = taper_table(shipped.regimens["methotrexate_taper"], amount=Decimal("7.5"), started_on=START)

    assert [(week(step), step.amount) for step in steps] == [
        (0, Decimal("7.5")),
        (4, Decimal(5)),
        (8, Decimal("2.5")),
        (12, 0),
    ]


def test_a_regimen_without_a_taper_has_no_table(shipped: CompiledPackage) -> None:
    assert taper_table(shipped.regimens["folic_acid"], amount=Decimal(1), started_on=START) == []


def test_a_condition_for_going_down_that_cannot_be_read_is_refused(shipped: CompiledPackage) -> None:
    content = shipped.package.canonical()
    tapered = next(regimen for regimen in content["regimens"] if regimen.get("taper"))
    tapered["taper"]["start_when"] = "no_such_fact > 3"

    with pytest.raises(ContentError, match="no_such_fact") as refused:
        compile_package(Package.model_validate(content))

    assert refused.value.place == f"regimens.{tapered['key']}.taper.start_when"
