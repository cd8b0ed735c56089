"""A planned dose in words: for the patient in units written in full, for the clinician in figures.

Refuses a dose it could only describe by guessing, such as a week that whole products do not fill evenly.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.planned import EveryDay, OnWeekday, PlannedDrug, Weekday
from guidelines.engine.products import Count, count_json, shown_products
from guidelines.engine.values import plain
from guidelines.reading.wording import ONE_TIME
from patients.paper_words import capital, joined, measured, number, so_many
from patients.plan_draft import MedicationLine, PlanDraft
from patients.plan_parts import DayCell, PlanProduct


class HowMuch(Protocol):
    """As much of a planned drug as its dose in figures needs: also a signed row has it."""

    @property
    def amount(self) -> Decimal: ...
    @property
    def unit(self) -> str: ...
    @property
    def per(self) -> str: ...
    @property
    def frequency(self) -> OnWeekday | EveryDay: ...
    @property
    def one_time(self) -> bool: ...


AS_BEFORE = {"patient": "Keep taking it as before.", "clinician": "Goes on as before; the dose is not recorded here."}
ENDED = "None. You have come to the end of the steps."
NOT_GIVEN = {
    "hold": ("Do not take it until we tell you.", "Held."),
    "stop": ("Stop taking it.", "Stopped."),
}


def product_list(products: Sequence[Count]) -> str:
    """1 tablet of 20 milligrams and 2 tablets of 1 milligram; 1 and a half tablets of 50 milligrams; 40 grams of cream."""
    return joined(
        [
            f"{measured(count * p.strength, p.unit)} of {p.form}"
            if p.measured
            else f"{so_many(count, p.form)} of {measured(p.strength, p.unit)}"
            for p, count in products
        ]
    )


def is_measured(products: Sequence[Count]) -> bool:
    """Whether the products say the amount themselves, so that it is not said a second time."""
    return all(product.measured for product, _ in products)


def total_of(products: Sequence[Count]) -> str:
    """How many in all, in words: 3 tablets; 40 grams of cream."""
    if is_measured(products):
        return product_list(products)
    return so_many(sum(count for _, count in products), products[0].product.form)


def plan_products(products: Sequence[Count]) -> tuple[PlanProduct, ...]:
    return tuple(PlanProduct(count_json(count), p.form, plain(p.strength), p.unit) for p, count in products)


def spread(planned: PlannedDrug) -> dict[Weekday, int]:
    """How many whole products on which day, for a daily drug given as so many a week; the fuller days lie apart."""
    (_, count), *others = planned.products
    if others or not isinstance(count, int):
        raise ValueError("a week is filled with one strength only, and with whole products")
    each, more = divmod(count, 7)
    return {day: each + (1 if day * more % 7 < more else 0) for day in Weekday}


def is_weekly_pattern(planned: PlannedDrug) -> bool:
    return isinstance(planned.frequency, EveryDay) and planned.per == "week"


def days_with(planned: PlannedDrug, count: int) -> list[str]:
    return [day.label for day, products in spread(planned).items() if products == count]


def week_of(planned: PlannedDrug, spared: Weekday | None) -> tuple[DayCell, ...]:
    """The seven days for a weekly drug, a weekly pattern, and a companion that leaves out a day; none for the rest."""
    form = planned.products[0].product.form
    if isinstance(planned.frequency, OnWeekday):
        taken = {planned.frequency.weekday: total_of(planned.products)}
    elif is_weekly_pattern(planned):
        taken = {day: so_many(count, form) for day, count in spread(planned).items() if count}
    elif spared is not None and planned.frequency.times == 1:
        taken = {day: total_of(planned.products) for day in Weekday if day != spared}
    else:
        return ()
    return tuple(DayCell(day.label, taken.get(day)) for day in Weekday)


def halves(planned: PlannedDrug) -> tuple[str, str]:
    """What is taken in the morning and in the evening of a drug given twice a day."""
    if isinstance(planned.frequency, OnWeekday) or planned.frequency.times != 2 or len(planned.products) != 1:
        raise ValueError("a morning and an evening dose need one product, taken two times")
    product, count = planned.products[0]
    # In the smallest parts of the product: 1 and a half tablets of one that is halved are 3 halves, 1 and 2 of them.
    part = product.smallest / product.strength
    morning = count if planned.per == "dose" else Decimal(count) / part // 2 * part
    evening = count if planned.per == "dose" else count - morning
    return total_of([Count(product, morning)]), total_of([Count(product, evening)])


def patient_dose(line: MedicationLine, spared: Weekday | None) -> str:
    """The dose in one line. Nothing here may be read as more often than it is."""
    planned = line.planned
    if not line.is_given:
        return NOT_GIVEN[line.change][0]
    if planned is None:
        return AS_BEFORE["patient"]
    products, total = product_list(planned.products), measured(planned.amount, planned.unit)
    if isinstance(planned.frequency, OnWeekday):
        often = ONE_TIME if planned.one_time else "Once a week"
        return f"{often}, on {planned.frequency.weekday.label}: {products}, {total} in all"
    if is_weekly_pattern(planned):
        return f"{products} in the week: {pattern_words(planned)}"
    in_all = "" if is_measured(planned.products) else f", {total} in all"
    if spared is not None:
        return f"{products} on each day but {spared.label}"
    if planned.frequency.times == 1:
        return capital(f"{products} each day{in_all}")
    if planned.per != "dose":
        morning, evening = halves(planned)
        return f"{morning} in the morning and {evening} in the evening: {products}{in_all}"
    return f"{number(planned.frequency.times)} times a day: {products} each time"


def pattern_words(planned: PlannedDrug) -> str:
    form, days = planned.products[0].product.form, spread(planned)
    counts = sorted({count for count in days.values() if count}, reverse=True)
    if len(set(days.values())) == 1:
        return f"{so_many(counts[0], form)} each day"
    return ", ".join(f"{so_many(count, form)} on {joined(days_with(planned, count))}" for count in counts)


def spared_weekday(compiled: CompiledPackage, draft: PlanDraft, line: MedicationLine) -> Weekday | None:
    """The weekday a companion leaves out, where it is one."""
    if line.planned is None or not compiled.regimens[line.planned.regimen].regimen.spares_main_weekday:
        return None
    return draft.main_weekday


def amount_and_days(planned: HowMuch, spared: Weekday | None) -> str:
    """How much and how often, in figures. Every screen and the paper take it from here, so that they say the same."""
    amount = f"{plain(planned.amount)} {planned.unit}"
    if isinstance(planned.frequency, OnWeekday):
        often = ONE_TIME.lower() if planned.one_time else "once a week"
        return f"{amount} {often}, on {planned.frequency.weekday.label}"
    if planned.per == "week":
        return f"{amount} a week"
    times = planned.frequency.times
    if spared is not None and times == 1:
        return f"{amount} on six days a week, not on {spared.label}"
    often = f"{amount} a day" if times == 1 else f"{amount} {'twice' if times == 2 else f'{times} times'} a day"
    if times > 1 and planned.per == "day":
        often = f"{amount} a day, in {times} doses"
    return often if spared is None else f"{often} on six days a week, not on {spared.label}"


def clinician_dose(line: MedicationLine, spared: Weekday | None) -> str:
    planned = line.planned
    if not line.is_given:
        return NOT_GIVEN[line.change][1]
    if planned is None:
        return AS_BEFORE["clinician"]
    pattern = f": {planned.pattern}" if planned.pattern else ""
    return f"{amount_and_days(planned, spared)} = {shown_products(planned.products)}{pattern}"
