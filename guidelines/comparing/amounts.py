"""How much a number or a length of time has changed, in words. Exact: decimals, never floats."""

from decimal import ROUND_HALF_UP, Decimal

from guidelines.engine.values import Interval, plain

NO_BREAK = "\u00a0"
# Units that are whole numbers of one another; a month has no fixed number of days.
SIZES = {"d": ("d", 1), "wk": ("d", 7), "mo": ("mo", 1), "a": ("mo", 12)}
ROUGHLY = {"d": Decimal(1), "wk": Decimal(7), "mo": Decimal("30.4"), "a": Decimal(365)}


def amount_change(old: Decimal, new: Decimal, unit: str = "") -> str:
    """15 → 20 mg/m², +33 %."""
    change = f"{plain(old)} → {plain(new)}{NO_BREAK}{unit}".rstrip(NO_BREAK)
    return f"{change}, {percent(old, new)}" if old > 0 else change


def percent(old: Decimal, new: Decimal) -> str:
    """+33 %; of less than ten percent one decimal is told, and less than that is never called no change."""
    by = abs(new - old) * 100 / old
    told = by.quantize(Decimal(1) if by >= 10 else Decimal("0.1"), rounding=ROUND_HALF_UP)
    sign = "+" if new > old else "−"
    return f"{sign}{plain(told)}{NO_BREAK}%" if told else f"{sign} less than 0.1{NO_BREAK}%"


def interval_change(old: Interval, new: Interval) -> str:
    """4 weeks → 6 weeks, 50 % later."""
    change = f"{old.in_words()} → {new.in_words()}"
    (kind, size), (new_kind, new_size) = SIZES[old.unit], SIZES[new.unit]
    if kind == new_kind and old.count:
        before, after = Decimal(old.count * size), Decimal(new.count * new_size)
        if before == after:
            return f"{change}, the same time"
        return f"{change}, {percent(before, after).lstrip('+−').strip()} {'later' if after > before else 'earlier'}"
    before, after = old.count * ROUGHLY[old.unit], new.count * ROUGHLY[new.unit]
    # A month is four to five weeks: what is nearly the same is not called longer or shorter.
    if abs(after - before) * 20 <= max(before, after):
        return change
    return f"{change}, {'later' if after > before else 'earlier'}"


def days_change(old: int, new: int) -> str:
    """The same for a number of days."""
    return interval_change(in_days(old), in_days(new))


def in_days(count: int) -> Interval:
    return Interval(count // 7, "wk") if count and count % 7 == 0 else Interval(count, "d")
