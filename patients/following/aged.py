"""Which results are too old to judge by, and what is said of them.

Refuses to let one that came too late stand for how the patient is now.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.facts import PatientFacts, Unknown

Came = tuple[str, date]  # a result: its fact, and the day it was taken on


def too_old(facts: PatientFacts, keys: Iterable[str]) -> set[Came]:
    """The newest results of these facts, where they are too old to count."""
    states = {key: facts.states.get(key) for key in keys}
    return {
        (key, state.last.taken_on)
        for key, state in states.items() if isinstance(state, Unknown) and state.last is not None
    }  # fmt: skip


def why_too_old(compiled: CompiledPackage, facts: PatientFacts, keys: Iterable[str]) -> str:
    """Which of them are too old, how old they may be, and that newer ones are wanted; empty where none is."""
    groups: defaultdict[int, defaultdict[date, list[str]]] = defaultdict(lambda: defaultdict(list))
    for key, day in sorted(too_old(facts, keys)):
        fact = compiled.facts[key]
        groups[fact.maximum_age_days or 0][day].append(fact.label)
    return " ".join(said(by_day, days) for days, by_day in groups.items())


def said(by_day: Mapping[date, Sequence[str]], days: int) -> str:
    named = "; ".join(f"{listed(labels)} of {day:%-d %B %Y}" for day, labels in by_day.items())
    newer = "newer results" if sum(map(len, by_day.values())) > 1 else "a newer result"
    return (
        f"Too old to judge by: {named}. A result may be {days} day{'' if days == 1 else 's'} old at most. Add {newer}."
    )


def listed(labels: Sequence[str]) -> str:
    *before, last = labels
    return f"{', '.join(before)} and {last}" if before else last


def counts_for(
    compiled: CompiledPackage, fact: str, taken_on: date, today: date, window: tuple[date, date] | None
) -> bool:
    """Whether a result does a test. One that is too old today does only that in whose days it was taken: that one was
    done in time, and any other asks how the patient is now. Where it came in time, it did its test when it came."""
    known = compiled.facts.get(fact)
    if known is None or known.maximum_age_days is None:
        return True
    if taken_on >= today - timedelta(days=known.maximum_age_days):
        return True
    return window is not None and window[0] <= taken_on <= window[1]
