"""From a regimen and a patient's facts to a dose: raw, caps, adjustment, rounding, products, with the working.

Gives Dose or NoDose, so that "no dose" cannot be mistaken for one. Never above a cap; an unknown cap condition caps,
an unknown adjustment gives no dose.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from guidelines.engine.compiled import CompiledRegimen
from guidelines.engine.content import Drug, Frequency, Regimen
from guidelines.engine.facts import Known
from guidelines.engine.operators import EXACT, nearest, unit_text
from guidelines.engine.products import Count, products_for, shown_products, weekly_pattern
from guidelines.engine.resolve import Resolved
from guidelines.engine.tapering import can_be_lowered
from guidelines.engine.values import plain

BODY = {"per_kg": "weight_kg", "per_m2": "bsa_m2"}


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose in `unit` per dose, day or week. `start` is None where the physician must pick between min and max.

    `products` make up `start` (or `min`), `products_max` make up `max`; the counts are in the same period.
    """

    drug: Drug
    min: Decimal
    start: Decimal | None
    max: Decimal
    unit: str
    per: str
    frequency: Frequency
    step: Decimal
    products: tuple[Count, ...]
    products_max: tuple[Count, ...]
    pattern: str | None
    titration: tuple[Decimal, ...]
    working: tuple[str, ...]
    one_time: bool = False  # a single dose: `per` and `frequency` keep the locks of a weekly drug, and are not said

    def __post_init__(self) -> None:
        is_spread = self.frequency.type != "weekly" or self.per != "week" or self.pattern is not None
        if self.drug.weekly_only and is_spread:
            raise ValueError(f"{self.drug.name} is taken once a week; it has no other frequency")


@dataclass(frozen=True, slots=True)
class NoDose:
    """No dose, and why. `needs` are facts that would help; `final` when no answer would."""

    reason: str
    needs: frozenset[str] = frozenset()
    final: bool = False


def times_per(regimen: Regimen, period: str) -> Decimal:
    """How many of one `period`'s amounts make up the regimen's own period, as a factor on the amount."""
    daily = Decimal(regimen.frequency.times) if regimen.frequency.type == "daily" else Decimal(1) / 7
    in_day = {"dose": daily, "day": Decimal(1), "week": Decimal(1) / 7}
    if regimen.frequency.type == "weekly" and period in ("dose", "week") and regimen.amount_per == "week":
        return Decimal(1)
    return EXACT.divide(in_day[period], in_day[regimen.amount_per])


def often(regimen: Regimen, period: str = "") -> str:
    """What follows an amount of the regimen, in words: per day; of a single dose, that it is one."""
    return "one time only" if regimen.one_time else f"per {period or regimen.amount_per}"


def rounding_step(regimen: Regimen, amount: Decimal) -> Decimal:
    """The step an amount of this size is rounded to."""
    if len(regimen.rounding) == 1:
        return regimen.rounding[0].step
    bands = [band for band in regimen.rounding if amount >= band.above] or [regimen.rounding[0]]
    return max(bands, key=lambda band: band.above).step


def dose_for(compiled: CompiledRegimen, facts: Resolved) -> Dose | NoDose:
    """The dose of one regimen for one patient. Order: raw → caps → adjustment → rounding → products."""
    return _Calculation(compiled, facts).dose()


