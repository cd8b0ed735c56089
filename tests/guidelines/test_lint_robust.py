"""The lint never fails on a package that can be read, whatever is missing from it; and a stored version is judged once."""

import random
from typing import Any

import pytest
from pydantic import ValidationError

from guidelines.engine.content import KEYED, Package
from guidelines.engine.lint import CODES, lint
from guidelines.findings import all_findings, blocking, findings_of
from guidelines.safeguards import short_forms, unguarded
from tests.engine.patients import read_shipped
from tests.factories_guidelines import draft, edited, itching_elbow

PARTS = (
    "facts",
    "regimens",
    "safety_rules",
    "monitoring",
    "steps",
    "transitions",
    "options",
    "drugs",
    "tests",
    "definitions",
)


def spoiled(content: dict[str, Any], chance: random.Random) -> None:
    """Removes entries, empties fields, swaps keys and conditions, at random."""
    for _ in range(chance.randint(1, 6)):
        part = content[chance.choice(KEYED)]
        if not part:
            continue
        entry = part[chance.randrange(len(part))]
        if chance.random() < 0.3:
            part.remove(entry)
            continue
        field = chance.choice(sorted(entry))
        if field in ("when", "formula", "show_when"):
            entry[field] = chance.choice(CONDITIONS)
        elif field in (
            "drug",
            "step",
            "target",
            "source",
            "otherwise",
            "fact",
            "regimen",
            "option",
            "section",
            "group",
        ):
            entry[field] = chance.choice([other.get("key", "x") for other in content[chance.choice(PARTS)]] or ["x"])
        else:
            entry[field] = chance.choice([None, [], "x", "5", "0", "true"])


CONDITIONS = [
    "weight_kg > 0", "pregnant and not pregnant", "weight_kg / 0 > 1", "weight_kg - height_cm > 3", "5 > 3", "starting",
    "is_unknown(pregnant)", 'met("CAL-B-PREG")', "nearest(weight_kg, 2.5) > 3", "weight_kg == weight_kg", "-5 < weight_kg",
    "itch == itch", "itch_since > as_of", "last(itch_marker) > 3 * baseline(itch_marker)", '"soother" in medications',
    "itching_badly and not itching_badly", "weight_kg * weight_kg > 10", "power(weight_kg, 0.5) > min(weight_kg, 3)",
    "weeks_since(started_on) >= 12", '"a" == "b"', "medications == medications", 'itch in ["mild"] or itch == "severe"',
    "0.000001 < weight_kg", "itch_since == itch_since", "as_of != started_on", "not starting", 'current_step != "none"', "0 * weight_kg > 1", "weight_kg / height_cm > 1",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_no_package_that_can_be_read_makes_the_lint_fail(seed: int) -> None:
    chance, judged = random.Random(seed), 0
    while judged < 10:
        content = itching_elbow().model_dump(mode="json")
        spoiled(content, chance)
        try:
            package = Package.model_validate(content)
        except ValidationError:
            continue
        judged += 1

        found = [*lint(package), *unguarded(package), *short_forms(package)]

        assert {finding.code for finding in found} <= CODES.keys()


def test_every_entry_of_the_shipped_guideline_may_be_missing() -> None:
    content = read_shipped().package.model_dump(mode="json") | {"cases": []}
    for part in KEYED:
        without = content | {part: []}

        found = all_findings(Package.model_validate(without))

        assert {finding.code for finding in found} <= CODES.keys()


@pytest.mark.django_db
def test_a_stored_version_is_judged_once_for_each_of_its_contents(django_assert_max_num_queries: Any) -> None:
    version = draft(edited(itching_elbow(), review_by=None))

    first = findings_of(version)
    with django_assert_max_num_queries(1):  # the drugs that are known to be weekly
        again = findings_of(version)

    assert again is first
    assert [finding.code for finding in blocking(version)] == ["review_date_missing"]
