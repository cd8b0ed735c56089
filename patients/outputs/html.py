"""The patient's plan as HTML, for the screen and for the PDF: one template, so that they cannot differ.

Every text is checked against the print rules before it leaves here. Templates print; what is shown is decided here.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.template.loader import render_to_string

from guidelines.engine.planned import Weekday
from patients.filled_results import Filled, FoundOn
from patients.instructions import AFTER_BOXES, finished_line
from patients.outputs.every_page import Standing, every_page, standing_of
from patients.outputs.paper_text import text_of
from patients.paper_words import in_one_line, patient_day
from patients.plan_parts import CarePlan, DrugBox, PaperPart, PlanTest
from patients.print_rules import PaperText, check_plan

Line = tuple[tuple[str, bool], ...]  # pieces of text, and whether each is printed bold
MOST_TICKS = 13
DATES_NAMED = 3
EMPTY_ROWS = 2
HOW_OFTEN = ("ONCE A WEEK", "ONE TIME ONLY")
UNDATED = re.compile(r"\{date_\d\}")  # a line that names more doses than there are before the next visit
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
    """A drug's box on the day it is printed. `when` is the time of its dose, where it is one of several; `ticks` are the
    days of a weekly drug up to the next visit."""

    box: DrugBox
    lead: tuple[Line, ...]
    parts: tuple[tuple[str, tuple[Line, ...]], ...]
    when: str = ""
    ticks: tuple[str, ...] = ()
    tick_weekday: str = ""


@dataclass(frozen=True, slots=True)
class TestRow:
    """`done_on` and `results` where a later print has them filled in."""

    opens: str
    until: str
    what: str
    done_on: str = ""
    results: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    title: str
    names: tuple[str, ...]
    weekday: str = ""
    one_time: bool = False


def patient_plan_context(
    plan: CarePlan,
    *,
    printed_on: date,
    public_url: str = "",
    large: bool = False,
    over: str = "",
    replaces: str = "",
    filled: Filled | None = None,
) -> dict[str, Any]:
    """What `patients/paper/_patient_plan.html` prints. Raises PrintRefused when a print rule is broken.

    `over` is why the plan is no longer followed, in one sentence for every page; empty while it is. `replaces` says what
    to do with the plan before, `filled` what was found since."""
    context = _patient_context(plan, printed_on, public_url, large, over, filled)
    context["replaces"] = replaces
    check_plan(context["plan"], _checked(plan, context))
    return context


def checked_text(plan: CarePlan, *, printed_on: date) -> PaperText:
    """The finished text of the patient's plan, as the print rules read it."""
    return _checked(plan, _patient_context(plan, printed_on, "", large=False, over=""))


def _checked(plan: CarePlan, context: dict[str, Any]) -> PaperText:
    text, name = text_of(render_to_string("patients/paper/_patient_plan.html", context)), plan.header.patient.name
    # A person's name is nobody's wording.
    return PaperText(text.whole.replace(name, "this person"), text.boxes)


def _patient_context(
    plan: CarePlan, printed_on: date, public_url: str, large: bool, over: str, filled: Filled | None = None
) -> dict[str, Any]:
    plan = plan.on(printed_on)
    standing = standing_of(plan, printed_on=printed_on, over=over)
    boxes = [_box_page(plan, box, printed_on, standing) for box in plan.boxes]
    return {
        **every_page(plan, standing, public_url),
        "parts": {part.section: _finished_part(part, printed_on) for part in plan.parts},
        "help_lines": _two([line for part in plan.parts if part.section == "get_help_now" for line in part.lines]),
        "rest": _rest(plan, printed_on),
        "boxes": boxes,
        "dates": _dates(plan, boxes, printed_on, standing),
        "changes": list(_changes(plan)),
        "tests": _test_rows(plan, filled),
        "filled_on": patient_day(filled.on) if filled else "",
        "empty_rows": range(EMPTY_ROWS),
        "born_on": patient_day(plan.header.patient.born_on),
        "signed_on": patient_day(plan.header.signed_on),
        "printed_on": patient_day(printed_on),
        "review_on": patient_day(plan.review_on) if plan.review_on else "",
        "large": large,
    }


def _two(entries: list[Any]) -> list[list[Any]]:
    """Two columns, read one after the other. Columns of CSS would cost WeasyPrint more than the whole document."""
    half = (len(entries) + 1) // 2
    return [column for column in (entries[:half], entries[half:]) if column]


def _rest(plan: CarePlan, printed_on: date) -> list[list[PaperPart]]:
    parts = [_finished_part(part, printed_on) for part in plan.parts if part.section in AFTER_BOXES]
    actions = tuple(action.plain for action in plan.actions if action.plain)
    return _two([*parts, *([PaperPart("actions", "Also part of your plan", actions)] if actions else [])])


def _finished_part(part: PaperPart, printed_on: date) -> PaperPart:
    return replace(part, lines=tuple(finished_line(line, printed_on=printed_on) for line in part.lines))


