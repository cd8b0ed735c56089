"""Findings on a Package that can be read but may not be fit for use. Pure: package in, findings out; it changes nothing.

docs/lint.md says of every code what it means and what to do. What cannot be worked out is no finding.
"""

from collections.abc import Callable, Iterable, Iterator

from guidelines.engine.compiled import ContentError, compile_package, names_of
from guidelines.engine.conditions import Scope, compile_condition
from guidelines.engine.content import Package
from guidelines.engine.lint import bands, claims, doses, firing, results, safeguards, trials, ways, wording
from guidelines.engine.lint.finding import CODES, Finding, found
from guidelines.engine.lint.judged import Judged, conditions_of
from guidelines.engine.nodes import ConditionError

__all__ = ["CODES", "Finding", "lint"]


def review_date(package: Package) -> Iterator[Finding]:
    if package.review_by is None:
        yield found("review_date_missing", "review_by", "Say by when this guideline must be reviewed again.")


OF_ANY_PACKAGE: tuple[Callable[[Package], Iterable[Finding]], ...] = (
    review_date, claims.citations, claims.sources, wording.checks, wording.plain, claims.needs_clinician, claims.never_cited,
)  # fmt: skip
OF_ONE_THAT_RUNS: tuple[Callable[[Judged], Iterable[Finding]], ...] = (
    ways.steps, ways.exits, bands.of_steps, firing.never_or_always, firing.numbers, firing.ranges, bands.of_drugs, bands.of_options, firing.unknown_tests,
    doses.limits, doses.products, doses.titrations, safeguards.of_drugs, safeguards.reasons, safeguards.narrow_stops,
    safeguards.resuming, results.windows, results.unused, results.gaps, ways.duplicates, ways.never_used,
    trials.all_unknown, trials.cases,
)  # fmt: skip


def unreadable(package: Package) -> Iterator[Finding]:
    """Every condition that cannot be read, also those that the engine leaves to people: when a taper starts."""
    names, rules = names_of(package), frozenset(rule.key for rule in package.safety_rules)
    for said in conditions_of(package):
        try:
            compile_condition(said.text, Scope(names, rules, said.drug))
        except ConditionError as problem:
            yield found(problem.code, said.place, str(problem))


def lint(package: Package) -> list[Finding]:
    """All findings, blocking ones first."""
    told = [*unreadable(package)]
    try:
        judged = Judged(compile_package(package))
    except ContentError as problem:
        if not any(problem.place == place or problem.place.startswith(f"{place}.") for _, _, place, _ in told):
            told.append(found(problem.code, problem.place, problem.message))
    else:
        told += (finding for check in OF_ONE_THAT_RUNS for finding in check(judged))
    told += (finding for check in OF_ANY_PACKAGE for finding in check(package))
    return sorted(dict.fromkeys(told), key=lambda finding: finding.severity)
