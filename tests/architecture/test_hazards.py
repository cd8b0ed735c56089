"""Every clinical hazard is guarded by tests that exist."""

from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
HAZARDS = yaml.safe_load((PROJECT / "docs" / "hazards.yaml").read_text())


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard["hazard"])
def test_a_hazard_names_its_harm_its_control_and_tests_that_exist(hazard: dict) -> None:
    assert hazard["harm"]
    assert hazard["control"]
    assert hazard["tests"]
    for name in hazard["tests"]:
        file, _, test = name.partition("::")
        assert f"def {test}(" in (PROJECT / file).read_text(), name
