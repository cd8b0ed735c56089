"""A dose lowered step by step on named days, as the regimen's taper table says.

Refuses an amount that whole products do not make up: a step without tablets would read as "none".
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from guidelines.engine.compiled import CompiledRegimen
from guidelines.engine.content import Taper, TaperBand
from guidelines.engine.products import Count, products_for
from guidelines.engine.values import plain


@dataclass(frozen=True, slots=True)
class TaperStep:
    """From this day on, this amount; an amount of 0 ends the drug."""

    on: date
    amount: Decimal
    products: tuple[Count, ...]


def taper_table(regimen: CompiledRegimen, *, amount: Decimal, started_on: date, slow: bool = False) -> list[TaperStep]:
    """All steps from the first dose to none. `amount` is in the regimen's period; the first step down is on the taper's
    start day, each later one after the time its band gives to the amount before it. ValueError where no whole products
    make up an amount."""
    taper = regimen.regimen.taper
    if taper is None:
        return []
    on = started_on
    steps = [TaperStep(on, amount, _products(regimen, amount))]
    while amount > 0:
        band = _band(taper, amount)
        if band is None:
            return steps
        first = len(steps) == 1
        stay = band.slow_interval_days if slow and band.slow_interval_days else band.interval_days
        on += timedelta(days=taper.start_day if first else stay)
        amount = max(band.floor, amount - band.step)
        steps.append(TaperStep(on, amount, _products(regimen, amount)))
    return steps


def can_be_lowered(regimen: CompiledRegimen, amount: Decimal, known: Collection[Decimal] = ()) -> bool:
    """Whether whole products make up this amount and, with a taper, every step down from it. `known`: amounts that can."""
    taper = regimen.regimen.taper
    while amount > 0 and amount not in known:
        if products_for(regimen, amount) is None:
            return False
        band = _band(taper, amount) if taper else None
        amount = max(band.floor, amount - band.step) if band else Decimal(0)
    return True


def _band(taper: Taper, amount: Decimal) -> TaperBand | None:
    """The band an amount is in: the highest that it is above."""
    return max((band for band in taper.bands if amount > band.above), key=lambda band: band.above, default=None)


def _products(regimen: CompiledRegimen, amount: Decimal) -> tuple[Count, ...]:
    found = products_for(regimen, amount) if amount else ()
    if found is None:
        raise ValueError(f"The products of {regimen.drug.name} cannot make up {plain(amount)} {regimen.regimen.unit}.")
    return found
