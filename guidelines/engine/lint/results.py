"""Monitoring: tests without a date, tests nobody looks at, rules whose test nobody orders, and months without any."""

from collections.abc import Iterator
from datetime import date

from guidelines.engine.compiled import Conditional
from guidelines.engine.dosing import BODY
from guidelines.engine.lint.finding import Finding, found
from guidelines.engine.lint.formulas import AnyOf, negated
from guidelines.engine.lint.judged import Judged
from guidelines.engine.lint.safeguards import facts_asked
from guidelines.engine.shape.rules import MonitoringItem, Window

A_DAY = date(2001, 1, 1)


def windows(judged: Judged) -> Iterator[Finding]:
    for item in judged.package.monitoring:
        place = f"monitoring.{item.key}"
        if not item.windows:
            message = f"It has no date: '{item.phase}' is no interval. Say after how many days, weeks or months."
            yield found("monitoring_without_interval", place, message)
        for window in item.windows:
            if window.until is not None and window.until.after(A_DAY) < window.after.after(A_DAY):
                message = f"The window closes ({window.until.in_words()}) before it opens ({window.after.in_words()})."
                yield found("window_impossible", place, message)
            elif window.times is not None and window.every is None:
                message = f"It is due {window.times} times, but nothing says after how many days again (every)."
                yield found("window_impossible", place, message)


def unused(judged: Judged) -> Iterator[Finding]:
    """Tests whose result changes nothing, and rules about a result that nobody orders."""
    compiled, package = judged.compiled, judged.package
    everywhere = judged.facts_behind(
        *(rule.condition for rule in compiled.rules_of_guideline), *(t.condition for t in compiled.transitions),
        *(rule.condition for rules in compiled.rules_of_step.values() for rule in rules),
        *(c.condition for step in compiled.steps.values() for c in (*step.options, *step.actions)),
        *(taken.condition for step in compiled.steps.values() for taken in step.takes),
    )  # fmt: skip
    excused = {(said.drug, said.test) for said in package.not_applicable if said.rule == "result"}
    tested_by = {fact: test for test in package.tests for fact in test.facts}
    for drug in [drug.key for drug in package.drugs]:
        items = [conditional for conditional in compiled.monitoring if conditional.entry.drug == drug]
        whens = judged.facts_behind(*(item.condition for item in items))
        used = everywhere | facts_asked(judged, drug) | whens | doses_read(judged, drug)
        told = set[str]()
        for item in items:
            for test in item.entry.tests:
                facts = compiled.tests[test].facts
                if not facts or test in told or used & set(facts) or (drug, test) in excused:
                    continue
                told.add(test)
                message = (
                    f"{compiled.tests[test].label}: no rule, dose or transition of {compiled.drugs[drug].name} uses its "
                    "result. Add the rule, drop the test, or give the reason (not_applicable, rule: result)."
                )
                yield found("test_monitored_but_unused", f"monitoring.{item.entry.key}", message)
        if drug in judged.given:
            ordered = {fact for item in items for test in item.entry.tests for fact in compiled.tests[test].facts}
            for rule, condition, _ in compiled.rules_of_drug.get(drug, ()):
                read = judged.facts_behind(condition) if rule.kind == "threshold" else frozenset()
                for fact in sorted(read - ordered):
                    if is_measured(judged, fact, fact in tested_by):
                        test = tested_by[fact].label if fact in tested_by else "a test of it"
                        message = (
                            f"It needs {compiled.facts[fact].label}, but nothing orders it for this drug; add {test} to the "
                            "monitoring."
                        )
                        yield found("test_used_but_unmonitored", f"safety_rules.{rule.key}", message)


def is_measured(judged: Judged, fact: str, has_test: bool) -> bool:
    """Whether somebody must measure it: a number that a test brings, or that has a laboratory code and no formula."""
    content = judged.compiled.facts[fact]
    return content.type == "number" and (has_test or bool(content.loinc and not content.formula))


def doses_read(judged: Judged, drug: str) -> frozenset[str]:
    """The facts from which a dose of this drug is worked out."""
    regimens = [judged.compiled.regimens[key].regimen for key in judged.regimens_of(drug)]
    bases = {regimen.basis for regimen in regimens} | {cap.basis for regimen in regimens for cap in regimen.caps}
    return frozenset[str]().union(*(judged.facts_of(BODY[basis]) for basis in bases if basis in BODY))


def gaps(judged: Judged) -> Iterator[Finding]:
    """A test that is repeated, and then for some patients, or from some month on, is not."""
    for drug in judged.given:
        items = [c for c in judged.compiled.monitoring if c.entry.drug == drug]
        repeated = [c for c in items if any(window.every for window in c.entry.windows)]
        for test in dict.fromkeys(test for c in repeated for test in c.entry.tests):
            for key, step in judged.compiled.steps.items():
                if step.step.terminal or not step.options or drug not in {taken.drug for taken in step.takes}:
                    continue
                told = gap(
                    judged, key, [c for c in items if test in c.entry.tests and key in (c.entry.steps or (key,))]
                )
                if told:
                    label = judged.compiled.tests[test].label
                    message = f"{label} in step {key}: {told} Add an item, or widen one."
                    first = next(c.entry.key for c in repeated if test in c.entry.tests)
                    yield found("monitoring_gap", f"monitoring.{first}", message)
                    break


def gap(judged: Judged, step: str, items: list[Conditional]) -> str:
    going_on = [c for c in items if any(window.every and not window.times for window in c.entry.windows)]
    if not going_on:
        return "the series ends and nothing follows while the drug is still taken."
    here = judged.reader.condition(f'current_step == "{step}"')
    whens = [judged.reader.condition(c.entry.when, c.entry.drug) for c in going_on if c.entry.when]
    if len(whens) == len(going_on) and judged.solver.can_be_met(negated(AnyOf(tuple(whens))), here):
        conditions = " or ".join(f"'{c.entry.when}'" for c in going_on)
        return f"nobody repeats it unless {conditions} is met."
    return hole_in_time([c.entry for c in items if not c.entry.when and c.entry.anchor != "previous"])


def hole_in_time(items: list[MonitoringItem]) -> str:
    """Between the last of a finite series and the first of the next, more than either interval and half of it again."""
    series = sorted(
        (window for item in items for window in item.windows if window.every and not window.drugs),
        key=lambda window: window.after.after(A_DAY),
    )
    reach, interval = 0, 0
    for window in series:
        opens, every = days(window)
        if reach and opens - reach > max(interval, every) * 3 // 2:
            return f"between day {reach} and day {opens} it is not due at all."
        last = opens + every * (window.times - 1) if window.times else 10**6
        if last > reach:
            reach, interval = last, every
    return ""


def days(window: Window) -> tuple[int, int]:
    every = window.every or window.after
    return (window.after.after(A_DAY) - A_DAY).days, (every.after(A_DAY) - A_DAY).days
