"""Doses that change with time: the dated steps up of a titration and down of a taper.

A step down is planned only while the guideline's condition for it is met; unknown is not met.
"""

from datetime import date, timedelta
from decimal import Decimal

from guidelines.engine.compiled import CompiledRegimen
from guidelines.engine.content import Taper
from guidelines.engine.decision import Decision
from guidelines.engine.dosing import Dose, times_per
from guidelines.engine.operators import EXACT
from guidelines.engine.options import AssessedRegimen
from guidelines.engine.planned import OnWeekday, PlannedDrug
from guidelines.engine.tapering import TaperStep, taper_table
from guidelines.engine.values import plain
from patients.plan_draft import PlannedChange, TitrationStep


def first_dose_on(planned: PlannedDrug, today: date) -> date:
    return planned.frequency.weekday.on_or_after(today) if isinstance(planned.frequency, OnWeekday) else today


def titration_of(
    part: AssessedRegimen, planned: PlannedDrug | None, change: PlannedChange, today: date
) -> tuple[TitrationStep, ...]:
    """The planned amount and the steps above it, each on the earliest day it may come."""
    titration = part.regimen.regimen.titration
    if titration is None or planned is None or not isinstance(part.dose, Dose) or change not in ("start", "raise"):
        return ()
    factor = EXACT.divide(Decimal(1), times_per(part.regimen.regimen, titration.per))
    amount, last = planned.amount * factor, part.dose.max * factor
    on, steps = first_dose_on(planned, today), []
    while amount < last:
        steps.append(TitrationStep(on, Decimal(plain(amount)), titration.per))
        on, amount = on + timedelta(days=titration.every_min_days), amount + titration.increase
    return (*steps, TitrationStep(on, Decimal(plain(last)), titration.per)) if steps else ()


def taper_of(
    decision: Decision,
    regimen: CompiledRegimen,
    planned: PlannedDrug | None,
    change: PlannedChange,
    today: date,
    *,
    under_way: bool,
    begun_on: date | None,
) -> tuple[TaperStep, ...]:
    """The steps down from the planned amount; only the first one where no step down is planned now. `under_way`: an
    option continues the drug, so that the time on the step does not count. `begun_on`: the drug's own first day, where
    it is known; before the taper's earliest day from then on nothing goes down."""
    taper = regimen.regimen.taper
    if taper is None or planned is None:
        return ()
    first = first_dose_on(planned, today)
    if change == "start":
        return tuple(taper_table(regimen, amount=planned.amount, started_on=first))
    here = TaperStep(first, planned.amount, planned.products)
    # Not yet, or nobody knows whether the condition for it holds.
    if regimen.taper_when is not None and regimen.taper_when.value(decision.resolved) is not True:
        return (here,)
    down_on = first + timedelta(days=_days_at(taper, planned.amount))
    step_begun_on = None if under_way else decision.facts.started_on
    if step_begun_on is not None and step_begun_on + timedelta(days=taper.start_day) > first:
        down_on = first_dose_on(planned, step_begun_on + timedelta(days=taper.start_day))
    if begun_on is not None:
        down_on = max(down_on, first_dose_on(planned, begun_on + timedelta(days=_earliest_day(regimen, taper))))
    steps = taper_table(regimen, amount=planned.amount, started_on=down_on - timedelta(days=taper.start_day))
    return (here, *steps[1:])


def _earliest_day(regimen: CompiledRegimen, taper: Taper) -> int:
    """The first of a drug's days on which it may go down: earlier than usual only under a condition, which is met here."""
    if taper.earliest_start_day is None or regimen.taper_when is None:
        return taper.start_day
    return taper.earliest_start_day


def _days_at(taper: Taper, amount: Decimal) -> int:
    """How long an amount is kept before the next step down."""
    bands = sorted(taper.bands, key=lambda band: -band.above)
    return next((band.interval_days for band in bands if amount > band.above), taper.start_day)
