"""What must be watched: safety rules and tests, each grouped by the drug they are about."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from guidelines.engine import content
from guidelines.engine.compiled import Conditional, Rule
from guidelines.engine.safety import ORDER
from guidelines.engine.values import Interval
from guidelines.reading.claims import ReadConflict, Reader
from guidelines.reading.sources import Cite, needs_clinician
from guidelines.reading.wording import IF_UNKNOWN, OVERRIDE, SEVERITY, Wording, capital, listed, window_text


@dataclass(frozen=True)
class ReadRule:
    key: str
    severity: content.Severity
    word: str
    message: Wording
    condition: str
    action: str
    resume: str
    terms: str  # who acts and by when, whether it can be overridden, what not knowing counts as
    cites: list[Cite]
    conflicts: list[ReadConflict]
    needs_clinician: bool


@dataclass(frozen=True)
class ReadItem:
    key: str
    tests: str
    phase: str
    windows: list[str]
    when: Wording | None
    why: Wording
    how_firm: str
    restarts: bool
    conflicts: list[ReadConflict]
    cites: list[Cite]
    needs_clinician: bool


@dataclass(frozen=True)
class Group:
    """The rules or the tests of one drug, of one step, or of every patient."""

    anchor: str
    title: str
    is_weekly: bool
    stops: list[Any]
    others: list[Any]

    @property
    def entries(self) -> list[Any]:
        return [*self.stops, *self.others]


def read_rules(reader: Reader) -> list[Group]:
    """What holds for everybody first, then drug by drug, then what a step asks for."""
    compiled = reader.compiled
    found = []
    for anchor, title, is_weekly, rules in (
        ("everybody", "Every patient", False, compiled.rules_of_guideline),
        *(
            (drug.key, capital(drug.name), drug.weekly_only, compiled.rules_of_drug.get(drug.key, ()))
            for drug in compiled.package.drugs
        ),
        *(
            (
                f"step-{step.key}",
                f"Before step {reader.step_numbers[step.key]}",
                False,
                compiled.rules_of_step.get(step.key, ()),
            )
            for step in compiled.package.steps
        ),
    ):
        read = [read_rule(reader, rule) for rule in sorted(rules, key=lambda rule: ORDER[rule.rule.severity])]
        if read:
            stops = [rule for rule in read if rule.severity == "stop"]
            others = [rule for rule in read if rule.severity != "stop"]
            found.append(Group(f"rules-of-{anchor}", title, is_weekly, stops, others))
    return found


def read_rule(reader: Reader, found: Rule) -> ReadRule:
    rule = found.rule
    return ReadRule(
        key=rule.key,
        severity=rule.severity,
        word=SEVERITY[rule.severity],
        message=reader.said(rule.message, rule.plain),
        condition=found.condition.text,
        action=rule.action.text,
        resume=rule.action.resume or "",
        terms=terms_of(rule),
        cites=reader.cite(rule.cites),
        conflicts=reader.conflicts(rule.conflicts),
        needs_clinician=needs_clinician(rule),
    )


def terms_of(rule: content.SafetyRule) -> str:
    """Who acts and by when, whether it can be overridden, what not knowing counts as: one line of small sentences."""
    action = rule.action
    acts = [capital(action.who)] if action.who else []
    if action.within_days is not None:
        acts.append(f"within {Interval(action.within_days, 'd').in_words()}" if action.within_days else "the same day")
    unknown = rule.unknown_message or IF_UNKNOWN[rule.if_unknown or rule.severity]
    sentences = (", ".join(acts), OVERRIDE[rule.override], unknown)
    return " ".join(f"{sentence.rstrip('.')}." for sentence in sentences if sentence)


def read_monitoring(reader: Reader) -> list[Group]:
    compiled = reader.compiled

    def about(wanted: str | None) -> Callable[[Conditional], bool]:
        return lambda found: found.entry.drug == wanted

    def group(anchor: str, title: str, is_weekly: bool, items: Iterable[Conditional]) -> Group:
        return Group(f"tests-of-{anchor}", title, is_weekly, [], [read_item(reader, item) for item in items])

    drugs = [
        group(drug.key, capital(drug.name), drug.weekly_only, filter(about(drug.key), compiled.monitoring))
        for drug in compiled.package.drugs
    ]
    everybody = group("everybody", "Every patient", False, filter(about(None), compiled.monitoring))
    return [found for found in [*drugs, everybody] if found.others]


def read_item(reader: Reader, found: Conditional) -> ReadItem:
    compiled, item = reader.compiled, found.entry
    tests = [compiled.tests[key] for key in item.tests]
    is_patient = reader.audience == "patient"
    return ReadItem(
        key=item.key,
        tests=", ".join(test.plain_label if is_patient else test.label for test in tests),
        phase=item.phase,
        windows=[
            window_text(window, listed(compiled.drugs[key].name for key in window.drugs) if window.drugs else "")
            for window in item.windows
        ],
        # The plain wording says itself for whom a test is.
        when=reader.said(found.condition.text, None) if found.condition and not (is_patient and item.plain) else None,
        why=reader.said(item.why, item.plain),
        how_firm="Required" if item.required else "Consider",
        restarts=item.restarts_on_dose_change,
        conflicts=reader.conflicts(item.conflicts),
        cites=reader.cite(item.cites),
        needs_clinician=needs_clinician(item),
    )
