"""What results ask for now: the open alerts of the plans that are followed, gravest first, with the words of their rules.

Shows what is on record; nothing is checked anew here and nothing is decided.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.facts import in_own_unit, read_number
from guidelines.engine.safety import ORDER
from guidelines.reading import Source
from patients.models import AlertKind, ResultAlert
from patients.presentation import words
from patients.presentation.result_lines import multiple_in_words
from patients.presentation.sources import Sources

ACTIONS = {
    "repeat": ("Repeat", "clock"), "hold": ("Hold", "pause"), "reduce": ("Reduce", "arrow-down"), "stop": ("Stop", "stop"),
    "refer": ("Refer", "arrow-right"), "inform": ("Inform", "note"),
}  # fmt: skip
MAY_RESUME, NOT_EVALUABLE = ("May start again", "check"), ("Cannot be checked", "unknown")
TAGS = {"stop": "tag--stop", "caution": "tag--caution", "note": "tag--note"}


@dataclass(frozen=True, slots=True)
class AskedResult:
    label: str
    value: str
    on: date


@dataclass(frozen=True, slots=True)
class Asked:
    """One open alert. `needs` are the facts that would settle what cannot be checked, each with its label."""

    alert: ResultAlert
    word: str
    icon: str
    tag: str
    drug: str
    is_weekly: bool
    results: tuple[AskedResult, ...]  # the newest of each
    earlier: tuple[AskedResult, ...]
    sources: tuple[Source, ...]
    needs: tuple[tuple[str, str], ...]
    is_late: bool
    is_aside: bool


def asked_of(
    alerts: Iterable[ResultAlert], compiled: Mapping[Any, CompiledPackage], sources: Sources | None, today: date
) -> list[Asked]:
    """`compiled` by plan. What is set aside comes last."""
    found = [asked(alert, compiled[alert.plan_id], sources, today) for alert in alerts]
    return sorted(
        found,
        key=lambda one: (
            one.is_aside,
            one.alert.kind == AlertKind.MAY_RESUME,
            ORDER.get(one.alert.severity, len(ORDER)),
            one.alert.act_by_on or date.max,
        ),
    )


def asked(alert: ResultAlert, compiled: CompiledPackage, sources: Sources | None, today: date) -> Asked:
    word, icon = ACTIONS.get(alert.action, ("Look at it", "note"))
    tag = TAGS.get(alert.severity, "")
    if alert.kind == AlertKind.MAY_RESUME:
        (word, icon), tag = MAY_RESUME, "tag--ok"
    elif alert.kind == AlertKind.NOT_EVALUABLE:
        (word, icon), tag = NOT_EVALUABLE, "tag--caution"
    drug = compiled.drugs.get(alert.drug_key)
    told = [asked_result(compiled, result) for result in reversed(alert.results)]
    newest = {id(one) for one in {result.label: result for result in reversed(told)}.values()}
    rule = compiled.rules.get(alert.rule_key)
    cited = sources.said(alert.rule_key).sources if sources is not None and rule is not None else ()
    return Asked(
        alert, word, icon, tag, drug.name if drug else "", bool(drug and drug.weekly_only),
        tuple(one for one in told if id(one) in newest), tuple(one for one in told if id(one) not in newest), cited,
        tuple(words.fact_labels(compiled, alert.needs)),
        alert.act_by_on is not None and alert.act_by_on < today,
        alert.aside_until_on is not None and alert.aside_until_on > today,
    )  # fmt: skip


def asked_result(compiled: CompiledPackage, result: Mapping[str, Any]) -> AskedResult:
    """135 U/L, 3.4 × the upper limit of 40."""
    fact = compiled.facts.get(result["fact"])
    on = date.fromisoformat(result["taken_on"])
    if fact is None:
        return AskedResult(result["fact"], str(result["value"]), on)
    shown = words.typed_value(fact, result["value"], result.get("unit"))
    if limit := result.get("upper_limit"):
        try:
            number, upper = (
                in_own_unit(fact, read_number(typed), result.get("unit")) for typed in (result["value"], limit)
            )
        except ValueError:
            return AskedResult(fact.label, shown, on)
        if upper > Decimal(0):
            over = number > upper
            shown += f", {multiple_in_words(number, upper) if over else f'within the upper limit of {limit}'}"
    return AskedResult(fact.label, shown, on)
