"""Amounts as whole products: which tablets make up a dose, and how they are spread over a week."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from guidelines.engine.compiled import CompiledRegimen
from guidelines.engine.content import Product
from guidelines.engine.operators import unit_text
from guidelines.engine.values import plain

MOST_KEPT = 2_000  # amounts of a regimen


class Count(NamedTuple):
    """So many of one product, in the period of the dose: a whole number, or with a half of one that may be halved."""

    product: Product
    number: int | Decimal


def count_json(number: int | Decimal) -> int | str:
    """How a count travels: whole numbers as such, a half as a plain decimal."""
    return number if isinstance(number, int) else plain(number)


def shown_products(counts: Iterable[Count]) -> str:
    """1.5 × 50 mg tablet + 1 × 25 mg tablet; what is measured by its amount: 40 g cream."""
    return " + ".join(shown_product(product, number) for product, number in counts)


def shown_product(product: Product, number: int | Decimal) -> str:
    if product.measured:
        return f"{plain(number * product.strength)} {unit_text(product.unit)} {named(product)}"
    return f"{plain(Decimal(number))} × {plain(product.strength)} {unit_text(product.unit)} {product.form}"


def named(product: Product) -> str:
    """Cream 0.05 %, as clinicians read it."""
    return " ".join(filter(None, (product.form, product.concentration)))


def described(product: Product) -> str:
    """Tablet of 50 mg, given in halves, too."""
    strength = f"{plain(product.strength)} {unit_text(product.unit)}"
    if product.measured:
        return f"{named(product)}, measured to {strength}"
    return f"{product.form} of {strength}" + (", given in halves, too" if product.halves else "")


def make_up(amount: Decimal, products: Sequence[Product]) -> tuple[Count, ...] | None:
    """Products, in halves where they may be halved, as many of the largest as leave a rest the smaller ones make up (8 from
    5, 2.5 and 1 is 5 + 3 × 1; 75 from a 50 that may be halved is 1.5); None when they cannot make the amount."""
    return _largest_first(amount, sorted(products, key=lambda product: -product.strength)) or None


def _largest_first(amount: Decimal, products: Sequence[Product]) -> tuple[Count, ...] | None:
    if amount == 0:
        return ()
    if not products or not _divides(amount, products):
        return None
    product, *smaller = products
    for parts in range(int(amount // product.smallest), -1, -1):
        rest = _largest_first(amount - parts * product.smallest, smaller)
        if rest is not None:
            return (Count(product, _of_parts(parts, product)), *rest) if parts else rest
    return None


def _of_parts(parts: int, product: Product) -> int | Decimal:
    if not product.halves:
        return parts
    whole, half = divmod(parts, 2)
    return whole + Decimal("0.5") if half else whole


def _divides(amount: Decimal, products: Sequence[Product]) -> bool:
    """Whether the greatest common measure of the strengths divides the amount: if not, no counts of them make it up, and
    trying them all could take for ever."""
    measure = Decimal(0)
    for product in products:
        strength = product.smallest
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


def weekly_pattern(count: int | Decimal, form: str) -> str:
    """How whole tablets of a daily drug are spread over a week; ValueError for a half, which no day would get."""
    if not isinstance(count, int):
        raise ValueError("whole tablets are spread over a week, and no halves")
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
