"""Which range of a FHIR observation is the laboratory's limit of normal, and which is not."""

from typing import Any

import pytest

from patients.results.fhir_bundle import upper_limit_of
from patients.results.reading import NotRead


def reference(high: str, kind: str = "") -> dict[str, Any]:
    told: dict[str, Any] = {"high": {"value": high, "code": "U/L"}}
    return told | ({"type": {"coding": [{"system": "http://example.org/meaning", "code": kind}]}} if kind else {})


@pytest.mark.parametrize(
    ("ranges", "limit"),
    [
        ([reference("40")], ("40", "U/L")),
        ([reference("40", "normal"), reference("200", "critical")], ("40", "U/L")),
        ([reference("200", "critical")], ("", "")),
        ([reference("120", "treatment"), reference("40")], ("40", "U/L")),
    ],
)
def test_only_a_normal_range_gives_the_upper_limit(ranges: list[dict[str, Any]], limit: tuple[str, str]) -> None:
    assert upper_limit_of({"referenceRange": ranges}, "here") == limit


def test_two_normal_ranges_leave_the_limit_to_nobody() -> None:
    with pytest.raises(NotRead, match="more than one"):
        upper_limit_of({"referenceRange": [reference("40"), reference("45", "normal")]}, "here")
