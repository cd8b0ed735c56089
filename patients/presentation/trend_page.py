"""Results as small drawings on one axis of days, each with its table, and beneath them what was taken.

Draws what `result_lines` and the plans say; a dose is what a signed plan says, never what was swallowed.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils import timezone

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.operators import unit_text
from guidelines.engine.planned import Weekday
from guidelines.engine.values import plain
from guidelines.reading.wording import ONE_TIME, SINGLE, WEEKLY
from patients.facts import MEDICINES_GROUP
from patients.following.thresholds import Bound
from patients.models import MedicationChange, Plan, PlannedMedication
from patients.presentation import words
from patients.presentation.plans_lines import Measured, PlansLines
from patients.presentation.result_lines import TAGS, Found, ResultLines, graver
from patients.presentation.trends import Axis, Edge, Plot, Stretch, Value, plotted, stretch

HEIGHT, MOST_ROWS = 84, 30
Contents = Mapping[Any, CompiledPackage]  # by plan
SPARE_TICKS = (1, 2, 4)  # of six days those that are left out where there is little room


class Span(NamedTuple):
    """A medication as one plan gives it. `often`: the word beside a weekly one."""

    row: PlannedMedication
    start: date
    end: date
    often: str

    @property
    def is_one_time(self) -> bool:
        return self.often == SINGLE

    @property
    def said(self) -> str:
        often = ONE_TIME.lower() if self.is_one_time else words.PER.get(self.row.per, "")
        return f"{dose_words(self.row)} {often if self.row.is_given else ''}".rstrip()

    def cut(self, today: date) -> "Span | None":
        """A single dose is that of one day, however long its plan is followed; none where another plan came before it."""
        if not self.is_one_time or self.row.weekday is None:
            return self
        day = Weekday(self.row.weekday).on_or_after(self.start)
        return self._replace(start=day, end=day) if day <= self.end or self.end == today else None

    @property
    def label(self) -> str:
        return f"{dose_words(self.row)} {SINGLE.lower()}" if self.is_one_time else dose_words(self.row)


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
    is_marked: bool  # its lines are of different guidelines
    rows: tuple[Row, ...]  # the newest; all of them are on the page of results
    more_rows: int


@dataclass(frozen=True, slots=True)
class DoseRow:
    name: str
    often: str
    per: str
    stretches: tuple[Stretch, ...]
    said: str


@dataclass(frozen=True, slots=True)
class Trends:
    shown: tuple[Trend, ...]
    more: tuple[Trend, ...]  # of no test of the version and without a rule
    doses: tuple[DoseRow, ...]
    ticks: tuple[tuple[str, str, bool], ...]
    named: tuple[tuple[str, str], ...]  # where guidelines differ: the mark at a line, and whose it is


def trends_of(
    lines: PlansLines, contents: Contents, plans: Sequence[Plan], today: date, drug: Callable[[str], str]
) -> Trends:
    """`drug` names a drug of any of the plans."""
    days = [found.on for measured in lines.measured for found in measured.results]
    axis = Axis.over([*days, *(plan.signed_on for plan in plans)], today)
    seen: Counter[str] = Counter()
    matters: list[Trend] = []
    more: list[Trend] = []
    for measured in lines.measured:
        if measured.fact.group != MEDICINES_GROUP:  # what is taken is drawn as bands, from the plans
            kept = matters if measured.is_of_a_test or measured.ruled else more
            kept.append(trend_of(measured, axis, seen[measured.key]))
            seen[measured.key] += 1
    ticks = axis.ticks()
    return Trends(
        tuple(matters),
        tuple(more),
        tuple(doses_of(drug, contents, axis, plans, today, lines.patient.clinic.zone)),
        tuple((x, f"{day:%-d %b %y}", place in SPARE_TICKS) for place, (x, day) in enumerate(ticks)),
        tuple(lines.named) if any(trend.is_marked for trend in (*matters, *more)) else (),
    )


def trend_of(measured: Measured, axis: Axis, turn: int) -> Trend:
    """`turn`: how many drawings of this fact, in other units, come before."""
    fact, results = measured.fact, measured.results
    last = results[-1]
    values = [Value(found.on, found.number, found.level) for found in results]
    edges = edges_of(measured)
    plot = plotted(axis, values, edges, height=HEIGHT, said=[plain(round(v.number, 2)) for v in values])
    tag = tag_of(measured)
    return Trend(
        f"{measured.key}-{turn}" if turn else measured.key, fact.label, plain(round(last.number, 2)), unit_text(fact.unit, plain(last.number)), words.day(last.on), tag, plot,
        f"{fact.label}: {words.plural(len(results), 'result')}, the last {last.shown} on {words.day(last.on)}"
        + (f", {tag.word.lower()}" if tag else "") + ". The table below lists them.",
        any(edge.is_marked for edge in edges),
        tuple(row_of(found) for found in reversed(results[-MOST_ROWS:])), max(0, len(results) - MOST_ROWS),
    )  # fmt: skip


def tag_of(measured: Measured) -> Tag | None:
    """How the last value stands; nothing where there is nothing to compare it with."""
    last = measured.results[-1]
    css, icon = TAGS[last.level]
    if last.words:
        return Tag(measured.last_in_short, css, icon)
    if measured.fact.upper_limit and last.limit is None:
        return Tag("No upper limit", "tag--decide", "unknown")
    return Tag("In range", "", "check") if measured.compared() else None


def row_of(found: Found) -> Row:
    row = found.row
    return Row(
        words.day(found.on), found.shown, row.upper_limit_typed, found.words, TAGS[found.level][0] if found.level else "",
        row.get_source_display(), row.corrects_id is not None,
    )  # fmt: skip


def edges_of(measured: Measured) -> list[Edge]:
    """The laboratory's limit, and each guideline's lines; where two put the same one, it is drawn once, as the graver does."""
    drawn: dict[tuple[bool, Decimal], Edge] = {}
    marks: dict[tuple[bool, Decimal], list[str]] = {}
    for side in measured.sides:
        for place, edge in edges_by(side, measured.key, measured.results).items():
            before = drawn.setdefault(place, edge)
            if edge.kind != "limit":
                kind = graver([edge.kind, before.kind])
                drawn[place] = replace(before, kind=kind, is_lower=before.is_lower or edge.is_lower)
                marks.setdefault(place, []).append(measured.mark(side))
    whose = [measured.mark(side) for side in measured.ruled]
    if all(marked == whose for marked in marks.values()):
        return list(drawn.values())  # what all put alike needs no name
    return [
        replace(edge, words=f"{edge.words} ({', '.join(marks[place])})", is_marked=True) if place in marks else edge
        for place, edge in drawn.items()
    ]


def edges_by(lines: ResultLines, key: str, results: Sequence[Found]) -> dict[tuple[bool, Decimal], Edge]:
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
    return drawn


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
    drug: Callable[[str], str], contents: Contents, axis: Axis, plans: Sequence[Plan], today: date, zone: ZoneInfo
) -> list[DoseRow]:
    """From the day each plan was signed to the day the next one was, by drug, in the order they came. What two guidelines
    plan is two rows: neither plan knows what the other gives."""
    ordered = sorted(plans, key=lambda plan: (plan.signed_on, plan.number))
    spans: dict[tuple[str, int], list[Span]] = {}
    titles: dict[int, str] = {}
    for plan in ordered:
        end = followed_until(plan, ordered, today, zone)
        titles[plan.guideline_id] = plan.version.title
        for row in plan.medications.all():
            if row.change != MedicationChange.STOP and (end > plan.signed_on or end == today):
                often = words.often(contents[plan.pk], row) if row.is_given else ""
                if (span := Span(row, plan.signed_on, end, often).cut(today)) is not None:
                    spans.setdefault((row.drug_key, plan.guideline_id), []).append(span)
    planned_by = Counter(key for key, _ in spans)
    return [
        dose_row(f"{drug(key)}, {titles[guideline]}" if planned_by[key] > 1 else drug(key), axis, found)
        for (key, guideline), found in spans.items()
    ]


def followed_until(plan: Plan, plans: Sequence[Plan], today: date, zone: ZoneInfo) -> date:
    if plan.ended_at is not None:
        return timezone.localdate(plan.ended_at, zone)
    return next((newer.signed_on for newer in plans if newer.replaces_id == plan.pk), today)


def dose_row(name: str, axis: Axis, spans: Sequence[Span]) -> DoseRow:
    joined = joined_spans(spans)
    most = max((span.row.amount for span in joined if span.row.amount is not None), default=Decimal(1))
    per = next((span.row.per for span in reversed(joined) if span.row.per), "")
    stretches = tuple(
        stretch(axis, one.start, one.end, one.label, tint_of(one.row, most), is_held=not one.row.is_given)
        for one in joined
    )
    kinds = {span.often for span in joined} - {""}
    often = WEEKLY if WEEKLY in kinds else next(iter(kinds), "")  # what was given once says so itself
    said = "; ".join(f"{span.said} {'on' if span.is_one_time else 'from'} {words.day(span.start)}" for span in joined)
    return DoseRow(name, often, words.PER.get(per, ""), stretches, f"{said}.")


def joined_spans(spans: Sequence[Span]) -> list[Span]:
    """What went on unchanged under a new plan is one stretch."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].end == span.start and found[-1].said == span.said and not span.is_one_time:
            found[-1] = found[-1]._replace(end=span.end)
        else:
            found.append(span)
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
