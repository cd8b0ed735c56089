"""A dose lowered step by step on named days, as the regimen's taper table says."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from guidelines.engine.compiled import CompiledRegimen
from guidelines.engine.products import Count, products_for


@dataclass(frozen=True, slots=True)
class TaperStep:
    """From this day on, this amount; an amount of 0 ends the drug."""

    on: date
    amount: Decimal
    products: tuple[Count, ...]


def taper_table(regimen: CompiledRegimen, *, amount: Decimal, started_on: date, slow: bool = False) -> list[TaperStep]:
    """All steps from the first dose to none. `amount` is in the regimen's period; the first step down is on the taper's
    start day, each later one after the time its band gives to the amount before it."""
    taper = regimen.regimen.taper
    if taper is None:
        return []
    on = started_on
    steps = [TaperStep(on, amount, products_for(regimen, amount) or ())]
    bands = sorted(taper.bands, key=lambda band: -band.above)
    while amount > 0:
        band = next((band for band in bands if amount > band.above), None)
        if band is None:
            return steps
        first = len(steps) == 1
        stay = band.slow_interval_days if slow and band.slow_interval_days else band.interval_days
        on += timedelta(days=taper.start_day if first else stay)
        amount = max(band.floor, amount - band.step)
        steps.append(TaperStep(on, amount, products_for(regimen, amount) or () if amount else ()))
    return steps
