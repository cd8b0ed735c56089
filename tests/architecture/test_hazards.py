"""docs/hazards.yaml is held against the project: every place, test and removal that it names is there."""

import ast
from functools import cache

import pytest

from tests.architecture.tree import PROJECT
from tests.hazards.listed import Hazard, hazards, removed_in

HAZARDS = hazards()
GRAVE = ("catastrophic", "critical")
of_each_hazard = pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.id)


@cache
def symbols(path: str) -> frozenset[str]:
    """What a Python file defines: functions, classes, `Class.method`, and names that are assigned at its top."""
    found = set()
    tree = ast.parse((PROJECT / path).read_text())
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
            parts = node.body if isinstance(node, ast.ClassDef) else []
            found |= {f"{node.name}.{part.name}" for part in parts if isinstance(part, ast.FunctionDef)}
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return frozenset(found)


def is_there(place: str) -> bool:
    path, _, symbol = place.partition("::")
    if not (PROJECT / path).is_file():
        return False
    return symbol in symbols(path) if path.endswith(".py") else not symbol


def test_hazards_are_numbered_without_a_gap() -> None:
    assert [hazard.id for hazard in HAZARDS] == [f"H{number:02}" for number in range(1, len(HAZARDS) + 1)]
    assert len({hazard.hazard for hazard in HAZARDS}) == len(HAZARDS)


@of_each_hazard
def test_its_control_is_where_it_says(hazard: Hazard) -> None:
    assert hazard.code
    assert [place for place in hazard.code if not is_there(place)] == []


@of_each_hazard
def test_its_tests_exist_once(hazard: Hazard) -> None:
    assert hazard.tests
    assert [test for test in hazard.tests if "::test_" not in test or not is_there(test)] == []
    assert len(set(hazard.tests)) == len(hazard.tests)


@of_each_hazard
def test_its_control_can_be_removed(hazard: Hazard) -> None:
    changed = removed_in(PROJECT, hazard.removal)

    assert changed
    for path, text in changed.items():
        assert not path.is_relative_to(PROJECT / "tests"), "a test is no control"
        assert text != path.read_text()
        if path.suffix == ".py":
            ast.parse(text)  # what cannot be read any more is no removal of one control


@of_each_hazard
def test_a_grave_hazard_is_not_guarded_by_one_test_alone(hazard: Hazard) -> None:
    if hazard.severity in GRAVE:
        assert len(hazard.tests) >= 2 or hazard.one_test_because
