"""The pages of a CarePlan as HTML, for the screen and for the PDF: one set of templates, so that they cannot differ.

Every text is checked against the print rules before it leaves here. Templates print; what is shown is decided here.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.template.loader import render_to_string

from guidelines.engine.planned import Weekday
from guidelines.templatetags.qr import qr
from patients.instructions import AFTER_BOXES, finished_line
from patients.outputs.paper_text import text_of
from patients.paper_words import capital, clinician_day, patient_day
from patients.plan_parts import CarePlan, DrugBox, PaperPart, PlanMedication, PlanTest
from patients.print_rules import PaperText, check_plan

Line = tuple[tuple[str, bool], ...]  # pieces of text, and whether each is printed bold
MOST_TICKS = 13
DATES_NAMED = 3
DAYS_NAMED = 4
EMPTY_ROWS = 2
ONCE_A_WEEK = "ONCE A WEEK"
WEEKDAYS = {day.label: day for day in Weekday}
CHANGES = (
    ("stop", "Stop taking"),
    ("hold", "Do not take until we tell you"),
    ("start", "Start taking"),
    ("change", "Take a new dose of"),
    ("taper", "Lower step by step"),
    ("continue", "Keep taking"),
)
GROUP_OF = {"raise": "change", "reduce": "change"}


@dataclass(frozen=True, slots=True)
class BoxPage:
    """A drug's box on the day it is printed. `ticks` are the next days of a weekly drug."""

    box: DrugBox
    lead: tuple[Line, ...]
    parts: tuple[tuple[str, tuple[Line, ...]], ...]
    ticks: tuple[str, ...] = ()
    tick_weekday: str = ""


@dataclass(frozen=True, slots=True)
class TestRow:
    opens: str
    until: str
    what: str


@dataclass(frozen=True, slots=True)
class SummaryTest:
    when: str
    what: str
    items: str


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    title: str
    names: tuple[str, ...]
    weekday: str = ""


def patient_plan_context(
    plan: CarePlan, *, printed_on: date, public_url: str = "", large: bool = False
) -> dict[str, Any]:
    """What `patients/paper/_patient_plan.html` prints. Raises PrintRefused when a print rule is broken."""
    context = _patient_context(plan, printed_on, public_url, large)
    check_plan(plan, _checked(plan, context))
    return context


def checked_text(plan: CarePlan, *, printed_on: date) -> PaperText:
    """The finished text of the patient's plan, as the print rules read it."""
    return _checked(plan, _patient_context(plan, printed_on, "", large=False))


def _checked(plan: CarePlan, context: dict[str, Any]) -> PaperText:
    text, name = text_of(render_to_string("patients/paper/_patient_plan.html", context)), plan.header.patient.name
    # A person's name is nobody's wording.
    return PaperText(text.whole.replace(name, "this person"), text.boxes)


def _patient_context(plan: CarePlan, printed_on: date, public_url: str, large: bool) -> dict[str, Any]:
    weekly = next((box for box in plan.boxes if box.weekly_only and box.amount), None)
    boxes = [_box_page(plan, box, printed_on) for box in plan.boxes]
    return {
        "plan": plan,
        "parts": {part.section: _finished_part(part, printed_on, ()) for part in plan.parts},
        "help_lines": _two([line for part in plan.parts if part.section == "get_help_now" for line in part.lines]),
        "rest": _rest(plan, printed_on),
        "boxes": boxes,
        "dates": _dates(plan, boxes),
        "changes": list(_changes(plan)),
        "tests": _test_rows(plan),
        "empty_rows": range(EMPTY_ROWS),
        "weekly": weekly,
        "born_on": patient_day(plan.header.patient.born_on),
        "signed_on": patient_day(plan.header.signed_on),
        "printed_on": patient_day(printed_on),
        "review_on": patient_day(plan.review_on) if plan.review_on else "",
        "qr": _qr(public_url),
        "large": large,
        "status_band": status_band(plan),
    }


def _qr(public_url: str) -> dict[str, Any] | None:
    return qr(public_url, "Opens the guideline this plan follows") if public_url else None


