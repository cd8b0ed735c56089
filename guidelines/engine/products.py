"""Amounts as whole products: which tablets make up a dose, and how they are spread over a week."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from guidelines.engine.compiled import CompiledRegimen
from guidelines.engine.content import Product
from guidelines.engine.values import plain


class Count(NamedTuple):
    """So many of one product, in the period of the dose."""

    product: Product
    number: int


def make_up(amount: Decimal, products: Sequence[Product]) -> tuple[Count, ...] | None:
    """Whole products, as few as can be when taken largest first; None when they cannot make the amount."""
    counts, rest = [], amount
    for product in sorted(products, key=lambda product: -product.strength):
        count = int(rest // product.strength)
        if count:
            counts.append(Count(product, count))
            rest -= count * product.strength
    return tuple(counts) if rest == 0 and counts else None


def products_for(regimen: CompiledRegimen, amount: Decimal) -> tuple[Count, ...] | None:
    """The products of one amount: a taper names which from which amount on."""
    taper = regimen.regimen.taper
    own = {product.key: product for product in regimen.drug.products}
    found = make_up(amount, regimen.products)
    if found is None and taper:
        for band in sorted(taper.product_bands, key=lambda band: -band.above):
            if amount >= band.above:
                return make_up(amount, [own[key] for key in band.products])
    return found


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
