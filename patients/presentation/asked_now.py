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
from guidelines.engine.operators import unit_text
from guidelines.engine.safety import ORDER
from guidelines.engine.values import plain
from guidelines.reading import Source
from patients.models import AlertKind, ResultAlert
from patients.presentation import words
from patients.presentation.plans_lines import Judge
from patients.presentation.result_lines import multiple
from patients.presentation.sources import Sources

ACTIONS = {
    "repeat": ("Repeat", "clock"), "hold": ("Hold", "pause"), "reduce": ("Reduce", "arrow-down"), "stop": ("Stop", "stop"),
    "refer": ("Refer", "arrow-right"), "inform": ("Inform", "note"),
}  # fmt: skip
MAY_RESUME, NOT_EVALUABLE = ("May start again", "check"), ("Cannot be checked", "unknown")
TAGS = {"stop": "tag--stop", "caution": "tag--caution", "note": "tag--note"}


@dataclass(frozen=True, slots=True)
class AskedResult:
    """`over` is what a rule of the plan says of it, `tag` how grave that is."""

    label: str
    value: str
    on: date
    over: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One open alert. `needs` would settle what cannot be checked: where each is typed among results, and its label."""

    alert: ResultAlert
    word: str
    icon: str
    tag: str
    guideline: str
    slug: str
    drug: str
    is_weekly: bool
    results: tuple[AskedResult, ...]  # the newest of each
    earlier: tuple[AskedResult, ...]
    sources: tuple[Source, ...]
    needs: tuple[tuple[str, str], ...]
    is_late: bool
    is_aside: bool

    @property
    def is_unchecked(self) -> bool:
        return self.alert.kind == AlertKind.NOT_EVALUABLE


def asked_of(
    alerts: Iterable[ResultAlert],
    compiled: Mapping[Any, CompiledPackage],
    sources: Mapping[Any, Sources],
    today: date,
    judges: Mapping[Any, Judge],
) -> list[Asked]:
    """All by plan; a judge says how a rule speaks of a value. What is set aside comes last."""
    found = [
        asked(alert, compiled[alert.plan_id], sources.get(alert.plan_id), today, judges.get(alert.plan_id, silent))
        for alert in alerts
    ]
    return sorted(
        found,
        key=lambda one: (
            one.is_aside,
            one.alert.kind == AlertKind.MAY_RESUME,
            ORDER.get(one.alert.severity, len(ORDER)),
            one.alert.act_by_on or date.max,
        ),
    )


def silent(fact: str, number: Decimal, limit: Decimal | None) -> tuple[str, str]:
    return "", ""


def asked(alert: ResultAlert, compiled: CompiledPackage, sources: Sources | None, today: date, judge: Judge) -> Asked:
    word, icon = ACTIONS.get(alert.action, ("Look at it", "note"))
    tag = TAGS.get(alert.severity, "")
    if alert.kind == AlertKind.MAY_RESUME:
        (word, icon), tag = MAY_RESUME, "tag--ok"
    elif alert.kind == AlertKind.NOT_EVALUABLE:
        (word, icon), tag = NOT_EVALUABLE, "tag--caution"
    drug = compiled.drugs.get(alert.drug_key)
    told = [asked_result(compiled, result, judge) for result in reversed(alert.results)]
    told.sort(key=lambda result: not result.over)  # what it was raised by before what is fine
    newest = {id(one) for one in {one.label: one for one in sorted(told, key=lambda one: one.on)}.values()}
    rule = compiled.rules.get(alert.rule_key)
    cited = sources.said(alert.rule_key).sources if sources is not None and rule is not None else ()
    return Asked(
        alert, word, icon, tag, compiled.package.title, compiled.package.slug, drug.name if drug else "", bool(drug and drug.weekly_only),
        tuple(one for one in told if id(one) in newest), tuple(one for one in told if id(one) not in newest), cited,
        tuple((place_of(compiled, key), label) for key, label in words.fact_labels(compiled, alert.needs)),
        alert.act_by_on is not None and alert.act_by_on < today,
        alert.aside_until_on is not None and alert.aside_until_on > today,
    )  # fmt: skip


def place_of(compiled: CompiledPackage, key: str) -> str:
    """The field of the page where results are added: an upper limit is typed beside its result."""
    limited = next((fact.key for fact in compiled.limited.values() if fact.upper_limit == key), None)
    return f"limit-{limited}" if limited else f"value-{key}"


def asked_result(compiled: CompiledPackage, result: Mapping[str, Any], judge: Judge) -> AskedResult:
    """135 U/L, 3.4 × the upper limit of 40; and what a rule says of it, in the catalogue's unit where it was another."""
    fact = compiled.facts.get(result["fact"])
    on = date.fromisoformat(result["taken_on"])
    if fact is None:
        return AskedResult(result["fact"], str(result["value"]), on)
    shown, unit = words.typed_value(fact, result["value"], result.get("unit")), result.get("unit")
    if fact.type != "number":
        return AskedResult(fact.label, shown, on)
    try:
        number = in_own_unit(fact, read_number(result["value"]), unit)
        upper = in_own_unit(fact, read_number(result["upper_limit"]), unit) if result.get("upper_limit") else None
    except ValueError:
        return AskedResult(fact.label, shown, on)
    if upper:
        limit = f"the upper limit of {plain(read_number(result['upper_limit']))}"  # in the unit of the value beside it
        shown += f", {multiple(number, upper)}\u00a0× {limit}" if number > upper else f", within {limit}"
    level, said = judge(fact.key, number, upper)
    if said and unit not in (None, "", fact.unit):
        said += f" {unit_text(fact.unit)}"
    return AskedResult(fact.label, shown, on, said, TAGS.get(level, "") if level else "")
