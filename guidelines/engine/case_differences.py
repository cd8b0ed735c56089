"""What came out for a test patient otherwise than its authors expect, one sentence each, in the words a reviewer knows.

Names things by their titles, never by their keys; a key that the content does not have is told as it stands.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Expected, ExpectedDose, MonitoringItem
from guidelines.engine.decision import Decision
from guidelines.engine.facts import Problem
from guidelines.engine.operators import unit_text
from guidelines.engine.products import shown_product
from guidelines.engine.values import DECIMAL, plain

OUTCOMES: Mapping[str, str] = {"pending": "wait", "out_of_scope": "not for this guideline"}
STATES: Mapping[str | None, str] = {
    "available": "possible", "caution": "possible with caution", "needs_answer": "open until answered",
    "pending": "waiting", "excluded": "ruled out", None: "not offered",
}  # fmt: skip
TAKEN: Mapping[str | None, str] = {
    "continue": "continued", "raise": "raised", "reduce": "reduced", "hold": "on hold", "taper": "lowered step by step",
    "stop": "stopped", "choose": "still to be chosen", None: "not named",
}  # fmt: skip
FREQUENCIES = {"weekly": "once a week", "daily": "every day"}
AMOUNTS = {"min": "lowest dose", "start": "first dose", "max": "highest dose"}


class Differences:
    def __init__(self, compiled: CompiledPackage, expected: Expected, decision: Decision) -> None:
        self.compiled, self.expected, self.decision = compiled, expected, decision

    def told(self) -> Iterator[str]:
        yield from self.pathway()
        yield from self.rules()
        yield from self.choices()
        told = self.decision.as_json(with_trace=False)["options"]
        doses = {regimen["regimen"]: regimen for option in told for regimen in option["regimens"]}
        for dose in self.expected.doses:
            yield from self.dose(dose, doses.get(dose.regimen))
        yield from self.due()

    # --- each part --------------------------------------------------------------------------------------------------

    def pathway(self) -> Iterator[str]:
        wanted, got = self.expected.outcome, self.decision.outcome
        if wanted != got:
            yield f"the outcome should be {OUTCOMES.get(wanted, wanted)}, but is {OUTCOMES.get(got, got)}"
        if self.expected.step != self.decision.step:
            yield f"the step should be {self.step(self.expected.step)}, but is {self.step(self.decision.step)}"

    def rules(self) -> Iterator[str]:
        alerts = self.decision.alerts
        for severity, keys in (
            ("stop", self.expected.stops), ("caution", self.expected.cautions), ("note", self.expected.notes),
        ):  # fmt: skip
            met = dict.fromkeys(a.rule.key for a in alerts if a.is_met and a.rule.severity == severity)
            if keys is not None:
                yield from (
                    f"the {severity} {self.rule(key)} should be met, but is not" for key in keys if key not in met
                )
                yield from (
                    f"the {severity} {self.rule(key)} is met, but should not be" for key in met if key not in keys
                )
        unknown = {alert.rule.key for alert in alerts if not alert.is_met}
        for key in self.expected.unknown:
            if key not in unknown:
                yield f"the rule {self.rule(key)} should be among those that could not be checked"

    def choices(self) -> Iterator[str]:
        states = {option.option.key: option.state for option in self.decision.options}
        for key, state in self.expected.options.items():
            got = states.get(key)
            if got != state:
                option = self.compiled.options.get(key)
                name = option.title if option else key
                yield f"the option “{name}” should be {STATES[state]}, but is {STATES.get(got, got)}"
        changes = {taking.drug: taking.change for taking in self.decision.taking}
        for key, change in self.expected.taking.items():
            if changes.get(key) != change:
                drug = self.compiled.drugs.get(key)
                yield f"{drug.name if drug else key} should be {TAKEN[change]}, but is {TAKEN[changes.get(key)]}"

    def dose(self, expected: ExpectedDose, regimen: dict[str, Any] | None) -> Iterator[str]:
        name = self.medicine(expected.regimen)
        if regimen is None:
            yield f"{name} should be offered, but is not"
            return
        dose = regimen["dose"]
        if dose is None or expected.no_dose:
            if dose is not None:
                yield f"{name}: no dose should be given, but one is"
            elif not expected.no_dose:
                yield f"{name}: a dose should be given, but is not: {regimen['no_dose'].rstrip('.')}"
            return
        given = dose["frequency"]["type"]
        each = FREQUENCIES["weekly"] if given == "weekly" else f"a {dose['per']}"
        for field, words in AMOUNTS.items():
            wanted = getattr(expected, field)
            if wanted is not None and plain(wanted) != dose[field]:
                shown = self.amount(plain(wanted), dose["unit"])
                yield f"{name}: the {words} should be {shown} {each}, but is {self.amount(dose[field], dose['unit'])}"
        if expected.frequency and expected.frequency != given:
            yield f"{name}: it should be taken {FREQUENCIES[expected.frequency]}, but is taken {FREQUENCIES[given]}"
        tablets = [f"{part['product']} {part['count']}" for part in dose["products"]]
        if expected.tablets and list(expected.tablets) != tablets:
            yield f"{name}: it should be {self.products(expected.tablets)}, but is {self.products(tablets)}"
        pattern = dose.get("pattern")
        if expected.pattern and expected.pattern != pattern:
            yield f"{name}: it should be taken as “{expected.pattern}”, but {f'is as “{pattern}”' if pattern else 'nothing is said'}"

    def due(self) -> Iterator[str]:
        overdue = {(due.item.key, due.opens): due.overdue_after for due in self.decision.monitoring}
        for wanted in self.expected.due:
            name = self.item(wanted.item)
            if (wanted.item, wanted.opens) not in overdue:
                days = [day(opens) for key, opens in sorted(overdue) if key == wanted.item]
                but = f"is from {', '.join(days)}" if days else "is not asked for"
                yield f"{name} should be due from {day(wanted.opens)}, but {but}"
            elif wanted.overdue_after not in (None, overdue[wanted.item, wanted.opens]):
                after = day(overdue[wanted.item, wanted.opens])
                yield f"{name} due from {day(wanted.opens)} should be overdue after {day(wanted.overdue_after)}, but is after {after}"

    # --- each thing -------------------------------------------------------------------------------------------------

    def step(self, key: str | None) -> str:
        step = self.compiled.steps.get(key or "")
        return f"“{step.step.title}”" if step else key or "none"

    def rule(self, key: str) -> str:
        rule = self.compiled.rules.get(key)
        return f"“{rule.rule.message.rstrip('.')}”" if rule else f"“{key}”"

    def medicine(self, key: str) -> str:
        """The drug of a dose; its title where more than one dose of that drug is expected."""
        regimens = self.compiled.regimens
        if key not in regimens:
            return key
        drug = regimens[key].drug
        others = {dose.regimen for dose in self.expected.doses if dose.regimen in regimens} - {key}
        return regimens[key].regimen.title if any(regimens[other].drug == drug for other in others) else drug.name

    def item(self, key: str) -> str:
        items: dict[str, MonitoringItem] = {entry.entry.key: entry.entry for entry in self.compiled.monitoring}
        if key not in items:
            return key
        tests, drug = (self.compiled.tests[test].label for test in items[key].tests), items[key].drug
        return ", ".join(tests) + (f" ({self.compiled.drugs[drug].name})" if drug else "")

    def products(self, counts: tuple[str, ...] | list[str]) -> str:
        """Each is written as the key of a product and how many of it."""
        shown = []
        for key, _, count in (written.rpartition(" ") for written in counts):
            product = self.compiled.products.get(key)
            is_known = product is not None and DECIMAL.fullmatch(count)
            shown.append(shown_product(product, Decimal(count)) if product and is_known else f"{count} × {key}")
        return " + ".join(shown) or "nothing"

    @staticmethod
    def amount(number: str | None, unit: str) -> str:
        return "none" if number is None else f"{number} {unit_text(unit, number)}"


def unreadable(compiled: CompiledPackage, problem: Problem) -> str:
    """Why a fact of the test patient cannot be used, named as the form names it."""
    _, _, rest = problem.place.partition(".")
    fact = compiled.facts.get(rest.partition(".")[0].partition("[")[0])
    return f"{fact.label if fact else problem.place}: {problem.message}"


def day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