def _two(entries: list[Any]) -> list[list[Any]]:
    """Two columns, read one after the other. Columns of CSS would cost WeasyPrint more than the whole document."""
    half = (len(entries) + 1) // 2
    return [column for column in (entries[:half], entries[half:]) if column]


def _rest(plan: CarePlan, printed_on: date) -> list[list[PaperPart]]:
    parts = [_finished_part(part, printed_on, ()) for part in plan.parts if part.section in AFTER_BOXES]
    actions = tuple(action.plain for action in plan.actions if action.plain)
    return _two([*parts, *([PaperPart("actions", "Also part of your plan", actions)] if actions else [])])


def status_band(plan: CarePlan) -> str:
    """What stands on every page about the content's standing; nothing for approved content."""
    if plan.header.guideline.is_demonstration:
        return "Demonstration. Not approved for care."
    return (
        ""
        if not plan.header.guideline.is_draft
        else f"DRAFT: {plan.header.guideline.status.replace('_', ' ')}. Not approved for care."
    )


def _finished_part(part: PaperPart, printed_on: date, doses_on: tuple[date, ...]) -> PaperPart:
    return replace(
        part, lines=tuple(finished_line(line, printed_on=printed_on, doses_on=doses_on) for line in part.lines)
    )


def _box_page(plan: CarePlan, box: DrugBox, printed_on: date) -> BoxPage:
    days: tuple[date, ...] = ()
    if box.weekday:
        first = WEEKDAYS[box.weekday].on_or_after(max(printed_on, plan.header.signed_on))
        days = tuple(first + timedelta(weeks=week) for week in range(MOST_TICKS))
    until = plan.review_on or (days[-1] if days else printed_on)
    ticks = [day for index, day in enumerate(days) if index < DATES_NAMED or day <= until]
    named = days[:DATES_NAMED]
    weekday = (box.weekday or "").upper()

    def finished(lines: tuple[str, ...]) -> tuple[Line, ...]:
        return tuple(_pieces(finished_line(line, printed_on=printed_on, doses_on=named), weekday) for line in lines)

    parts = tuple((part.title, finished(part.lines)) for part in box.parts)
    return BoxPage(box, finished(box.lead), parts, tuple(patient_day(day).split(",")[0] for day in ticks), weekday)


def _pieces(line: str, weekday: str) -> Line:
    """The line with what a weekly drug lives by in bold: its frequency and its day, both in capitals."""
    if not weekday:
        return ((line, False),)
    found = re.split(rf"({ONCE_A_WEEK}|{weekday})", line)
    return tuple((text, text in (ONCE_A_WEEK, weekday)) for text in found if text)


def _changes(plan: CarePlan) -> list[ChangeGroup]:
    """What to stop, hold, start, change and continue: names only, the weekly drug always in a line of its own."""
    found = []
    for change, title in CHANGES:
        listed = [m for m in plan.medications if GROUP_OF.get(m.change, m.change) == change]
        found += [ChangeGroup(title, (m.name,), m.weekday or "") for m in listed if m.weekly_only]
        others = tuple(m.name for m in listed if not m.weekly_only)
        found += [ChangeGroup(title, others)] if others else []
    return found


def _test_rows(plan: CarePlan) -> list[TestRow]:
    """The required tests up to the next visit, then the first of each that comes later. Of the same tests from the same
    day the earlier limit counts."""
    rows: dict[tuple[date, tuple[str, ...]], PlanTest] = {}
    seen: set[str] = set()
    before_start: dict[str, None] = {}
    for test in plan.tests:
        is_soon = plan.review_on is not None and test.opens <= plan.review_on
        if not test.is_required or not test.missing or not (is_soon or test.item not in seen):
            continue
        seen.add(test.item)
        if test.is_before_start:
            before_start |= dict.fromkeys(test.missing)
            continue
        key = (test.opens, tuple(sorted(test.missing)))
        if key not in rows or test.overdue_after < rows[key].overdue_after:
            rows[key] = test
    first = [TestRow("Before your first dose", "", _listed(tuple(before_start)))] if before_start else []
    later = sorted(rows.values(), key=lambda test: (test.opens, test.overdue_after))
    return first + [TestRow(patient_day(t.opens), patient_day(t.overdue_after), _listed(t.missing)) for t in later]


