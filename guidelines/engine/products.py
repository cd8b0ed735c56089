"""Amounts as whole products: which tablets make up a dose, and how they are spread over a week."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from guidelines.engine.compiled import CompiledRegimen
from guidelines.engine.content import Product
from guidelines.engine.values import plain

MOST_KEPT = 2_000  # amounts of a regimen


class Count(NamedTuple):
    """So many of one product, in the period of the dose."""

    product: Product
    number: int


def make_up(amount: Decimal, products: Sequence[Product]) -> tuple[Count, ...] | None:
    """Whole products, as many of the largest as leave a rest the smaller ones make up (8 from 5, 2.5 and 1 is
    5 + 3 × 1); None when they cannot make the amount."""
    return _largest_first(amount, sorted(products, key=lambda product: -product.strength)) or None


def _largest_first(amount: Decimal, products: Sequence[Product]) -> tuple[Count, ...] | None:
    if amount == 0:
        return ()
    if not products or not _divides(amount, products):
        return None
    product, *smaller = products
    for count in range(int(amount // product.strength), -1, -1):
        rest = _largest_first(amount - count * product.strength, smaller)
        if rest is not None:
            return (Count(product, count), *rest) if count else rest
    return None


def _divides(amount: Decimal, products: Sequence[Product]) -> bool:
    """Whether the greatest common measure of the strengths divides the amount: if not, no counts of them make it up, and
    trying them all could take for ever."""
    measure = Decimal(0)
    for product in products:
        strength = product.strength
        while strength:
            measure, strength = strength, measure % strength
    return amount % measure == 0


def products_for(regimen: CompiledRegimen, amount: Decimal) -> tuple[Count, ...] | None:
    """The products of one amount: a taper names which from which amount on, so that the next step down exists, too."""
    found: tuple[Count, ...] | None
    try:
        found = regimen.made_up[amount]
    except KeyError:
        found = _products_for(regimen, amount)
        if len(regimen.made_up) < MOST_KEPT:
            regimen.made_up[amount] = found
    return found


def _products_for(regimen: CompiledRegimen, amount: Decimal) -> tuple[Count, ...] | None:
    taper = regimen.regimen.taper
    own = {product.key: product for product in regimen.drug.products}
    for band in sorted(taper.product_bands if taper else (), key=lambda band: -band.above):
        if amount >= band.above:
            return make_up(amount, [own[key] for key in band.products])
    return make_up(amount, regimen.products)


def weekly_pattern(count: int, form: str) -> str:
    """How whole tablets of a daily drug are spread over a week."""
    each, more = divmod(count, 7)
    if not more:
        shown = f"{counted(each, form)} every day"
        return f"{shown} (1 twice daily)" if each == 2 else shown
    if not each:
        return f"{counted(1, form)} on {counted(more, 'day')} each week"
    return f"{counted(each + 1, form)} on {counted(more, 'day')} and {counted(each, form)} on {counted(7 - more, 'day')} each week"


def counted(count: int | Decimal, noun: str) -> str:
    shown = plain(count) if isinstance(count, Decimal) else str(count)
    return f"{shown} {noun}" if count == 1 else f"{shown} {noun}s"
