"""Small wordings that several pages share: states, doses, values. No clinical word is ours: those are the content's."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Fact
from guidelines.engine.dosing import Dose
from guidelines.engine.operators import unit_text
from guidelines.engine.planned import PlannedDrug, Weekday
from guidelines.engine.products import Count, counted, named
from guidelines.engine.values import plain
from guidelines.reading import wording
from patients.dose_words import amount_and_days
from patients.facts import is_one_time
from patients.paper_words import set_clinical

NBSP = "\u00a0"
ADD_WHAT_IS_MISSING = "Add what is missing, so that the rule can be checked."
PER = wording.PER
ROLES = {"main": "Main medicine", "companion": "Given with it", "continued": "Goes on"}
CHANGES = {
    "start": "Start", "continue": "Continue", "raise": "Raise", "reduce": "Reduce", "hold": "Hold", "taper": "Taper",
    "stop": "Stop", "choose": "Choose",
}  # fmt: skip
CHANGE_TAGS = {"hold": "tag--caution", "stop": "tag--stop", "choose": "tag--caution", "start": "tag--ok"}
OPTION_STATES = {
    "available": ("Available", "tag--ok", "check"),
    "caution": ("Available, with cautions", "tag--caution", "caution"),
    "needs_answer": ("Needs an answer", "tag--caution", "unknown"),
    "pending": ("Pending", "tag--caution", "pause"),
    "excluded": ("Excluded", "tag--stop", "stop"),
}  # fmt: skip


def day(value: date) -> str:
    return f"{value.day}{NBSP}{value:%b}{NBSP}{value.year}"


def amount(number: Decimal, unit: str) -> str:
    return f"{plain(number)}{NBSP}{unit_text(unit, plain(number))}".strip()


class PlannedRow(Protocol):
    """As much of a signed row as tells how often its drug is taken."""

    @property
    def regimen_key(self) -> str: ...
    @property
    def weekday(self) -> int | None: ...


def often(compiled: CompiledPackage | None, row: PlannedRow) -> str:
    """The word beside a weekly drug that is given."""
    return badge(
        is_weekly=row.weekday is not None, one_time=compiled is not None and is_one_time(compiled, row.regimen_key)
    )


def badge(*, is_weekly: bool, one_time: bool) -> str:
    """Beside a dose that has a weekday, whatever drug it is of."""
    return "" if not is_weekly else wording.SINGLE if one_time else wording.WEEKLY


def each(dose: Dose) -> str:
    """What follows an amount of it: a week; of a single dose, that it is one."""
    return wording.ONE_TIME.lower() if dose.one_time else PER[dose.per]


def tests(compiled: CompiledPackage | None, keys: Iterable[str]) -> str:
    """Their names as the content has them; a key that it does not know stays as it is."""
    known = compiled.tests if compiled else {}
    return ", ".join(known[key].label if key in known else key for key in keys)


def products(counts: Iterable[Count]) -> str:
    """6 tablets of 2.5 mg + 1 tablet of 5 mg; 40 g of cream 0.05 %."""
    return " + ".join(
        f"{amount(count * p.strength, p.unit)} of {named(p)}"
        if p.measured
        else f"{counted(count, p.form)} of {amount(p.strength, p.unit)}"
        for p, count in counts
    )


def dose(planned: PlannedDrug, spared: Weekday | None = None) -> str:
    """The amount with its days, as the paper says it. `spared`: the weekday a companion leaves out."""
    return set_clinical(amount_and_days(planned, spared))


def value(fact: Fact, found: Any) -> str:
    """A value in the fact's own type as a person reads it."""
    if isinstance(found, bool):
        return "Yes" if found else "No"
    labels = {choice.key: choice.label for choice in fact.choices}
    if isinstance(found, (frozenset, set, list, tuple)):
        return ", ".join(labels.get(key, key) for key in sorted(found)) or "None of these"
    if isinstance(found, Decimal):
        return amount(round(found, 2), fact.unit or "")
    if isinstance(found, date):
        return day(found)
    return labels.get(found, str(found))


def typed_value(fact: Fact, typed: Any, unit: str | None) -> str:
    """A value as it was typed, with the unit it was typed in."""
    if isinstance(typed, str) and fact.type == "number":
        return f"{typed}{NBSP}{unit_text(unit or fact.unit, typed)}".strip()
    if isinstance(typed, str) and fact.type == "date":
        return day(date.fromisoformat(typed))
    return value(fact, typed)


def fact_labels(compiled: CompiledPackage, keys: Iterable[str]) -> list[tuple[str, str]]:
    """(key, label) for links to questions."""
    return [(key, compiled.facts[key].label if key in compiled.facts else key) for key in keys]


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