def _listed(labels: tuple[str, ...]) -> str:
    """Labels in one line: only the first keeps its capital, unless it is an abbreviation's."""
    others = (label[0].lower() + label[1:] if label[1:2].islower() else label for label in labels[1:])
    return ", ".join((capital(labels[0]), *others))


def _dates(plan: CarePlan, boxes: list[BoxPage]) -> list[tuple[str, str]]:
    """Up to three days to remember: the next weekly dose, the first test, the next visit."""
    found = [(page.ticks[0], f"{page.box.weekday}: {page.box.name}") for page in boxes if page.ticks]
    tests = [
        test.overdue_after for test in plan.tests if test.is_required and test.missing and not test.is_before_start
    ]
    if tests and (plan.review_on is None or min(tests) < plan.review_on):
        found.append((patient_day(min(tests)), "First test by this day"))
    if plan.review_on is not None:
        found.append((patient_day(plan.review_on), "Next visit"))
    return found


def _steps(plan: CarePlan, medicine: PlanMedication) -> str:
    """The steps up, and those down until the next visit with the day of the last dose."""
    if medicine.titration:
        return f"Steps: {', '.join(step.clinician for step in medicine.titration)}"
    soon = [step for step in medicine.taper if plan.review_on is None or step.on <= plan.review_on]
    last = [f"… {medicine.taper[-1].clinician}"] if len(soon) < len(medicine.taper) else []
    return f"Goes down: {', '.join([*(step.clinician for step in soon), *last])}" if len(medicine.taper) > 1 else ""


def _summary_tests(plan: CarePlan) -> list[SummaryTest]:
    """Every test; those before the first dose in one line each of required and to be considered."""
    found = []
    for is_required in (True, False):
        first = [test for test in plan.tests if test.is_before_start and test.is_required is is_required]
        labels = ", ".join(dict.fromkeys(label for test in first for label in test.labels))
        when = "Before the first dose" if is_required else "To consider before it"
        if first:
            found.append(SummaryTest(when, labels, ", ".join(test.item for test in first)))
    series: dict[str, list[PlanTest]] = {}
    for test in plan.tests:
        if not test.is_before_start:
            series.setdefault(test.item, []).append(test)
    for item, tests in series.items():
        what = ", ".join(tests[0].labels) + ("" if tests[0].is_required else " (to consider)")
        found.append(SummaryTest(_when(tests), what, item))
    return found


def _when(tests: list[PlanTest]) -> str:
    """The window of a test; of a series its days, or how often and between which days."""
    if len(tests) == 1:
        return " to ".join(clinician_day(day) for day in dict.fromkeys((tests[0].opens, tests[0].overdue_after)))
    if len(tests) <= DAYS_NAMED:
        return ", ".join(clinician_day(test.opens) for test in tests)
    return f"{len(tests)} times, {clinician_day(tests[0].opens)} to {clinician_day(tests[-1].opens)}"


def clinician_summary_context(plan: CarePlan, *, printed_on: date, public_url: str = "") -> dict[str, Any]:
    """What `patients/paper/_clinician_summary.html` prints."""
    weekly = next((box for box in plan.boxes if box.weekly_only and box.amount), None)
    fallback = plan.header.signed_on
    return {
        "plan": plan,
        "weekly": weekly,
        "born_on": clinician_day(plan.header.patient.born_on),
        "signed_on": clinician_day(plan.header.signed_on),
        "printed_on": clinician_day(printed_on),
        "review_on": clinician_day(plan.review_on) if plan.review_on else "",
        "overridden": [alert for alert in plan.alerts if alert.reason],
        "alerts": [alert for alert in plan.alerts if not alert.reason],
        "medicines": [(medicine, _steps(plan, medicine)) for medicine in plan.medications],
        "tests": _summary_tests(plan),
        "facts": [
            (fact, "" if fact.taken_on in (None, fallback) else clinician_day(fact.taken_on or fallback))
            for fact in plan.facts
            if not fact.is_no
        ],
        "absent": [fact.label for fact in plan.facts if fact.is_no],
        "qr": _qr(public_url),
        "status_band": status_band(plan),
    }


__all__ = ["checked_text", "clinician_summary_context", "patient_plan_context", "status_band"]
