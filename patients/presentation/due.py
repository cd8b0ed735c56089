"""What is due: the tests of the plans that are followed, with the days between which each is in time. All worked out on read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from guidelines.engine.compiled import CompiledPackage
from patients.models import MonitoringTask
from patients.presentation import words
from patients.worklist_items import brings_results

COMING_TESTS = 6


@dataclass(frozen=True, slots=True)
class Due:
    task: MonitoringTask
    tests: str
    word: str
    tag: str
    icon: str
    is_open: bool  # the day on which it may be done has come
    is_aside: bool
    is_overdue: bool
    brings_results: bool  # done once they are entered


def due_of(tasks: Iterable[MonitoringTask], compiled: Mapping[Any, CompiledPackage], today: date) -> list[Due]:
    """Overdue first, then due, then to come; what is set aside keeps its place and says so."""
    ordered = sorted(tasks, key=lambda task: (task.overdue_after_on >= today, task.opens_on > today))
    return [due(task, compiled.get(task.plan_id), today) for task in ordered]


def due(task: MonitoringTask, compiled: CompiledPackage | None, today: date) -> Due:
    is_aside = task.aside_until_on is not None and task.aside_until_on > today
    is_overdue = not is_aside and task.overdue_after_on < today
    if is_aside:
        word, tag, icon = "Set aside", "tag--draft", "pause"
    elif is_overdue:
        word, tag, icon = f"{words.plural((today - task.overdue_after_on).days, 'day')} overdue", "tag--stop", "stop"
    elif task.opens_on <= today:
        word, tag, icon = "Due", "tag--caution", "clock"
    else:
        word, tag, icon = apart((task.opens_on - today).days), "", ""
    brings = compiled is not None and any(brings_results(compiled, key) for key in task.test_keys)
    return Due(
        task, words.tests(compiled, task.test_keys), word, tag, icon, task.opens_on <= today, is_aside, is_overdue, brings
    )  # fmt: skip


def apart(days: int) -> str:
    """In 13 days; in 6 weeks; in 5 months."""
    if days < 15:
        return f"In {words.plural(days, 'day')}"
    if days < 85:
        return f"In {words.plural((days + 3) // 7, 'week')}"
    return f"In {words.plural((days + 15) // 30, 'month')}"
