"""Every fault that is planted in the shipped guideline is found where it stands, and none is found in the clean one."""

import copy
from typing import Any

import pytest

from guidelines import weekly_only
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Package
from guidelines.engine.lint import CODES
from guidelines.findings import all_findings
from tests.engine.patients import all_shipped, read_shipped, slug_of
from tests.guidelines.planted import FAULTS, Fault

# Found before there is a package: tests/guidelines/test_file_findings.py.
OF_FILES = {
    "unreadable", "not_yaml", "bad_shape", "bad_value", "missing_field", "unknown_field", "unknown_in_library",
}  # fmt: skip
FEW_CASES = 3
everywhere = pytest.mark.parametrize("shipped", all_shipped(), ids=slug_of)


@pytest.fixture(scope="module")
def clean() -> dict[str, Any]:
    """The shipped guideline with a few of its test patients: the others only take time."""
    content = read_shipped().package.model_dump(mode="json")
    return content | {"cases": content["cases"][:FEW_CASES]}


@pytest.fixture(scope="module")
def found_in_clean(clean: dict[str, Any]) -> set[tuple[str, str]]:
    return {(finding.code, finding.place) for finding in judged(clean)}


def judged(content: dict[str, Any]) -> list[Any]:
    return all_findings(Package.model_validate(content), weekly_only.in_libraries())


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found(fault: Fault, clean: dict[str, Any], found_in_clean: set[tuple[str, str]]) -> None:
    content = copy.deepcopy(clean)
    place = fault.place.format(first=content["cases"][0]["key"])

    fault.plant(content)
    found = {(finding.code, finding.place) for finding in judged(content)}

    assert (fault.code, place) in found
    assert (fault.code, place) not in found_in_clean


def test_every_code_is_planted() -> None:
    assert CODES.keys() - {fault.code for fault in FAULTS} - OF_FILES == set()


@everywhere
def test_the_shipped_guideline_has_nothing_that_blocks(shipped: CompiledPackage) -> None:
    found = all_findings(shipped.package, weekly_only.in_libraries())

    assert [finding for finding in found if finding.severity == "blocking"] == []


@everywhere
def test_the_shipped_guideline_has_no_warning_but_what_a_clinician_decides(shipped: CompiledPackage) -> None:
    found = all_findings(shipped.package, weekly_only.in_libraries())

    assert {finding.code for finding in found} <= {
        "needs_clinician",
        "other_population",
        "self_published",
        "transitions_incomplete",  # by a response that is good enough nobody is led on
        "unknown_lowered",
        "review_date_past",
    }
