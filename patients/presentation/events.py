"""What happened, newest first: results by day, plans with what they changed, what results asked for, tests, notes.

Told from the rows as they are; what was corrected or was another patient's stays readable and is named so.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from guidelines.engine.compiled import CompiledPackage
from guidelines.reading.wording import ONE_TIME, PER, SINGLE
from patients.models import (
    AlertOutcome,
    MonitoringTask,
    Observation,
    Override,
    PatientNote,
    Plan,
    PlannedMedication,
    ResultAlert,
    TaskOutcome,
)
from patients.models.open_work import OpenWork
from patients.presentation import words
from patients.presentation.asides import SetAside

KINDS = {
    "results": "Results", "plans": "Plans", "alerts": "What results asked for", "tests": "Tests", "notes": "Notes",
}  # fmt: skip
PAGE = 15


@dataclass(frozen=True, slots=True)
class Line:
    """`level` marks a result that a rule speaks of; `quote` is a person's own words."""

    text: str
    level: str = ""
    quote: str = ""
    often: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    on: date
    at: datetime
    kind: str
    icon: str
    title: str
    lines: tuple[Line, ...] = ()
    by: str = ""
    tone: str = ""
    plan: Plan | None = None


@dataclass(frozen=True)
class Told:
    """The rows that are told about, and how they are named."""

    zone: ZoneInfo
    names: Mapping[int, str]
    compiled: Mapping[Any, CompiledPackage]  # by plan
    label: Callable[[Observation], str]
    is_number: Callable[[Observation], bool]
    judged: Callable[[Observation], tuple[str, str]]
    observations: Sequence[Observation] = ()
    plans: Sequence[Plan] = ()
    overrides: Sequence[Override] = ()
    alerts: Sequence[ResultAlert] = ()
    tasks: Sequence[MonitoringTask] = ()
    notes: Sequence[PatientNote] = ()
    asides: Mapping[UUID, Sequence[SetAside]] = field(default_factory=dict)
    drug: Callable[[str], str] = field(default=lambda key: key)


@dataclass(frozen=True)
class Events:
    rows: list[Event]
    kind: str
    page: int
    has_earlier: bool


def events_of(told: Told, kind: str, page: int) -> Events:
    makers = {"results": results, "plans": plans, "alerts": alerts, "tests": tests, "notes": notes}
    wanted = [kind] if kind in makers else list(makers)
    found = [event for name in wanted for event in makers[name](told)]
    found.sort(key=lambda event: (event.on, event.at), reverse=True)
    start = (max(1, page) - 1) * PAGE
    return Events(found[start : start + PAGE], kind if kind in makers else "", max(1, page), len(found) > start + PAGE)


def results(told: Told) -> Iterable[Event]:
    """The results of one day are one event; a correction is one of its own, on the day it was made."""
    corrected = {row.corrects_id: row for row in told.observations if row.corrects_id}
    by_day: dict[date, list[Observation]] = {}
    for row in told.observations:
        if row.pk not in corrected and not row.not_this_patients:
            by_day.setdefault(row.taken_on, []).append(row)
    for day, rows in by_day.items():
        judged = [(told.judged(row), row) for row in rows if told.is_number(row)]
        lines = [
            Line(f"{told.label(row)}, {over[0].lower()}{over[1:]}", level) for (level, over), row in judged if over
        ]
        others = [told.label(row) for (_, over), row in judged if not over]
        if answers := len(rows) - len(judged):
            others.append(words.plural(answers, "answer"))
        if others:
            lines.append(Line(f"{', '.join(others)}."))
        first = min(rows, key=lambda row: row.number)
        source = first.get_source_display()
        grave = any(level == "stop" for (level, _), _ in judged)
        yield Event(
            day, first.recorded_at, "results", "stop" if grave else "flask", "Results" if judged else "Answers",
            tuple(lines), f"{source}, {told.names.get(first.recorded_by_id, '')}", "stop" if grave else "",
        )  # fmt: skip
    before = {row.pk: row for row in told.observations}
    for row in told.observations:
        was = before.get(row.corrects_id) if row.corrects_id else None
        if was is None:
            continue
        on, title = local(told, row.recorded_at), f"{told.label(was)} of {words.day(was.taken_on)}"
        said = "was another patient's and counts for nothing" if row.not_this_patients else f"is now {told.label(row)}"
        if not row.not_this_patients and row.taken_on != was.taken_on:
            said += f" of {words.day(row.taken_on)}"
        yield Event(
            on, row.recorded_at, "results", "edit", "Result disowned" if row.not_this_patients else "Result corrected",
            (Line(f"{title} {said}"),), told.names.get(row.recorded_by_id, ""),
        )  # fmt: skip


