"""The guideline's own test patients: each is decided and compared with what its authors expect."""

from collections.abc import Iterator, Sequence
from typing import Any

from guidelines.engine.case_differences import Differences, unreadable
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Case, Expected, ExpectedDose, Fact
from guidelines.engine.decision import Decision, decide
from guidelines.engine.facts import FactsRefused
from guidelines.engine.reading import read_facts
from guidelines.engine.values import plain


def facts_of(compiled: CompiledPackage, case: Case) -> dict[str, Any]:
    """The case as FACTS.json would hold it."""
    base = next((base.facts for base in compiled.package.case_bases if base.key == case.based_on), {})
    left_out = {*case.not_known, *case.not_asked}
    values = {key: value for key, value in (base | case.facts).items() if key not in left_out}
    facts: dict[str, Any] = {key: {"value": _typed(compiled.facts.get(key), value)} for key, value in values.items()}
    facts |= {key: {"status": "not_known"} for key in case.not_known}
    history = {
        key: [
            {"value": plain(r.value), "taken_on": r.taken_on.isoformat()}
            | ({"upper_limit": plain(r.upper_limit)} if r.upper_limit is not None else {})
            for r in results
        ]
        for key, results in case.history.items()
    }
    return {
        "as_of": case.as_of.isoformat(), "step": case.step, "facts": facts, "history": history,
        "started_on": case.started_on.isoformat() if case.started_on else None,
    }  # fmt: skip


def _typed(fact: Fact | None, value: str | tuple[str, ...]) -> Any:
    if fact is not None and fact.type == "boolean" and value in ("true", "false"):
        return value == "true"
    return list(value) if isinstance(value, tuple) else value


def run_case(compiled: CompiledPackage, case: Case) -> list[str]:
    """What came out differently, one sentence each; empty when the case holds."""
    try:
        decision = decide(compiled, read_facts(facts_of(compiled, case), compiled))
    except FactsRefused as refused:
        return [unreadable(compiled, problem) for problem in refused.problems]
    return list(Differences(compiled, case.expected, decision).told())


def as_decided(compiled: CompiledPackage, case: Case) -> Case | None:
    """The case expecting what comes out now, of the things it names; None when its facts cannot be used."""
    try:
        decision = decide(compiled, read_facts(facts_of(compiled, case), compiled))
    except FactsRefused:
        return None
    expected = case.expected
    met: dict[str, list[str]] = {"stop": [], "caution": [], "note": []}
    for alert in decision.alerts:
        if alert.is_met:
            met[alert.rule.severity].append(alert.rule.key)
    unknown = {alert.rule.key for alert in decision.alerts if not alert.is_met}
    states = {option.option.key: option.state for option in decision.options}
    changes = {taking.drug: taking.change for taking in decision.taking}
    doses = {r["regimen"]: r for option in decision.as_json(with_trace=False)["options"] for r in option["regimens"]}
    now = expected.model_dump() | {
        "outcome": decision.outcome,
        "step": decision.step,
        "stops": _in_order(expected.stops, met["stop"]),
        "cautions": None if expected.cautions is None else _in_order(expected.cautions, met["caution"]),
        "notes": None if expected.notes is None else _in_order(expected.notes, met["note"]),
        "unknown": tuple(key for key in expected.unknown if key in unknown),
        "options": {key: states[key] for key in expected.options if key in states},
        "taking": {key: changes[key] for key in expected.taking if key in changes},
        "doses": tuple(_dose_now(dose, doses[dose.regimen]) for dose in expected.doses if dose.regimen in doses),
        "due": tuple(_due_now(expected, decision)),
    }
    return Case.model_validate(case.model_dump() | {"expected": now})


def _in_order(expected: Sequence[str], found: Sequence[str]) -> tuple[str, ...]:
    """What was found, in the order in which it was expected, the new ones behind."""
    kept = [key for key in expected if key in found]
    return (*kept, *(key for key in found if key not in kept))


def _dose_now(expected: ExpectedDose, regimen: dict[str, Any]) -> dict[str, Any]:
    """The same things of a dose as before, with the values that come out."""
    dose = regimen["dose"]
    if dose is None:
        return {"regimen": expected.regimen, "no_dose": True}
    if expected.no_dose:
        return {"regimen": expected.regimen, "min": dose["min"], "start": dose["start"], "max": dose["max"]}
    named = {name: dose[name] for name in ("min", "start", "max") if getattr(expected, name) is not None}
    found = {"regimen": expected.regimen, **named}
    if expected.tablets:
        found["tablets"] = tuple(f"{part['product']} {part['count']}" for part in dose["products"])
    if expected.pattern:
        found["pattern"] = dose.get("pattern")
    if expected.frequency:
        found["frequency"] = dose["frequency"]["type"]
    return found


def _due_now(expected: Expected, decision: Decision) -> Iterator[dict[str, Any]]:
    """The same tests as before on the days that come out, each day once."""
    left = list(decision.monitoring)
    for wanted in expected.due:
        same = [due for due in left if due.item.key == wanted.item]
        exact = next((due for due in same if due.opens == wanted.opens), same[0] if same else None)
        if exact is not None:
            left.remove(exact)
            until = {} if wanted.overdue_after is None else {"overdue_after": exact.overdue_after}
            yield {"item": wanted.item, "opens": exact.opens, **until}
