"""Findings on a guideline file, also on one that cannot be read or run: each with its place, and its line where it has one.

Writes nothing; a file is judged without the database, against the libraries alone.
"""

from pathlib import Path

from guidelines import weekly_only
from guidelines.engine.lint.finding import CANNOT_RUN, Finding, found
from guidelines.findings import all_findings
from guidelines.guideline_file import ContentRefused, Problem, bytes_of, dangling, disordered, located, read_package


def findings_of_file(path: Path) -> list[Finding]:
    try:
        package, root = read_package(bytes_of(path))
    except ContentRefused as refusal:
        return [as_finding(problem, path) for problem in refusal.problems]
    told = [as_finding(located(root, *problem, "unknown_key"), path) for problem in dangling(package)]
    told += [as_finding(located(root, *problem), path) for problem in disordered(package)]
    for finding in all_findings(package, weekly_only.in_libraries()):
        located_ = located(root, finding.place, finding.message, finding.code)
        told.append(as_finding(located_, path) if finding.code in CANNOT_RUN else finding)
    return list(dict.fromkeys(told))


def as_finding(problem: Problem, path: Path) -> Finding:
    where = [problem.place or path.name]
    where += [f"line {problem.line}"] if problem.line else []
    where += [f"column {problem.column}"] if problem.column else []
    return found(problem.code, ", ".join(where), problem.message)