def plans(told: Told) -> Iterable[Event]:
    overrides: dict[Any, list[Override]] = {}
    for row in told.overrides:
        overrides.setdefault(row.plan_id, []).append(row)
    for plan in told.plans:
        lines = [medication_line(told, row, told.compiled.get(plan.pk)) for row in plan.medications.all()]
        for override in overrides.get(plan.pk, ()):
            compiled = told.compiled.get(plan.pk)
            rule = compiled.rules.get(override.rule_key) if compiled else None
            said = rule.rule.message if rule else override.rule_key
            lines.append(Line(f"Against the rule: {said}", "caution", override.text))
        yield Event(
            plan.signed_on, plan.signed_at, "plans", "document", f"Plan {plan.number} signed", tuple(lines),
            told.names.get(plan.signed_by_id, ""), plan=plan,
        )  # fmt: skip
        if plan.ended_at is not None:
            yield Event(
                local(told, plan.ended_at), plan.ended_at, "plans", "cross", f"Plan {plan.number} ended",
                (Line("", quote=plan.ended_because),), told.names.get(plan.ended_by_id or 0, ""), plan=plan,
            )  # fmt: skip


def medication_line(told: Told, row: PlannedMedication, compiled: CompiledPackage | None) -> Line:
    name = told.drug(row.drug_key)
    said = f"{words.CHANGES[row.change]} {name}"
    if row.is_given and row.amount is not None:
        each = ONE_TIME.lower() if words.often(compiled, row) == SINGLE else PER.get(row.per, "")
        said += f", {words.amount(row.amount, row.unit)} {each}".rstrip()
        if row.weekday is not None:
            said += f", on {row.get_weekday_display()}"
    return Line(said, often=words.often(compiled, row) if row.is_given else "")


def alerts(told: Told) -> Iterable[Event]:
    for row in told.alerts:
        grave = row.severity == "stop"
        yield Event(
            row.raised_on, timezone.make_aware(datetime.combine(row.raised_on, datetime.max.time()), told.zone), "alerts",
            "stop" if grave else "caution", row.message, (Line(row.action_text),), "By the rules of the plan",
            "stop" if grave and row.closed_at is None else "",
        )  # fmt: skip
        if row.closed_at is not None:
            said = AlertOutcome(row.outcome).label
            yield Event(
                local(told, row.closed_at), row.closed_at, "alerts", "check", f"{said}: {row.message}",
                (Line("", quote=row.closed_because),) if row.outcome == AlertOutcome.NO_CHANGE else (),
                told.names.get(row.closed_by_id or 0, ""),
            )  # fmt: skip
        yield from aside(told, row, "alerts", row.message)


def tests(told: Told) -> Iterable[Event]:
    """Tests that were done or removed; those that a new plan took over are told by that plan."""
    for row in told.tasks:
        title = words.tests(told.compiled.get(row.plan_id), row.test_keys)
        if row.closed_at is not None and row.outcome in (TaskOutcome.DONE, TaskOutcome.REMOVED):
            on = row.done_on or local(told, row.closed_at)
            done = row.outcome == TaskOutcome.DONE
            yield Event(
                on, row.closed_at, "tests", "check" if done else "cross", f"{title}: {'done' if done else 'removed'}",
                (Line("", quote=row.closed_because),) if row.closed_because else (),
                told.names.get(row.closed_by_id or 0, ""),
            )  # fmt: skip
        yield from aside(told, row, "tests", title)


def aside(told: Told, row: OpenWork, kind: str, title: str) -> Iterable[Event]:
    """Each time, also those that the row does not show any more."""
    for one in told.asides.get(row.pk, ()):
        said = Line(f"{one.why_text}. To be shown again on {words.day(one.until_on)}.")
        quote = (Line("", quote=one.note),) if one.note else ()
        yield Event(
            local(told, one.at),
            one.at,
            kind,
            "pause",
            f"Set aside: {title}",
            (said, *quote),
            told.names.get(one.by, ""),
        )


def notes(told: Told) -> Iterable[Event]:
    for row in told.notes:
        yield Event(
            row.noted_on, row.noted_at, "notes", "edit", "Note", (Line("", quote=row.text),),
            told.names.get(row.noted_by_id, ""),
        )  # fmt: skip


def local(told: Told, moment: datetime) -> date:
    return timezone.localdate(moment, told.zone)
