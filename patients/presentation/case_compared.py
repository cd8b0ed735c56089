"""One test patient on two versions, side by side: what is proposed, each dose, each warning, each test. Judges nothing."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from guidelines.engine.dosing import NoDose
from patients.presentation import words
from patients.presentation.case_run import CaseRun
from patients.presentation.recommendation_page import OUTCOMES, dose_range
from patients.presentation.taken import planned_text

ABSENT = "–"


class Row(NamedTuple):
    part: str
    label: str
    old: str
    new: str


class Compared(NamedTuple):
    """The rows that differ; `same` is the number of those that do not."""

    rows: list[Row]
    same: int


def compared(old: CaseRun, new: CaseRun) -> Compared:
    before, after = dict(fields(old)), dict(fields(new))
    rows = [
        Row(*key, before.get(key, ABSENT), after.get(key, ABSENT))
        for key in dict.fromkeys([*after, *before])
        if before.get(key) != after.get(key)
    ]
    return Compared(rows, len(after.keys() | before.keys()) - len(rows))


def fields(run: CaseRun) -> Iterator[tuple[tuple[str, str], str]]:
    """What a physician would see, by part and name. What has the same name in both versions is compared."""
    decision, compiled = run.decision, run.compiled
    yield ("Proposal", "What is proposed"), OUTCOMES[decision.outcome][0]
    yield ("Proposal", "Step"), compiled.steps[decision.step].step.title if decision.step else ABSENT
    for option in decision.options:
        yield ("Options", option.option.title), words.OPTION_STATES[option.state][0]
    for option in decision.options:
        for part in option.regimens:
            dose = part.dose.reason if isinstance(part.dose, NoDose) else dose_range(part.dose)
            yield ("Dose", f"{part.regimen.regimen.title}, the range"), dose
    for line in run.draft.medications:
        yield (
            ("Dose", f"{line.drug.name}, as chosen"),
            f"{words.CHANGES[line.change]} {planned_text(run, line)}".strip(),
        )
    for alert in run.draft.alerts:
        yield (f"{alert.severity.capitalize()}s", alert.rule.key), alert.message
    yield from tests_of(run)


def tests_of(run: CaseRun) -> Iterator[tuple[tuple[str, str], str]]:
    found: dict[str, list[str]] = {}
    for due in run.draft.due:
        days = dict.fromkeys((words.day(due.opens), words.day(due.overdue_after)))
        found.setdefault(due.item.key, []).append(" to ".join(days))
    labels: Mapping[str, str] = {
        due.item.key: ", ".join(run.compiled.tests[key].label for key in due.item.tests) for due in run.draft.due
    }
    for key, windows in found.items():
        yield ("Tests", f"{labels[key]} ({key})"), "; ".join(windows)


__all__ = ["Compared", "Row", "compared"]