class _Calculation:
    def __init__(self, compiled: CompiledRegimen, facts: Resolved) -> None:
        self.compiled, self.regimen, self.facts = compiled, compiled.regimen, facts
        self.working: list[str] = []
        self.factor, self.factor_most, self.adjusted = Decimal(1), Decimal(1), False
        self.limit: Decimal | None = None
        self.adjusted_limit: Decimal | None = None

    def dose(self) -> Dose | NoDose:
        regimen = self.regimen
        size = self.body_size()
        if isinstance(size, NoDose):
            return size
        refusal = self.read_caps() or self.read_adjustments()
        if refusal is not None:
            return refusal
        low, high = self.amount(regimen.min, size), self.amount(regimen.max, size, self.factor_most)
        if self.facts.shows_working:
            least = regimen.start if regimen.start is not None else regimen.min
            self.explain(*((regimen.max, size, self.factor_most) if self.is_range else (least, size, self.factor)))
        start = self.start(size, low)
        if low <= 0 and self.is_range:
            low = min(self.step_at(low), high)  # the least that can be given lies between the two ends, or nothing does
        if low <= 0:
            return NoDose("The dose comes out below the smallest product there is: a specialist decides.", final=True)
        if regimen.start_at_most is not None and start is not None:
            low = min(low, start)
        shown = start if start is not None else low
        first, last = products_for(self.compiled, shown), products_for(self.compiled, high)
        if first is None or last is None:
            return NoDose(
                f"The products of {self.compiled.drug.name} cannot make up {plain(shown)} {regimen.unit}.", final=True
            )
        made = shown_products(first)
        period = "week" if regimen.weekly_tablets else regimen.amount_per
        self.working.append(f"{made} = {plain(shown)} {regimen.unit} {often(regimen, period)}")
        pattern = weekly_pattern(first[0].number, first[0].product.form) if regimen.weekly_tablets else None
        return Dose(
            self.compiled.drug, low, start, high, regimen.unit, period, regimen.frequency, self.step_at(shown), first, last,
            pattern, tuple(self.titration(start, high)), tuple(self.working), regimen.one_time,
        )  # fmt: skip

    def body_size(self) -> Decimal | NoDose:
        key = BODY.get(self.regimen.basis)
        if key is None:
            return Decimal(1)
        size: Decimal | None = self.facts[key]
        if size is None or size <= 0:
            return NoDose("The dose cannot be worked out yet.", frozenset(self.facts.open_keys(key)))
        return size

    def read_caps(self) -> NoDose | None:
        for cap, condition in self.compiled.caps:
            state = True if condition is None else condition.value(self.facts)
            if state is False:
                continue
            amount = cap.amount
            if cap.basis == "per_kg":
                weight = self.facts[BODY["per_kg"]]
                if weight is None:
                    return NoDose(
                        "The limit by weight cannot be worked out yet.", frozenset(self.facts.open_keys(BODY["per_kg"]))
                    )
                amount = EXACT.multiply(amount, weight)
            amount = EXACT.multiply(amount, times_per(self.regimen, cap.per))
            self.limit = amount if self.limit is None else min(self.limit, amount)
        return None

    def read_adjustments(self) -> NoDose | None:
        for adjustment, condition in self.compiled.adjustments:
            state = condition.value(self.facts) if condition else True
            if state is None and condition is not None:
                return NoDose(
                    f"It cannot be checked whether this applies: {adjustment.text}", self.facts.open_facts(condition)
                )
            if state is False:
                continue
            if adjustment.no_dose is not None:
                return NoDose(adjustment.no_dose, final=True)
            self.adjusted = True
            if adjustment.factor is not None:
                self.factor = EXACT.multiply(self.factor, adjustment.factor)
                self.factor_most = EXACT.multiply(self.factor_most, adjustment.factor_most or adjustment.factor)
            if adjustment.cap is not None:
                self.adjusted_limit = min(adjustment.cap, self.adjusted_limit or adjustment.cap)
            self.working.append(adjustment.text)
        return None

    @property
    def is_range(self) -> bool:
        """Whether an adjustment leaves the physician to pick between two factors."""
        return self.factor_most != self.factor

    def amount(self, per_size: Decimal, size: Decimal, factor: Decimal | None = None) -> Decimal:
        """One amount through caps, adjustment and rounding, in the period the dose is given in."""
        capped = EXACT.multiply(per_size, size)
        if self.limit is not None:
            capped = min(capped, self.limit)
        amount = EXACT.multiply(capped, self.factor if factor is None else factor)
        limit = self.limit
        if self.adjusted_limit is not None:
            amount = min(amount, self.adjusted_limit)
            limit = min(self.adjusted_limit, limit) if limit is not None else self.adjusted_limit
        if self.regimen.weekly_tablets:
            amount, limit = amount * 7, limit * 7 if limit is not None else None
        step = self.step_at(amount)
        if self.adjusted or self.regimen.rounding_direction == "down":
            rounded = (amount / step).to_integral_value(ROUND_DOWN) * step
        else:
            rounded = nearest(amount, step)
        while limit is not None and rounded > limit:
            rounded -= step
        return Decimal(plain(rounded))

    def step_at(self, amount: Decimal) -> Decimal:
        return rounding_step(self.regimen, amount)

    def start(self, size: Decimal, low: Decimal) -> Decimal | None:
        regimen = self.regimen
        if self.is_range:
            return None
        if regimen.start is not None:
            start = self.amount(regimen.start, size)
            return min(start, regimen.start_at_most) if regimen.start_at_most is not None else start
        condition = self.compiled.start_at_minimum_when
        if condition is None:
            return None
        state = condition.value(self.facts)
        if state is not False:
            known = "is met" if state else "could not be checked"
            self.working.append(f"Start at the lower end, because this {known}: {condition.text}")
            return low
        return None

    def explain(self, per_size: Decimal, size: Decimal, factor: Decimal) -> None:
        regimen, unit = self.regimen, self.regimen.unit
        raw = EXACT.multiply(per_size, size)
        key, lines = BODY.get(regimen.basis), []
        if key:
            basis, body_unit = ("kg", "kg") if key == BODY["per_kg"] else ("m²", "m²")
            lines.append(
                f"{plain(per_size)} {unit}/{basis} × {plain(round(size, 2))} {body_unit} = {plain(round(raw, 2))} {unit} {often(regimen)}"
            )
            lines += list(self.inputs(key))
        else:
            lines.append(f"{plain(raw)} {unit} {often(regimen)}")
        if self.limit is not None and raw > self.limit:
            lines.append(f"Limited to {plain(round(self.limit, 2))} {unit} {often(regimen)}: {self.limiting()}")
        final = self.amount(per_size, size, factor)
        exact = raw * 7 if regimen.weekly_tablets else raw
        if final != exact and exact:
            change = round((final - exact) / exact * 100, 1)
            period = "week" if regimen.weekly_tablets else regimen.amount_per
            lines.append(
                f"Given as {plain(final)} {unit} {often(regimen, period)}, {'+' if change > 0 else '−' if change < 0 else ''}{plain(abs(change))} % of the calculated dose"
            )
        beside = self.compiled.compare_with.value(self.facts) if self.compiled.compare_with else None
        if beside is not None and beside != nearest(raw, self.step_at(raw)):
            lines.append(
                f"For comparison, {self.compiled.compare_with.text if self.compiled.compare_with else ''}: {plain(beside)} {unit}"
            )
        self.working[:0] = lines

    def limiting(self) -> str:
        texts = []
        for cap, condition in self.compiled.caps:
            state = True if condition is None else condition.value(self.facts)
            if state is not False:
                unknown = " (could not be checked, so it applies)" if state is None else ""
                amount = EXACT.multiply(cap.amount, self.facts[BODY["per_kg"]]) if cap.basis == "per_kg" else cap.amount
                if EXACT.multiply(amount, times_per(self.regimen, cap.per)) == self.limit:
                    texts.append(cap.text + unknown)
        return "; ".join(texts)

    def inputs(self, key: str) -> Iterator[str]:
        source = self.facts.compiled.sources[key]
        for name in source.formula.keys if source.formula else (key,):
            state = self.facts.facts.states.get(name)
            fact = self.facts.compiled.facts[name]
            if isinstance(state, Known):
                yield f"{fact.label}: {plain(state.value)} {unit_text(fact.unit)}, {state.taken_on}"

    def titration(self, start: Decimal | None, high: Decimal) -> Iterator[Decimal]:
        titration = self.regimen.titration
        if titration is None or start is None or start >= high:
            return
        factor = EXACT.divide(Decimal(1), times_per(self.regimen, titration.per))
        amount, last = start * factor, high * factor
        while amount < last:
            yield Decimal(plain(amount))
            amount += titration.increase
        yield Decimal(plain(last))


def selectable(compiled: CompiledRegimen, dose: Dose) -> list[Decimal]:
    """The amounts a physician may pick between min and max: whole products make them up, and all steps down from them."""
    found: dict[Decimal, None] = {}
    amount = dose.min
    while amount <= dose.max:
        if amount > 0 and can_be_lowered(compiled, amount, found):
            found[amount] = None
        amount += rounding_step(compiled.regimen, amount)
    return [*found] if not found or dose.max in found else [*found, dose.max]
