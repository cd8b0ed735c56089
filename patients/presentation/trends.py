"""Where numbers over time lie in a drawing: days to percent of the width, values to pixels of the height, as strings.

Pure geometry of Decimals and dates. Knows no result, no rule and no template.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

WIDTH = 1000  # of the stretched part of a drawing, whose x is a thousandth of the width
MARGIN = Decimal(3)  # percent left free on both sides, so that a mark is never cut
LINE_GAP = Decimal(13)  # pixels between two lines of text
VALUES_APART = Decimal(9)  # percent between two values that are written out
ROOM_ABOVE, ROOM_BELOW = Decimal(24), Decimal(9)  # pixels: a value is written above its mark
SHORTEST_DAYS = 28
CENT = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Axis:
    """The days that a page draws, the same for every result on it."""

    first: date
    last: date

    @classmethod
    def over(cls, days: Iterable[date], today: date) -> "Axis":
        known = [*days, today]
        first, last = min(known), max(known)
        return cls(min(first, last - timedelta(days=SHORTEST_DAYS)), last)

    def percent(self, day: date) -> Decimal:
        whole = Decimal((self.last - self.first).days)
        inner = Decimal(100) - 2 * MARGIN
        clipped = min(max(day, self.first), self.last)
        return MARGIN + Decimal((clipped - self.first).days) / whole * inner

    def ticks(self, most: int = 6) -> list[tuple[str, date]]:
        """Days at even distances, the first and the last among them."""
        days = (self.last - self.first).days
        step = Decimal(days) / (most - 1)
        found = [self.first + timedelta(days=int(step * place)) for place in range(most)]
        found[-1] = self.last
        return [(text(self.percent(day)), day) for day in dict.fromkeys(found)]


@dataclass(frozen=True, slots=True)
class Value:
    """One result. `level` says how it is marked: empty, note, caution or stop."""

    on: date
    number: Decimal
    level: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """A line that results are compared with; it may move from one result to the next. `kind` is how it is drawn."""

    words: str
    kind: str
    values: tuple[tuple[date, Decimal], ...]
    is_lower: bool = False
    is_marked: bool = False  # with whose line it is


@dataclass(frozen=True, slots=True)
class Mark:
    x: str  # percent
    y: str
    level: str
    value: str
    text_y: str


@dataclass(frozen=True, slots=True)
class DrawnEdge:
    path: str
    kind: str
    words: str
    text_y: str


@dataclass(frozen=True, slots=True)
class Plot:
    height: int
    path: str
    marks: tuple[Mark, ...]
    edges: tuple[DrawnEdge, ...]
    zone_y: str = ""
    zone_height: str = ""


def plotted(axis: Axis, values: Sequence[Value], edges: Sequence[Edge], *, height: int, said: Sequence[str]) -> Plot:
    """`said` are the values in words, beside those that need saying. There is at least one value."""
    numbers = [value.number for value in values] + [number for edge in edges for _, number in edge.values]
    down = scale(min(numbers), max(numbers), height)
    places = [(axis.percent(value.on), down(value.number)) for value in values]
    path = "M" + " ".join(f"{text(x * 10)} {text(y)}" for x, y in places)
    labels = spread([down(edge.values[-1][1]) for edge in edges], height)
    drawn = [
        DrawnEdge(stepped(axis, edge, down), edge.kind, edge.words, text(label))
        for edge, label in zip(edges, labels, strict=True)
    ]
    zone_y, zone_height = zone(edges, down, height)
    return Plot(height, path, marks_of(values, places, said), tuple(drawn), zone_y, zone_height)


def scale(low: Decimal, high: Decimal, height: int) -> "Scale":
    """Room for words above and for a mark below; a single value lies in the middle."""
    spare = Decimal(0) if high > low else Decimal(1)
    return Scale(low - spare, high + spare, Decimal(height))


@dataclass(frozen=True, slots=True)
class Scale:
    low: Decimal
    high: Decimal
    height: Decimal

    def __call__(self, number: Decimal) -> Decimal:
        room = self.height - ROOM_ABOVE - ROOM_BELOW
        return ROOM_ABOVE + (self.high - number) / (self.high - self.low) * room


def stepped(axis: Axis, edge: Edge, down: Scale) -> str:
    """From side to side, with a step where another laboratory's limit begins."""
    parts, before = [], None
    for on, number in edge.values:
        if number != before:
            x = Decimal(0) if before is None else axis.percent(on) * 10
            parts.append(f"M0 {text(down(number))}" if before is None else f"H{text(x)}V{text(down(number))}")
            before = number
    return "".join(parts) + f"H{WIDTH}"


def zone(edges: Sequence[Edge], down: Scale, height: int) -> tuple[str, str]:
    """Between the innermost lines, as they are for the last result; nothing where there is no line."""
    upper = [down(edge.values[-1][1]) for edge in edges if not edge.is_lower]
    lower = [down(edge.values[-1][1]) for edge in edges if edge.is_lower]
    top, bottom = max(upper, default=Decimal(0)), min(lower, default=Decimal(height))
    return (text(top), text(bottom - top)) if edges and bottom > top else ("", "")


def marks_of(
    values: Sequence[Value], places: Sequence[tuple[Decimal, Decimal]], said: Sequence[str]
) -> tuple[Mark, ...]:
    """The last value is written out, and before it those over a line, as far as they do not meet."""
    found, taken = [], Decimal(1000)
    for place in range(len(values) - 1, -1, -1):
        (x, y), value, is_last = places[place], values[place], place == len(values) - 1
        is_said = is_last or (value.level in ("caution", "stop") and taken - x >= VALUES_APART)
        if is_said:
            taken = x
        found.append(Mark(text(x), text(y), value.level, said[place] if is_said else "", text(y - 10)))
    return tuple(reversed(found))


def spread(wanted: Sequence[Decimal], height: int) -> list[Decimal]:
    """Heights of texts moved apart as little as needed, in their order, inside the drawing as far as it is high enough."""
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    found = list(wanted)
    lowest = Decimal(-1000)
    for place in order:
        found[place] = max(wanted[place], lowest + LINE_GAP)
        lowest = found[place]
    highest = Decimal(height)
    for place in reversed(order):
        found[place] = min(found[place], highest)
        highest = found[place] - LINE_GAP
    return found


def text(number: Decimal) -> str:
    """One decimal, no exponent, no trailing zero."""
    rounded = format(number.quantize(CENT), "f").removesuffix(".0")
    return "0" if rounded == "-0" else rounded


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a band from one day to another. `tint` is 1 to 4, by how much is taken."""

    x: str
    width: str
    words: str
    tint: int
    is_held: bool
    is_narrow: bool


def stretch(axis: Axis, start: date, end: date, words: str, tint: int, *, is_held: bool) -> Stretch:
    left = axis.percent(start)
    width = max(axis.percent(end) - left, Decimal("0.8"))
    return Stretch(text(left), text(width), words, tint, is_held, width < len(words) * Decimal("1.6"))
