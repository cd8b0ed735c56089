"""Findings on a Package that can be read but may not be fit for use. Pure: package in, findings out.

Finds what loading and deciding already show; it changes nothing.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal, NamedTuple

from guidelines.engine.cases import run_case
from guidelines.engine.compiled import CompiledPackage, ContentError, compile_package
from guidelines.engine.content import Package
from guidelines.engine.decision import decide
from guidelines.engine.facts import PatientFacts


class Finding(NamedTuple):
    code: str
    severity: Literal["blocking", "warning"]
    place: str
    message: str


def lint(package: Package) -> list[Finding]:
    """All findings, blocking ones first, then in the order of the content."""
    try:
        compiled = compile_package(package)
    except ContentError as problem:
        return [Finding("cannot_run", "blocking", problem.place, problem.message)]
    checks = (
        _review_date, _steps, _caps, _unknown_tests, _citations, _wordings, _all_unknown, _cases, _clinician,
    )  # fmt: skip
    found = [finding for check in checks for finding in check(compiled)]
    return sorted(found, key=lambda finding: finding.severity)


def _review_date(compiled: CompiledPackage) -> Iterator[Finding]:
    if compiled.package.review_by is None:
        yield Finding(
            "review_date_missing", "blocking", "review_by", "Say by when this guideline must be reviewed again."
        )


def _steps(compiled: CompiledPackage) -> Iterator[Finding]:
    package = compiled.package
    reached, waiting = set[str](), [package.entry_step, *(t.target for t in package.transitions if t.source is None)]
    while waiting:
        key = waiting.pop()
        if key in reached:
            continue
        reached.add(key)
        step = compiled.steps[key]
        waiting += [exit_.entry.target for exit_ in step.exits] + ([step.step.otherwise] if step.step.otherwise else [])
    for step_key, step in compiled.steps.items():
        place = f"steps.{step_key}"
        if step_key not in reached:
            yield Finding(
                "unreachable_step", "blocking", place, "No transition leads to this step; add one or remove the step."
            )
        if step.step.terminal and not step.step.refers_to:
            yield Finding("dead_end", "blocking", place, "A last step must say who takes over.")
        if not step.step.terminal and not step.exits and not step.step.otherwise:
            yield Finding(
                "dead_end", "blocking", place, "Nothing leads out of this step; add an exit or say who takes over."
            )
        if step.options and not step.step.otherwise:
            yield Finding("dead_end", "blocking", place, "Say where to go when none of its options is left.")


def _caps(compiled: CompiledPackage) -> Iterator[Finding]:
    for key, regimen in compiled.regimens.items():
        if not regimen.caps and not regimen.regimen.no_cap_because:
            yield Finding(
                "missing_cap", "blocking", f"regimens.{key}", "Give the dose a limit, or say why it has none."
            )


def _unknown_tests(compiled: CompiledPackage) -> Iterator[Finding]:
    stops = [
        (f"safety_rules.{key}", rule.condition) for key, rule in compiled.rules.items() if rule.rule.severity == "stop"
    ]
    exits = [(f"transitions.{t.entry.key}", t.condition) for t in compiled.transitions if t.condition is not None]
    for place, node in [*stops, *exits]:
        if node.asks_unknown:
            message = "A stop or transition may not test whether something is unknown: unknown already stops."
            yield Finding("unknown_tested_in_stop", "blocking", place, message)


def _citations(compiled: CompiledPackage) -> Iterator[Finding]:
    package = compiled.package
    for place, keys in _cited(package):
        for key in keys:
            if key not in compiled.references and key not in compiled.statements:
                yield Finding("dangling_citation", "blocking", place, f"There is no reference '{key}'.")
    for statement in package.statements:
        if not statement.citations and re.search(r"\d", statement.clinician):
            yield Finding(
                "uncited_number", "blocking", f"statements.{statement.key}", "Cite the source of its numbers."
            )
    for name in ("statements", "regimens", "safety_rules", "monitoring", "steps"):
        for entry in getattr(package, name):
            for conflict in entry.conflicts:
                if conflict not in compiled.conflicts:
                    message = f"There is no conflict '{conflict}'."
                    yield Finding("dangling_citation", "blocking", f"{name}.{entry.key}", message)


def _cited(package: Package) -> Iterator[tuple[str, Iterable[str]]]:
    for statement in package.statements:
        yield f"statements.{statement.key}", [citation.reference for citation in statement.citations]
    for name in (
        "facts",
        "definitions",
        "conflicts",
        "regimens",
        "safety_rules",
        "monitoring",
        "options",
        "steps",
        "instructions",
    ):
        for entry in getattr(package, name):
            yield f"{name}.{entry.key}", entry.cites
    for option in package.options:
        known = {conflict.key for conflict in package.conflicts}
        yield f"options.{option.key}", [key for key in (*option.supports, *option.against) if key not in known]


def _wordings(compiled: CompiledPackage) -> Iterator[Finding]:
    for statement in compiled.package.statements:
        if statement.plain is None:
            yield Finding(
                "plain_wording_missing", "blocking", f"statements.{statement.key}", "Write it for patients, too."
            )
    for place, plain in _read_by_patients(compiled.package):
        if plain is None:
            yield Finding("plain_missing", "warning", place, "Patients read this, too: write it in plain words.")


def _read_by_patients(package: Package) -> Iterator[tuple[str, str | None]]:
    """Everything but the statements that a page for patients says, with its plain wording."""
    yield "disclaimer", package.plain_disclaimer
    for name in ("conflicts", "regimens", "safety_rules", "monitoring", "steps", "transitions"):
        for entry in getattr(package, name):
            yield f"{name}.{entry.key}", entry.plain
    for section in package.sections:
        yield f"sections.{section.key}", section.plain_title
    for step in package.steps:
        for action in step.actions:
            yield f"steps.{step.key}.actions.{action.key}", action.plain


def _all_unknown(compiled: CompiledPackage) -> Iterator[Finding]:
    outcome = decide(compiled, PatientFacts(as_of=date(2000, 1, 1))).outcome
    if outcome != "ask":
        yield Finding(
            "unknown_not_asked", "blocking", "entry_step", f"With all facts unknown it must ask; it gives '{outcome}'."
        )


def _cases(compiled: CompiledPackage) -> Iterator[Finding]:
    if not compiled.package.cases:
        yield Finding(
            "cases_missing", "blocking", "cases", "Add test patients; a guideline without them cannot be trusted."
        )
    for case in compiled.package.cases:
        for difference in run_case(compiled, case):
            yield Finding("case_failing", "blocking", f"cases.{case.key}", f"{case.title}: {difference}.")


def _clinician(compiled: CompiledPackage) -> Iterator[Finding]:
    package = compiled.package
    for name in (
        "statements",
        "regimens",
        "safety_rules",
        "monitoring",
        "options",
        "steps",
        "transitions",
        "definitions",
        "instructions",
    ):
        for entry in getattr(package, name):
            marks = [mark for mark in entry.marks if mark != "V"]
            if marks:
                why = " and ".join(
                    {"GK": "rests on general knowledge", "CD": "is a content decision"}[m] for m in marks
                )
                yield Finding(
                    "needs_clinician", "warning", f"{name}.{entry.key}", f"It {why}: a clinician must decide."
                )
