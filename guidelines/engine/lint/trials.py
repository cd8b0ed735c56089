"""The guideline tried on patients: with nothing known it must ask, and its own test patients must come out right."""

from collections.abc import Iterator
from datetime import date

from guidelines.engine.cases import run_case
from guidelines.engine.decision import decide
from guidelines.engine.facts import PatientFacts
from guidelines.engine.lint.finding import Finding, found
from guidelines.engine.lint.judged import Judged


def all_unknown(judged: Judged) -> Iterator[Finding]:
    outcome = decide(judged.compiled, PatientFacts(as_of=date(2000, 1, 1))).outcome
    if outcome != "ask":
        message = f"With all facts unknown it must ask; it gives '{outcome}'."
        yield found("unknown_not_asked", "entry_step", message)


def cases(judged: Judged) -> Iterator[Finding]:
    if not judged.package.cases:
        message = "Add test patients; a guideline without them cannot be trusted."
        yield found("cases_missing", "cases", message)
    for case in judged.package.cases:
        differences = run_case(judged.compiled, case)
        if differences:
            yield found("case_failing", f"cases.{case.key}", f"{case.title}: {'; '.join(differences)}.")
