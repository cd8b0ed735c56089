"""A drug as it is planned for one patient. A drug that is weekly-only cannot be built with any other frequency."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import IntEnum

from guidelines.engine.content import Drug
from guidelines.engine.products import Count


class Weekday(IntEnum):
    MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)

    @property
    def label(self) -> str:
        return self.name.capitalize()

    def plus(self, days: int) -> "Weekday":
        return Weekday((self + days) % 7)

    def on_or_after(self, day: date) -> date:
        """The first such weekday that is not before `day`."""
        return day + timedelta(days=(self - day.weekday()) % 7)


@dataclass(frozen=True, slots=True)
class OnWeekday:
    """Once a week, on this weekday."""

    weekday: Weekday

    def __post_init__(self) -> None:
        if not isinstance(self.weekday, Weekday):
            raise ValueError("name the weekday of the weekly dose")


@dataclass(frozen=True, slots=True)
class EveryDay:
    times: int

    def __post_init__(self) -> None:
        if self.times < 1:
            raise ValueError("a daily drug is given at least once a day")


@dataclass(frozen=True, slots=True)
class PlannedDrug:
    """What is to be given: an amount with its products and its frequency. `per` is dose, day or week."""

    drug: Drug
    regimen: str
    amount: Decimal
    unit: str
    per: str
    frequency: OnWeekday | EveryDay
    products: tuple[Count, ...]
    pattern: str | None = None
    one_time: bool = False  # a single dose, on the weekday of its frequency

    def __post_init__(self) -> None:
        if self.drug.weekly_only and (not isinstance(self.frequency, OnWeekday) or self.per != "week"):
            raise ValueError(f"{self.drug.name} is taken once a week, on a named weekday; it has no other frequency")
        if isinstance(self.frequency, OnWeekday) and self.per != "week":
            raise ValueError(f"{self.drug.name}: a weekly dose is counted per week")
        made = sum((count * product.strength for product, count in self.products), Decimal(0))
        if made != self.amount or self.amount <= 0:
            raise ValueError(
                f"{self.drug.name}: the products make {made} {self.unit}, the dose is {self.amount} {self.unit}"
            )