def _box_page(plan: CarePlan, box: DrugBox, printed_on: date, standing: Standing) -> BoxPage:
    """No dose is dated after the next visit, and none at all on a paper that is no longer followed."""
    days: list[date] = []
    if box.weekday and not standing.is_over:
        first = WEEKDAYS[box.weekday].on_or_after(max(printed_on, plan.header.signed_on))
        following = (first + timedelta(weeks=week) for week in range(MOST_TICKS))
        days = [day for day in following if plan.review_on is None or day <= plan.review_on]
        if box.one_time:  # none on a paper that is printed after its day
            days = [day for day in days[:1] if day < plan.header.signed_on + timedelta(weeks=1)]
    weekday = (box.weekday or "").upper()

    def finished(lines: tuple[str, ...]) -> tuple[Line, ...]:
        told = (finished_line(line, printed_on=printed_on, doses_on=days[:DATES_NAMED]) for line in lines)
        return tuple(_pieces(line, weekday) for line in told if not UNDATED.search(line))

    parts = tuple((part.title, finished(part.lines)) for part in box.parts)
    ticks = tuple(patient_day(day).split(",")[0] for day in days)
    return BoxPage(box, finished(box.lead), parts, _when(plan, box), ticks, weekday)


def _when(plan: CarePlan, box: DrugBox) -> str:
    """From which day to which the dose of this box is taken, where it is one of several."""
    if box.from_on is None:
        return ""
    if box.until_on is not None:
        return f"From {patient_day(box.from_on)} until {patient_day(box.until_on)}"
    if plan.review_on is not None and plan.review_on > box.from_on:
        return f"From {patient_day(box.from_on)} until we meet on {patient_day(plan.review_on)}"
    return f"From {patient_day(box.from_on)}"


def _pieces(line: str, weekday: str) -> Line:
    """The line with what a weekly drug lives by in bold: its frequency and its day, both in capitals."""
    if not weekday:
        return ((line, False),)
    strong = (*HOW_OFTEN, weekday)
    found = re.split(f"({'|'.join(strong)})", line)
    return tuple((text, text in strong) for text in found if text)


def _changes(plan: CarePlan) -> list[ChangeGroup]:
    """What to stop, hold, start, change and continue: names only, the weekly drug always in a line of its own."""
    found = []
    for change, title in CHANGES:
        listed = [m for m in plan.medications if GROUP_OF.get(m.change, m.change) == change]
        found += [ChangeGroup(title, (m.name,), m.weekday or "", m.one_time) for m in listed if m.weekly_only]
        others = tuple(m.name for m in listed if not m.weekly_only)
        found += [ChangeGroup(title, others)] if others else []
    return found


def _test_rows(plan: CarePlan, filled: Filled | None = None) -> list[TestRow]:
    """The required tests up to the next visit, then the first of each that comes later, and what came after that of a
    series. Of the same tests from the same day the earlier limit counts."""
    rows: dict[tuple[date, tuple[str, ...]], PlanTest] = {}
    seen: set[str] = set()
    before_start: dict[str, None] = {}
    first_found: list[FoundOn] = []
    came, came_later = (filled.tests, filled.later) if filled else ({}, ())
    for test in (*plan.tests, *came_later):
        is_soon = test in came_later or (plan.review_on is not None and test.opens <= plan.review_on)
        if not test.is_required or not test.missing or not (is_soon or test.item not in seen):
            continue
        seen.add(test.item)
        if test.is_before_start:
            before_start |= dict.fromkeys(test.missing)
            first_found += [came[test.item, test.opens]] if (test.item, test.opens) in came else []
            continue
        key = (test.opens, tuple(sorted(test.missing)))
        if key not in rows or test.overdue_after < rows[key].overdue_after:
            rows[key] = test
    first = (
        [TestRow("Before your first dose", "", in_one_line(tuple(before_start)), *_found(first_found))]
        if before_start
        else []
    )
    later = sorted(rows.values(), key=lambda test: (test.opens, test.overdue_after))
    return first + [
        TestRow(
            patient_day(t.opens), patient_day(t.overdue_after), in_one_line(t.missing),
            *_found([came[t.item, t.opens]] if (t.item, t.opens) in came else []),
        )
        for t in later
    ]  # fmt: skip


def _found(found: list[FoundOn]) -> tuple[str, tuple[str, ...]]:
    """The day, and every result once."""
    if not found:
        return "", ()
    days = [one.on for one in found]
    done_on = "" if None in days else patient_day(max(day for day in days if day is not None))
    return done_on, tuple(dict.fromkeys(line for one in found for line in one.lines))


def _dates(plan: CarePlan, boxes: list[BoxPage], printed_on: date, standing: Standing) -> list[tuple[str, str]]:
    """Up to three days to remember, none of them gone by: the next weekly dose, the first test, the next visit."""
    if not standing.is_valid:
        return []
    found = [(page.ticks[0], f"{page.box.weekday}: {page.box.name}") for page in boxes if page.ticks]
    tests = [
        test.overdue_after
        for test in plan.tests
        if test.is_required and test.missing and not test.is_before_start and test.overdue_after >= printed_on
    ]
    if tests and (plan.review_on is None or min(tests) < plan.review_on):
        found.append((patient_day(min(tests)), "First test by this day"))
    if plan.review_on is not None:
        found.append((patient_day(plan.review_on), "Next visit"))
    return found


__all__ = ["checked_text", "patient_plan_context"]
