"""Doses that have no limit, a limit that never limits, or that no product can make up."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from guidelines.engine.compiled import CompiledPackage, CompiledRegimen
from guidelines.engine.content import Cap, Regimen
from guidelines.engine.lint.finding import Finding, found
from guidelines.engine.lint.judged import Judged
from guidelines.engine.shape.doses import LARGEST_BODY
from guidelines.engine.values import plain


def limits(judged: Judged) -> Iterator[Finding]:
    for key, regimen in judged.compiled.regimens.items():
        place, content = f"regimens.{key}", regimen.regimen
        if not content.caps and not content.no_cap_because:
            yield found("missing_cap", place, "Give the dose a limit, or say why it has none.")
        elif content.caps and not any(cap.when is None for cap in content.caps) and not content.no_cap_because:
            message = "Every limit holds under a condition only; give one that always holds, or say why there is none."
            yield found("missing_cap", place, message)
        yield from limit(place, content)
        for part, rows in (("caps", content.caps), ("adjustments", content.adjustments)):
            for row in rows:
                amount = row.amount if isinstance(row, Cap) else row.cap
                said = amounts_in(row.text, content.unit)
                if amount is not None and said and amount not in said:
                    message = (
                        f"It holds the dose to {plain(amount)} {content.unit}, and its words name another: {row.text}."
                    )
                    yield found("text_number_differs", f"{place}.{part}", message)


def amounts_in(text: str, unit: str) -> list[Decimal]:
    """The numbers that stand before this unit; a comma parts thousands."""
    numbers = re.findall(rf"([0-9][0-9,]*(?:\.[0-9]+)?)\s*{re.escape(unit)}\b", text)
    return [Decimal(number.replace(",", "")) for number in numbers]


def limit(place: str, regimen: Regimen) -> Iterator[Finding]:
    always = [amount for cap in regimen.caps if (amount := in_period(cap, regimen)) is not None]
    if not always:
        return
    lowest, unit = min(always), f"{regimen.unit} per {regimen.amount_per}"
    if regimen.basis == "fixed" and regimen.min > lowest:
        message = f"The smallest dose, {plain(regimen.min)} {unit}, is above its limit of {plain(lowest)} {unit}."
        yield found("cap_below_dose", place, message)
    largest = regimen.max * LARGEST_BODY[regimen.basis]
    if regimen.min < regimen.max and len(always) == len(regimen.caps) and lowest > largest:
        message = (
            f"The limit of {plain(lowest)} {unit} is above every dose that can be worked out ({plain(largest)} {unit}): it "
            "limits nothing."
        )
        yield found("cap_never_reached", place, message)


def in_period(cap: Cap, regimen: Regimen) -> Decimal | None:
    """An unconditional limit in the period of the dose; None where it depends on the patient."""
    if cap.when is not None or cap.basis != "fixed":
        return None
    per_day = {"dose": Decimal(getattr(regimen.frequency, "times", 1)), "day": Decimal(1), "week": Decimal(1) / 7}
    if regimen.frequency.type == "weekly":
        per_day = {"dose": Decimal(1), "week": Decimal(1), "day": Decimal(1)}
    return cap.amount * per_day[cap.per] / per_day[regimen.amount_per]


def products(judged: Judged) -> Iterator[Finding]:
    for key, regimen in judged.compiled.regimens.items():
        content, least = regimen.regimen, measure(judged.compiled, regimen)
        wanted = [("rounding", band.step) for band in content.rounding]
        wanted += [("titration", content.titration.increase)] if content.titration else []
        if content.basis == "fixed":
            named = (("min", content.min), ("start", content.start), ("max", content.max))
            wanted += [(name, amount) for name, amount in named if amount is not None]
        for name, amount in wanted:
            if amount % least:
                message = (
                    f"{name}: {plain(amount)} {content.unit} cannot be made up from its products, which go in steps of "
                    f"{plain(least)} {content.unit}."
                )
                yield found("dose_not_buildable", f"regimens.{key}", message)


def measure(compiled: CompiledPackage, regimen: CompiledRegimen) -> Decimal:
    """The greatest common measure of what the products the regimen may use."""
    bands = regimen.regimen.taper.product_bands if regimen.regimen.taper else ()
    keys = {product.key for product in regimen.products} | {key for band in bands for key in band.products}
    return common(compiled.products[key].smallest for key in keys)


def common(strengths: Iterable[Decimal]) -> Decimal:
    found_ = Decimal(0)
    for strength in strengths:
        while strength:
            found_, strength = strength, found_ % strength
    return found_


def titrations(judged: Judged) -> Iterator[Finding]:
    for regimen in judged.package.regimens:
        steps, place = regimen.titration, f"regimens.{regimen.key}"
        if steps is None:
            continue
        if steps.every_min_days == 0 or (
            steps.every_max_days is not None and steps.every_max_days < steps.every_min_days
        ):
            message = "The days between two steps must be at least 1, and the latest day not before the earliest."
            yield found("titration_impossible", place, message)
        elif regimen.basis == "fixed" and steps.per == regimen.amount_per and steps.increase > regimen.max:
            message = "One step is larger than the largest dose; the dose can never be raised by it."
            yield found("titration_impossible", place, message)
