"""Results as small drawings on one axis of days, each with its table, and beneath them what was taken.

Draws what `result_lines` and the plans say; a dose is what a signed plan says, never what was swallowed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import timezone

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.operators import unit_text
from guidelines.engine.values import plain
from patients.facts import MEDICINES_GROUP
from patients.following.thresholds import Bound
from patients.models import MedicationChange, Plan, PlannedMedication
from patients.presentation import words
from patients.presentation.result_lines import TAGS, Found, ResultLines, graver
from patients.presentation.trends import Axis, Edge, Plot, Stretch, Value, plotted, stretch

HEIGHT, MOST_ROWS = 84, 30
SPARE_TICKS = (1, 2, 4)  # of six days those that are left out where there is little room
PER = {"day": "a day", "week": "a week", "dose": "a dose"}


@dataclass(frozen=True, slots=True)
class Tag:
    word: str
    css: str
    icon: str


@dataclass(frozen=True, slots=True)
class Row:
    on: str
    value: str
    limit: str
    words: str
    css: str
    source: str
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class Trend:
    key: str
    label: str
    value: str
    unit: str
    on: str
    tag: Tag | None
    plot: Plot
    said: str
    rows: tuple[Row, ...]  # the newest; all of them are on the page of results
    more_rows: int


@dataclass(frozen=True, slots=True)
class DoseRow:
    name: str
    is_weekly: bool
    per: str
    stretches: tuple[Stretch, ...]
    said: str


@dataclass(frozen=True, slots=True)
class Trends:
    shown: tuple[Trend, ...]
    more: tuple[Trend, ...]  # of no test of the version and without a rule
    doses: tuple[DoseRow, ...]
    ticks: tuple[tuple[str, str, bool], ...]


def trends_of(lines: ResultLines, plans: Sequence[Plan], today: date) -> Trends:
    days = [found.on for results in lines.by_fact.values() for found in results]
    axis = Axis.over([*days, *(plan.signed_on for plan in plans)], today)
    in_tests = {key for test in lines.compiled.package.tests for key in test.facts}
    facts = lines.compiled.facts
    trends = [
        (key, trend_of(lines, axis, key, results)) for key, results in lines.by_fact.items()
        if facts[key].group != MEDICINES_GROUP  # what is taken is drawn as bands, from the plans
    ]  # fmt: skip
    matters = in_tests | lines.thresholds.keys()
    ticks = axis.ticks()
    return Trends(
        tuple(trend for key, trend in trends if key in matters),
        tuple(trend for key, trend in trends if key not in matters),
        tuple(doses_of(lines.compiled, axis, plans, today, ZoneInfo(lines.patient.clinic.time_zone))),
        tuple((x, f"{day:%-d %b %y}", place in SPARE_TICKS) for place, (x, day) in enumerate(ticks)),
    )


def trend_of(lines: ResultLines, axis: Axis, key: str, results: list[Found]) -> Trend:
    fact, last = lines.compiled.facts[key], results[-1]
    values = [Value(found.on, found.number, found.level) for found in results]
    plot = plotted(
        axis, values, edges_of(lines, key, results), height=HEIGHT, said=[plain(round(v.number, 2)) for v in values]
    )  # fmt: skip
    tag = tag_of(lines, key, last)
    return Trend(
        key, fact.label, plain(round(last.number, 2)), unit_text(fact.unit, plain(last.number)), words.day(last.on), tag, plot,
        f"{fact.label}: {words.plural(len(results), 'result')}, the last {last.shown} on {words.day(last.on)}"
        + (f", {tag.word.lower()}" if tag else "") + ". The table below lists them.",
        tuple(row_of(found) for found in reversed(results[-MOST_ROWS:])), max(0, len(results) - MOST_ROWS),
    )  # fmt: skip


def tag_of(lines: ResultLines, key: str, last: Found) -> Tag | None:
    """How the last value stands; nothing where there is nothing to compare it with."""
    css, icon = TAGS[last.level]
    if last.words:
        return Tag(last.words, css, icon)
    if lines.compiled.facts[key].upper_limit and last.limit is None:
        return Tag("No upper limit", "tag--decide", "unknown")
    return Tag("In range", "", "check") if lines.compared(key) else None


def row_of(found: Found) -> Row:
    row = found.row
    return Row(
        words.day(found.on), found.shown, row.upper_limit_typed, found.words, TAGS[found.level][0] if found.level else "",
        row.get_source_display(), row.corrects_id is not None,
    )  # fmt: skip


def edges_of(lines: ResultLines, key: str, results: list[Found]) -> list[Edge]:
    """One line for each place the laboratory or a rule speaks of; where several do, the gravest draws it."""
    drawn: dict[tuple[bool, Decimal], Edge] = {}
    limits = tuple((found.on, found.limit) for found in results if found.limit is not None)
    if limits:
        drawn[True, Decimal(1)] = Edge(f"Limit {plain(limits[-1][1])}", "limit", limits)
    for threshold in lines.thresholds.get(key, ()):
        for bound in threshold.bounds:
            values = tuple(
                (found.on, edge) for found in results if (edge := bound.at(lines.known, found.limit)) is not None
            )
            if not values:
                continue
            place = (bound.times is not None, bound.times or values[-1][1])
            before = drawn.get(place)
            if before is not None and before.kind == "limit":
                continue
            kind = graver([threshold.level, before.kind]) if before else threshold.level
            is_lower = bound is threshold.high or (before is not None and before.is_lower)
            drawn[place] = Edge(edge_words(lines.compiled, bound, values[-1][1]), kind, values, is_lower)
    return list(drawn.values())


def edge_words(compiled: CompiledPackage, bound: Bound, value: Decimal) -> str:
    """What stands beside a line: there is room for a few words only."""
    shown = plain(round(value, 2))
    if bound.times is not None:
        return f"{bound.words} {shown}"
    node = bound.node
    formulas = [compiled.sources[key].formula for key in node.keys if key in compiled.sources]
    if any(formula is not None and formula.text.startswith("baseline of") for formula in formulas):
        times = [plain(child.literal) for child in node.children if isinstance(child.literal, Decimal)]
        return f"{times[0]} × baseline {shown}" if times else f"baseline {shown}"
    return shown


def doses_of(
    compiled: CompiledPackage, axis: Axis, plans: Sequence[Plan], today: date, zone: ZoneInfo
) -> list[DoseRow]:
    """From the day each plan was signed to the day the next one was, by drug, in the order they came."""
    ordered = sorted(plans, key=lambda plan: (plan.signed_on, plan.number))
    spans: dict[str, list[tuple[PlannedMedication, date, date]]] = {}
    for plan in ordered:
        end = followed_until(plan, ordered, today, zone)
        for row in plan.medications.all():
            if row.change != MedicationChange.STOP and (end > plan.signed_on or end == today):
                spans.setdefault(row.drug_key, []).append((row, plan.signed_on, end))
    return [dose_row(compiled, axis, key, found) for key, found in spans.items()]


def followed_until(plan: Plan, plans: Sequence[Plan], today: date, zone: ZoneInfo) -> date:
    if plan.ended_at is not None:
        return timezone.localdate(plan.ended_at, zone)
    return next((newer.signed_on for newer in plans if newer.replaces_id == plan.pk), today)


def dose_row(
    compiled: CompiledPackage, axis: Axis, key: str, spans: Sequence[tuple[PlannedMedication, date, date]]
) -> DoseRow:
    joined = joined_spans(spans)
    most = max((row.amount for row, _, _ in joined if row.amount is not None), default=Decimal(1))
    name = compiled.drugs[key].name if key in compiled.drugs else key
    per = next((row.per for row, _, _ in reversed(joined) if row.per), "")
    stretches = tuple(
        stretch(axis, start, end, dose_words(row), tint_of(row, most), is_held=not row.is_given)
        for row, start, end in joined
    )
    said = "; ".join(
        f"{dose_words(row)}{f' {PER[row.per]}' if row.per else ''} from {words.day(start)}" for row, start, _ in joined
    )
    is_weekly = any(row.weekly_only for row, _, _ in joined)
    return DoseRow(name, is_weekly, PER.get(per, ""), stretches, f"{said}.")


def joined_spans(
    spans: Sequence[tuple[PlannedMedication, date, date]],
) -> list[tuple[PlannedMedication, date, date]]:
    """What went on unchanged under a new plan is one stretch."""
    found: list[tuple[PlannedMedication, date, date]] = []
    for row, start, end in spans:
        if found and found[-1][2] == start and dose_words(found[-1][0]) == dose_words(row):
            found[-1] = (found[-1][0], found[-1][1], end)
        else:
            found.append((row, start, end))
    return found


def dose_words(row: PlannedMedication) -> str:
    if not row.is_given:
        return "Paused"
    if row.amount is None:
        return "As before"
    lowered = " down" if row.change == MedicationChange.TAPER else ""
    return f"{row.amount_text}\u00a0{unit_text(row.unit, row.amount_text)}{lowered}"


def tint_of(row: PlannedMedication, most: Decimal) -> int:
    if row.amount is None:
        return 1
    return max(1, min(4, int(row.amount * 4 / most)))
