"""The difference in outcomes: every test patient of either content decided on both, and what comes out otherwise.

The same facts go through both. A patient that one of the contents cannot read is told as such, never left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from guidelines.comparing.amounts import NO_BREAK, amount_change
from guidelines.comparing.names import Names
from guidelines.engine.cases import facts_of
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Case, Package
from guidelines.engine.decision import decide
from guidelines.engine.facts import FactsRefused
from guidelines.engine.reading import read_facts
from guidelines.reading.wording import PER

Concern = Literal["proposal", "dose", "safety", "monitoring"]
# Nothing else of a content goes into a decision.
DECIDES = (
    "entry_step", "exact_day_grace_days", "facts", "fact_groups", "tests", "definitions", "drugs", "regimens", "safety_rules",
    "monitoring", "options", "steps", "transitions",
)  # fmt: skip
OUTCOMES = {
    "propose": "propose", "ask": "ask first", "pending": "wait", "continue": "go on", "hold": "hold", "stop": "stop",
    "refer": "refer", "out_of_scope": "outside the guideline",
}  # fmt: skip
STATES = {
    "available": "available", "caution": "available with caution", "needs_answer": "needs an answer", "pending": "must wait",
    "excluded": "ruled out",
}  # fmt: skip


class Differing(NamedTuple):
    concern: Concern
    text: str


@dataclass(frozen=True)
class CaseDifference:
    key: str
    title: str
    differences: tuple[Differing, ...]


@dataclass(frozen=True)
class Outcomes:
    """`same` counts the test patients with the same decision; `only_old` and `only_new` those of one content alone."""

    same: int
    changed: tuple[CaseDifference, ...]
    only_old: int
    only_new: int

    @property
    def count(self) -> int:
        return self.same + len(self.changed)

    def concerned(self) -> list[tuple[Concern, int]]:
        """How many test patients differ in what."""
        order: tuple[Concern, ...] = ("proposal", "dose", "safety", "monitoring")
        counts = {one: sum(any(d.concern == one for d in case.differences) for case in self.changed) for one in order}
        return [(one, count) for one, count in counts.items() if count]


def outcomes_between(old: CompiledPackage, new: CompiledPackage) -> Outcomes:
    before = {case.key: case for case in old.package.cases}
    after = {case.key: case for case in new.package.cases}
    owners = {**dict.fromkeys(before, old), **dict.fromkeys(after, new)}
    cases = {**before, **after}
    changed = []
    if not decides_the_same(old.package, new.package):
        told = Telling(old, new)
        for key, case in cases.items():
            found = tuple(told.differences(case, facts_of(owners[key], case)))
            if found:
                changed.append(CaseDifference(key, case.title, found))
    return Outcomes(len(cases) - len(changed), tuple(changed), len(before.keys() - after), len(after.keys() - before))


def decides_the_same(old: Package, new: Package) -> bool:
    return all(getattr(old, name) == getattr(new, name) for name in DECIDES)


class Telling:
    """What differs between two decisions, in words."""

    def __init__(self, old: CompiledPackage, new: CompiledPackage) -> None:
        self.old, self.new = old, new
        self.was, self.now = Names(old), Names(new)

    def differences(self, case: Case, facts: dict[str, Any]) -> Iterator[Differing]:
        before, after = decided(self.old, facts), decided(self.new, facts)
        if isinstance(before, str) or isinstance(after, str):
            if before != after:
                yield Differing("proposal", f"{unread(before)} → {unread(after)}")
            return
        yield from self._proposal(before, after)
        yield from self._doses(before, after)
        yield from self._alerts(before, after)
        yield from self._monitoring(before, after)

    def _proposal(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Differing]:
        if before["outcome"] != after["outcome"]:
            yield Differing("proposal", f"{OUTCOMES[before['outcome']]} → {OUTCOMES[after['outcome']]}")
        if before["step"] != after["step"]:
            steps = (
                names.meaning("step", found) if found else "no step"
                for names, found in ((self.was, before["step"]), (self.now, after["step"]))
            )
            yield Differing("proposal", "Step " + " → step ".join(steps))
        for key, was, now in differing(states(before), states(after)):
            title = self._named("option", key)
            yield Differing("proposal", f"{title}: {STATES.get(was, 'not offered')} → {STATES.get(now, 'not offered')}")
        for key, was, now in differing(changes(before), changes(after)):
            drug = self._named("drug", key)
            yield Differing("proposal", f"{drug}: {was or 'nothing said'} → {now or 'nothing said'}")
        for _, was, now in differing(actions(before), actions(after)):
            yield Differing(
                "proposal",
                f"Also: {was} → {now}" if was and now else f"{'No longer' if was else 'Now also'}: {was or now}",
            )

    def _doses(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Differing]:
        was, now = doses(before), doses(after)
        for key in {**was, **now}:
            old, new = was.get(key), now.get(key)
            if old != new and old is not None and new is not None:
                yield Differing("dose", f"{self._named('regimen', key[1])}: {dose_change(old, new)}")

    def _alerts(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Differing]:
        for key, was, now in differing(alerts(before), alerts(after)):
            rule = (self.new if key in self.new.rules else self.old).rules[key].rule
            yield Differing("safety", f"{was or 'no alert'} → {now or 'no alert'}: {rule.message} ({key})")

    def _monitoring(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Differing]:
        for key, was, now in differing(windows(before), windows(after)):
            tests = {name: label for names in (self.was, self.now) for name, label in names.meanings["tests"].items()}
            items = {item.key: item for package in (self.old, self.new) for item in package.package.monitoring}
            item = items[key]
            named = ", ".join(tests.get(test, test) for test in item.tests)
            yield Differing("monitoring", f"{named}, {item.phase} ({key}): {was or 'not due'} → {now or 'not due'}")

    def _named(self, field: str, key: str) -> str:
        """In the words of the new content, or of the old one where the new one has no such entry."""
        found = self.now.meaning(field, key)
        return found if found != key else self.was.meaning(field, key)


def decided(compiled: CompiledPackage, facts: dict[str, Any]) -> dict[str, Any] | str:
    """The decision, or why these facts cannot be read."""
    try:
        return decide(compiled, read_facts(facts, compiled)).as_json(with_trace=False)
    except FactsRefused as refused:
        return "; ".join(f"{problem.place}: {problem.message}" for problem in refused.problems)


def unread(found: Any) -> str:
    return f"cannot be decided ({found})" if isinstance(found, str) else OUTCOMES[found["outcome"]]


def differing(before: Mapping[Any, str], after: Mapping[Any, str]) -> Iterator[tuple[Any, str, str]]:
    """Key, old and new where they differ; empty where there is none."""
    for key in {**before, **after}:
        was, now = before.get(key, ""), after.get(key, "")
        if was != now:
            yield key, was, now


def states(decision: Mapping[str, Any]) -> dict[str, str]:
    return {option["option"]: option["state"] for option in decision["options"]}


def changes(decision: Mapping[str, Any]) -> dict[str, str]:
    return {taken["drug"]: taken["change"] for taken in decision["taking"]}


def actions(decision: Mapping[str, Any]) -> dict[str, str]:
    return {action["action"]: action["text"] for action in decision["actions"]}


def alerts(decision: Mapping[str, Any]) -> dict[str, str]:
    return {
        alert[
            "rule"
        ]: f"{alert['severity']}, {'met' if alert['state'] == 'met' else 'could not be checked'}, {alert['action']}"
        for alert in decision["alerts"]
    }


def windows(decision: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for due in decision["monitoring"]:
        how = "" if due["required"] else " (consider)"
        found.setdefault(due["item"], []).append(f"{due['opens']} to {due['overdue_after']}{how}")
    return {key: ", ".join(days) for key, days in found.items()}


def doses(decision: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (option["option"], regimen["regimen"]): regimen
        for option in decision["options"] for regimen in option["regimens"]
    }  # fmt: skip


def dose_change(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """What of a dose differs: its amounts first, with how much; else the whole of both."""
    was, now = old["dose"], new["dose"]
    if not (was and now) or (was["unit"], was["per"]) != (now["unit"], now["per"]):
        return f"{dose_text(old)} → {dose_text(new)}"
    unit = f"{now['unit']} {PER[now['per']]}"
    told = []
    for name, word in (("start", ""), ("min", "at least "), ("max", "at most ")):
        if was[name] == now[name]:
            continue
        if was[name] is None or now[name] is None:
            told.append(
                f"{word or 'start '}{was[name] or 'chosen by the physician'} → {now[name] or 'chosen by the physician'}"
            )
        else:
            told.append(f"{word}{amount_change(Decimal(was[name]), Decimal(now[name]), unit)}")
    if tablets(was) != tablets(now):
        told.append(f"{tablets(was)} → {tablets(now)}")
    if was["frequency"] != now["frequency"]:
        told.append(f"{often(was)} → {often(now)}")
    return "; ".join(told) or "its way to the dose, its tablets or its steps have changed"


def dose_text(regimen: Mapping[str, Any]) -> str:
    dose = regimen["dose"]
    if dose is None:
        return regimen["no_dose"] or "no dose"
    amount = dose["start"] or f"{dose['min']} to {dose['max']}"
    return f"{amount}{NO_BREAK}{dose['unit']} {PER[dose['per']]}"


def tablets(dose: Mapping[str, Any]) -> str:
    return ", ".join(f"{part['count']} × {part['product']}" for part in dose["products"]) or "no tablets"


def often(dose: Mapping[str, Any]) -> str:
    found = dose["frequency"]
    if found["type"] == "weekly":
        return "once a week"
    return {1: "once a day", 2: "twice a day"}.get(found["times"], f"{found['times']} times a day")
