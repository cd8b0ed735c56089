"""Drugs, their products, and how a dose is found."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from guidelines.engine.shape.marked import Marked
from guidelines.engine.values import Amount, Content, Daily, Expression, Flag, Key, Line, Text, Weekly, Whole

Frequency = Annotated[Weekly | Daily, Field(discriminator="type")]


class Product(Content):
    key: Key
    form: Line  # tablet, capsule
    strength: Amount
    unit: Line
    code: Line | None = None  # RxNorm


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

    amount: Amount
    basis: Literal["fixed", "per_kg"] = "fixed"
    per: Literal["dose", "day", "week"]
    when: Expression | None = None
    text: Line


class Adjustment(Marked):
    """What a condition does to the capped dose: a factor, a further cap (same unit and period), or no dose."""

    when: Expression
    factor: Amount | None = None
    cap: Amount | None = None
    no_dose: Line | None = None
    text: Line


class RoundingBand(Content):
    above: Amount = Field(alias="from")
    step: Amount

    model_config = {**Content.model_config, "populate_by_name": True, "serialize_by_alias": True}


class Titration(Marked):
    increase: Amount
    per: Literal["dose", "day", "week"]
    every_min_days: Whole
    every_max_days: Whole | None = None
    needs: Line | None = None  # what must be seen before each step


class TaperBand(Content):
    """While the amount is above `above`: lower by `step`, not below `floor`, after `interval_days` at the amount."""

    above: Amount
    step: Amount
    floor: Amount
    interval_days: Whole
    slow_interval_days: Whole | None = None


class ProductBand(Content):
    """From this amount on (per administration), build the dose from these products, largest first."""

    above: Amount = Field(alias="from")
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
    route: Line
    frequency: Frequency
    basis: Literal["fixed", "per_kg", "per_m2"]
    unit: Line
    amount_per: Literal["dose", "day", "week"]
    min: Amount
    start: Amount | None = None
    max: Amount
    start_at_most: Amount | None = None
    start_at_minimum_when: Expression | None = None
    taken_now: Key | None = None  # the fact with the amount taken today, in the same unit and period
    caps: tuple[Cap, ...] = ()
    no_cap_because: Line | None = None
    adjustments: tuple[Adjustment, ...] = ()
    rounding: tuple[RoundingBand, ...]
    rounding_direction: Literal["nearest", "down"] = "nearest"  # a tie goes down, an adjusted dose always
    weekly_tablets: Flag = False  # a daily amount given as whole tablets spread over the week
    products: tuple[Key, ...]
    titration: Titration | None = None
    taper: Taper | None = None
    spares_main_weekday: Flag = False  # a companion left out on the weekday of the weekly drug
    requires: tuple[Requirement, ...] = ()
    compare_with: Expression | None = None  # another formula shown beside, in the dose's unit and period
    note: Line | None = None

    @model_validator(mode="after")
    def weekly_has_no_day(self) -> Self:
        """An amount per day would count seven times on the one day on which a weekly drug is taken."""
        periods = {self.amount_per, *(cap.per for cap in self.caps), *([self.titration.per] if self.titration else [])}
        if self.frequency.type == "weekly" and "day" in periods:
            raise ValueError(f"{self.key} must be weekly in all it says: no amount, cap or titration of it is per day")
        if self.weekly_tablets and (self.frequency.type, self.amount_per) != ("daily", "day"):
            raise ValueError(f"{self.key}: weekly_tablets is for an amount per day; this one is not")
        return self
