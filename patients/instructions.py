"""The guideline's own lines for the patient: which of them print, with their {placeholders} filled.

Refuses a placeholder it cannot fill. The day of printing and the next dates of a weekly dose stay open until a plan is
printed; a date of a test that is not due takes its clause with it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import PatientInstruction
from guidelines.engine.decision import Decision
from guidelines.engine.schedule import Due
from patients.paper_words import joined, patient_day, set_line
from patients.plan_draft import PlanDraft
from patients.plan_parts import PaperPart

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
AT_PRINTING = ("print_date", "date_1", "date_2", "date_3")
DATED = re.compile(r"\{(due|opens|dates):([^{}]+)\}")
TITLES = {
    "your_plan": "Your plan",
    "get_help_now": "Get help now",
    "call_same_day": "Call us the same day",
    "how_to_take": "How to take it",
    "missed_dose": "If you miss a dose",
    "took_too_much": "If you took too much",
    "avoid": "Be careful with",
    "vaccines": "Vaccines",
    "pregnancy": "Pregnancy and birth control",
    "tests": "Tests",
    "next_visit": "Tell us at the next visit",
    "skin": "Protect your skin",
    "storage": "How to store your medicines",
}
IN_BOX = (
    "how_to_take",
    "call_same_day",
    "missed_dose",
    "took_too_much",
    "avoid",
    "vaccines",
    "pregnancy",
    "tests",
    "next_visit",
)
BEFORE_BOXES = ("your_plan", "get_help_now", "call_same_day")
AFTER_BOXES = ("skin", "next_visit", "storage")
WHEN_HELD = ("get_help_now", "call_same_day", "pregnancy")
WHEN_STOPPED = ("pregnancy",)


class Unfilled(ValueError):
    """A line needs a value nobody gave; the message names the placeholder and the row."""


class Instructions:
    """The rows that print on one plan. `unknown` shows a row as much as `met` does."""

    def __init__(self, compiled: CompiledPackage, decision: Decision, draft: PlanDraft) -> None:
        self.items = {item.key for item, _ in compiled.monitoring}
        self.due = draft.due
        lines = {line.drug.key: line for line in draft.medications}
        shown: list[PatientInstruction] = []
        for row, condition in compiled.instructions:
            line = lines.get(row.drug) if row.drug else None
            if row.drug and (line is None or not _prints(row, line.change)):
                continue
            if row.with_titration and (line is None or len(line.titration) < 2):
                continue
            if condition is None or condition.value(decision.resolved) is not False:
                shown.append(row)
        outranked = {key for row in shown for key in row.outranks}
        self.rows = [row for row in shown if row.key not in outranked]

    def of(self, drug: str | None, section: str) -> list[PatientInstruction]:
        return [row for row in self.rows if row.drug == drug and row.section == section]

    def is_raised_by_the_patient(self, drug: str) -> bool:
        """Whether the guideline's lines tell the patient to raise the dose on named days; else a visit does it."""
        return any(row.with_titration for row in self.rows if row.drug == drug)

    def part(
        self, rows: Iterable[PatientInstruction], section: str, fill: Callable[[PatientInstruction], list[str]]
    ) -> PaperPart | None:
        """The rows under one heading, each line once."""
        rows = list(rows)
        lines = tuple(dict.fromkeys(line for row in rows for line in fill(row)))
        return PaperPart(section, TITLES[section], lines, tuple(row.key for row in rows)) if lines else None

    def lines(self, row: PatientInstruction, values: Mapping[str, str | None]) -> list[str]:
        """The row's lines with every placeholder filled. A value that is None leaves its line out, an absent one is
        refused. A row whose dated lines have all gone says nothing any more and is left out."""
        found, dated, dropped = [], 0, 0
        for raw in row.plain.splitlines():
            is_dated = bool(DATED.search(raw))
            line = self._dated(row, raw.strip())
            if line is not None:
                line = self._filled(row, line, values)
            dated += is_dated
            dropped += is_dated and line is None
            if line:
                found.append(set_line(line))
        return [] if dated and dated == dropped else found

    def _dated(self, row: PatientInstruction, line: str) -> str | None:
        for kind, keys in DATED.findall(line):
            text = self._dates(row, kind, keys.split("|"))
            token = f"{{{kind}:{keys}}}"
            if text is not None:
                line = line.replace(token, text)
                continue
            shorter = line.replace(f" and by {token}", "").replace(f"by {token} and by ", "by ")
            if shorter == line:
                return None
            line = shorter
        return line

    def _dates(self, row: PatientInstruction, kind: str, keys: list[str]) -> str | None:
        unknown = [key for key in keys if key not in self.items]
        if unknown:
            raise Unfilled(f"{row.key}: there is no monitoring item {', '.join(unknown)}")
        if kind == "dates":
            days = sorted({due.opens for due in self.due if due.item.key in keys})
            return joined([patient_day(day) for day in days]) if days else None
        for key in keys:
            first: Due | None = next((due for due in self.due if due.item.key == key), None)
            if first is not None:
                return patient_day(first.overdue_after if kind == "due" else first.opens)
        return None

    def _filled(self, row: PatientInstruction, line: str, values: Mapping[str, str | None]) -> str | None:
        for name in PLACEHOLDER.findall(line):
            if name in AT_PRINTING:
                continue
            if name not in values:
                raise Unfilled(f"{row.key}: nothing fills {{{name}}}")
            value = values[name]
            if value is None:
                return None
            line = line.replace(f"{{{name}}}", value)
        return line


def _prints(row: PatientInstruction, change: str) -> bool:
    if change == "hold":
        return row.section in WHEN_HELD
    return row.section in WHEN_STOPPED if change == "stop" else True


def finished_line(line: str, *, printed_on: date, doses_on: Iterable[date] = ()) -> str:
    """A stored line with what only the day of printing can tell."""
    values = {"print_date": patient_day(printed_on)}
    for index, day in enumerate(doses_on, start=1):
        values[f"date_{index}"] = f"{day:%A}, {day:%B} {day.day}"
    for name, value in values.items():
        line = line.replace(f"{{{name}}}", value)
    return set_line(line)
