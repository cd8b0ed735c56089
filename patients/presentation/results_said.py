"""What is said once results were written: what was recorded, and what it asks for, gravest first."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest

from patients.models import AlertKind, Observation, Plan, ResultAlert
from patients.presentation import words
from patients.results.catalogue import Catalogue

MOST_NAMED, MOST_CALLS = 8, 6
LEVELS = {"stop": (messages.WARNING, "stop"), "caution": (messages.WARNING, "")}


def say(
    request: HttpRequest,
    rows: Iterable[Observation],
    alerts: Iterable[ResultAlert],
    catalogue: Catalogue,
    verb: str = "Recorded:",
) -> None:
    rows, alerts = list(rows), list(alerts)
    if not rows:
        messages.info(request, "All of this is on record already, word for word. Nothing was added.")
        return
    messages.success(request, f"{verb} {recorded(rows, catalogue)}. {what_follows(rows, alerts)}")
    for alert in alerts[:MOST_CALLS]:
        level, tag = LEVELS.get(alert.severity, (messages.INFO, ""))
        messages.add_message(request, level, call(alert), extra_tags=tag)
    if len(alerts) > MOST_CALLS:
        messages.info(request, f"{len(alerts) - MOST_CALLS} more stand on this page.")


def what_follows(rows: list[Observation], alerts: list[ResultAlert]) -> str:
    if alerts:
        return "What it asks for stands below."
    if not Plan.objects.active().filter(patient=rows[0].patient_id).exists():
        return "No plan is followed, so no rule has looked at it."
    return "It asks for nothing by the rules of the plan."


def recorded(rows: list[Observation], catalogue: Catalogue) -> str:
    told: dict[str, list[str]] = {}
    for row in rows[:MOST_NAMED]:
        told.setdefault(words.day(row.taken_on), []).append(result(row, catalogue))
    named = "; ".join(f"{', '.join(results)} of {day}" for day, results in told.items())
    return named + (f" and {len(rows) - MOST_NAMED} more" if len(rows) > MOST_NAMED else "")


def result(row: Observation, catalogue: Catalogue) -> str:
    kind = catalogue.kinds.get(row.fact_key)
    if kind is None:
        return f"{row.fact_key} {row.value_typed}"
    return f"{kind.fact.label} {words.typed_value(kind.fact, row.value_typed, row.unit)}"


def call(alert: ResultAlert) -> str:
    """The rule's words, what to do, who and by when. What a rule that cannot be checked would ask for is not asked yet."""
    who = f" For: {alert.who}" if alert.who else ""
    by = f", by {words.day(alert.act_by_on)}" if alert.act_by_on else ""
    end = f"{who}{by}".lstrip(" ,")
    if end:
        end = f" {end[:1].upper()}{end[1:]}."
    if alert.kind == AlertKind.NOT_EVALUABLE and alert.rule_key:
        return f"{alert.message} {words.ADD_WHAT_IS_MISSING}{end}"
    return f"{alert.message} {alert.action_text}{end}"
