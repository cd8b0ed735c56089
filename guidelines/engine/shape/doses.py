"""Drugs, their products, and how a dose is found."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from guidelines.engine.shape.marked import Marked
from guidelines.engine.values import (
    SMALLEST,
    Content,
    Daily,
    Expression,
    Flag,
    Key,
    Line,
    NotNegative,
    Positive,
    Text,
    Weekly,
    Whole,
    between,
    not_empty,
)  # fmt: skip

StayDays = Annotated[Whole, between(1, 366)]
# A body is not heavier or larger than this; see `Regimen.has_few_steps`.
LARGEST_BODY = {"fixed": 1, "per_kg": 300, "per_m2": 4}
MAXIMUM_STEPS = 2_000

Frequency = Annotated[Weekly | Daily, Field(discriminator="type")]


class Product(Content):
    """What a dose is made of. `halves`: a scored tablet, given in halves, too. `measured`: a cream or a solution is weighed
    or poured out and not counted; `strength` is then the smallest amount of it that can be measured, in `unit`, and
    `concentration` what is in it, for clinicians."""

    key: Key
    form: Line  # tablet, capsule, cream
    strength: Positive
    unit: Line
    code: Line | None = None  # RxNorm
    halves: Flag = False
    measured: Flag = False
    concentration: Line | None = None  # 0.05 %

    @model_validator(mode="after")
    def what_is_measured_is_not_halved(self) -> Self:
        if self.halves and self.measured:
            raise ValueError(f"{self.key} is either cut in halves or measured, not both")
        if self.concentration and not self.measured:
            raise ValueError(f"{self.key}: a concentration is of what is measured; write the strength")
        return self

    @property
    def smallest(self) -> Decimal:
        """The least of it that can be given, in `unit`."""
        return self.strength / 2 if self.halves else self.strength


class Drug(Marked):
    key: Key
    name: Line
    names: tuple[Line, ...] = ()  # brand names and synonyms, for search
    weekly_only: Flag = False
    high_alert: Flag = False
    rxnorm: Line | None = None
    atc: Line | None = None
    purpose: Line | None = None  # plain: why it is on the plan
    products: tuple[Product, ...]


class Cap(Marked):
    """A limit on the dose; `when` unknown counts as met. `per_kg`: amount is per kg of weight."""

    amount: Positive
    basis: Literal["fixed", "per_kg"] = "fixed"
    per: Literal["dose", "day", "week"]
    when: Expression | None = None
    text: Line


class Adjustment(Marked):
    """What a condition does to the capped dose: a factor, a further cap (same unit and period), or no dose.

    With `factor_most` it is a range of factors: `factor` goes with the smallest dose, `factor_most` with the largest, and
    the physician picks between them.
    """

    when: Expression
    factor: Annotated[Positive, between(SMALLEST, 10)] | None = None
    factor_most: Annotated[Positive, between(SMALLEST, 10)] | None = None
    cap: Positive | None = None
    no_dose: Line | None = None
    text: Line

    @model_validator(mode="after")
    def a_range_has_two_ends(self) -> Self:
        if self.factor_most is not None and (self.factor is None or self.factor > self.factor_most):
            raise ValueError("factor_most is the upper end of a range: write factor, which is not above it")
        return self


class RoundingBand(Content):
    above: NotNegative = Field(alias="from")
    step: Positive

    model_config = {**Content.model_config, "populate_by_name": True, "serialize_by_alias": True}


class Titration(Marked):
    increase: Positive
    per: Literal["dose", "day", "week"]
    every_min_days: Whole
    every_max_days: Whole | None = None
    needs: Line | None = None  # what must be seen before each step


class TaperBand(Content):
    """While the amount is above `above`: lower by `step`, not below `floor`, after `interval_days` at the amount."""

    above: NotNegative
    step: Positive
    floor: NotNegative
    interval_days: StayDays
    slow_interval_days: StayDays | None = None

    @model_validator(mode="after")
    def goes_down(self) -> Self:
        if self.floor > self.above:
            raise ValueError("the floor of a band must not be higher than where the band begins (above)")
        return self


class ProductBand(Content):
    """From this amount on (per administration), build the dose from these products, largest first."""

    above: NotNegative = Field(alias="from")
    products: tuple[Key, ...]

    model_config = {**Content.model_config, "populate_by_name": True, "serialize_by_alias": True}


class Taper(Marked):
    start_day: Whole
    earliest_start_day: Whole | None = None
    start_when: Expression | None = None
    bands: tuple[TaperBand, ...]
    product_bands: tuple[ProductBand, ...] = ()
    advice: tuple[Line, ...] = ()  # plain lines printed above the table
    text: Text | None = None


class Requirement(Content):
    fact: Key
    when: Expression | None = None


class Regimen(Marked):
    """One drug with its dose: basis, limits, frequency, titration, products.

    `min`, `start`, `max` are mg, mg/kg or mg/m² (`basis`) in `amount_per`. Without `start` the physician picks,
    but takes the minimum where `start_at_minimum_when` is met or unknown. `start_at_most` limits the start in mg.
    """

    key: Key
    drug: Key
    title: Line
    plain: Line | None = None
    route: Line
    frequency: Frequency
    basis: Literal["fixed", "per_kg", "per_m2"]
    unit: Line
    amount_per: Literal["dose", "day", "week"]
    min: NotNegative
    start: NotNegative | None = None
    max: NotNegative
    start_at_most: Positive | None = None
    start_at_minimum_when: Expression | None = None
    one_time: Flag = False  # a single dose, as a test dose is; the weekday names the day it is taken on
    taken_now: Key | None = None  # the fact with the amount taken today, in the same unit and period
    caps: tuple[Cap, ...] = ()
    no_cap_because: Line | None = None
    adjustments: tuple[Adjustment, ...] = ()
    rounding: Annotated[tuple[RoundingBand, ...], AfterValidator(not_empty)]
    rounding_direction: Literal["nearest", "down"] = "nearest"  # a tie goes down, an adjusted dose always
    weekly_tablets: Flag = False  # a daily amount given as whole tablets spread over the week
    products: Annotated[tuple[Key, ...], AfterValidator(not_empty)]
    titration: Titration | None = None
    taper: Taper | None = None
    spares_main_weekday: Flag = False  # a companion left out on the weekday of the weekly drug
    requires: tuple[Requirement, ...] = ()
    compare_with: Expression | None = None  # another formula shown beside, in the dose's unit and period
    note: Line | None = None
    conflicts: tuple[Key, ...] = ()

    @model_validator(mode="after")
    def has_few_steps(self) -> Self:
        """Every amount from nothing to the largest is tried out, so that a physician can choose among them."""
        largest = self.max * LARGEST_BODY[self.basis] * (7 if self.weekly_tablets else 1)
        steps = [("rounding", band.step) for band in self.rounding]
        steps += [("titration", self.titration.increase)] if self.titration else []
        steps += [("taper", band.step) for band in self.taper.bands] if self.taper else []
        for name, step in steps:
            if largest / step > MAXIMUM_STEPS:
                raise ValueError(f"{self.key}: {name} in steps of {step} is too fine for amounts up to {largest}")
        return self

    @model_validator(mode="after")
    def a_range_has_no_start_to_limit(self) -> Self:
        """With two factors the physician picks the dose: there is no start, and its limit would limit nothing."""
        if self.start_at_most is not None and any(part.factor_most is not None for part in self.adjustments):
            raise ValueError(
                f"{self.key}: start_at_most limits nothing where factor_most leaves the dose to be picked; write the limit as a"
                " cap, or one factor"
            )
        return self

    @model_validator(mode="after")
    def weekly_has_no_day(self) -> Self:
        """An amount per day would count seven times on the one day on which a weekly drug is taken."""
        periods = {self.amount_per, *(cap.per for cap in self.caps), *([self.titration.per] if self.titration else [])}
        if self.frequency.type == "weekly" and "day" in periods:
            raise ValueError(
                f"{self.key} must be weekly: {self.drug} is taken once a week only; no amount, cap or titration is per day"
            )
        if self.one_time and (self.frequency.type != "weekly" or self.titration or self.taper):
            raise ValueError(f"{self.key}: one_time is for a weekly regimen that is neither raised nor lowered")
        if self.weekly_tablets and (self.frequency.type, self.amount_per) != ("daily", "day"):
            raise ValueError(f"{self.key}: weekly_tablets is for an amount per day; this one is not")
        return self
