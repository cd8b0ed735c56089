"""The worksheet of a dose: how a new one was worked out; of one that is taken its limits, and the dose chosen.

A drug that goes on is not worked out from its lowest dose: nobody takes that, and a worksheet that began with it would
be read as the dose.
"""

from collections.abc import Iterator

from guidelines.engine.compiled import CompiledRegimen
from guidelines.engine.dosing import BODY, Dose, often
from guidelines.engine.operators import EXACT
from guidelines.engine.planned import OnWeekday, PlannedDrug
from guidelines.engine.products import shown_products
from guidelines.engine.resolve import Resolved
from guidelines.engine.values import plain


def worksheet(
    compiled: CompiledRegimen, dose: Dose, planned: PlannedDrug | None, resolved: Resolved, *, is_taken: bool
) -> tuple[str, ...]:
    """`is_taken`: the drug goes on, at the same dose or at another."""
    lines = tuple(limit_lines(compiled, dose, resolved)) if is_taken else dose.working
    return (*lines, chosen_line(planned)) if planned else lines


def limit_lines(compiled: CompiledRegimen, dose: Dose, resolved: Resolved) -> Iterator[str]:
    """The highest dose by the size of the body, what limits it, and what it comes to."""
    regimen = compiled.regimen
    size = resolved[BODY[regimen.basis]] if regimen.basis in BODY else None
    if size is not None:
        body = "kg" if regimen.basis == "per_kg" else "m²"
        raw = plain(round(EXACT.multiply(regimen.max, size), 2))
        made = f"{plain(regimen.max)} {regimen.unit}/{body} × {plain(round(size, 2))} {body}"
        yield f"Highest dose: {made} = {raw} {regimen.unit} {often(regimen)}"
    for cap, condition in compiled.caps:
        state = True if condition is None else condition.value(resolved)
        if state is not False:
            yield cap.text + (" (could not be checked, so it applies)" if state is None else "")
    for adjustment, condition in compiled.adjustments:
        if condition is None or condition.value(resolved):
            yield adjustment.text
    yield f"At most {plain(dose.max)} {regimen.unit} {often(regimen, dose.per)}"


def chosen_line(planned: PlannedDrug) -> str:
    made = shown_products(planned.products)
    when = f", on {planned.frequency.weekday.label}" if isinstance(planned.frequency, OnWeekday) else ""
    times = "one time only" if planned.one_time else f"per {planned.per}"
    return f"Chosen: {plain(planned.amount)} {planned.unit} {times} = {made}{when}"
