"""Laws for every Python module. Each test gives the list of what breaks its law."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.architecture.tree import CODE, ENGINE, name, python_files

MODULES = python_files(*CODE)
ENGINE_MODULES = sorted(ENGINE.rglob("*.py"))
LONGEST = 300
VAGUE = {"utils", "helpers", "common", "core", "manager", "managers", "misc", "util", "helper"}
OUTSIDE_WORLD = {
    "time", "random", "secrets", "os", "pathlib", "io", "socket", "subprocess", "math", "locale", "logging", "threading",
}  # fmt: skip


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def nodes(paths: list[Path]) -> Iterator[tuple[str, ast.AST]]:
    """Every node with its place."""
    for path in paths:
        for node in ast.walk(parsed(path)):
            yield f"{name(path)}:{getattr(node, 'lineno', 0)}", node


def imports(paths: list[Path]) -> Iterator[tuple[str, str]]:
    for place, node in nodes(paths):
        if isinstance(node, ast.Import):
            yield from ((place, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield place, node.module or ""


def test_there_are_modules_to_judge() -> None:
    assert len(MODULES) > 50
    assert len(ENGINE_MODULES) > 20


def test_a_module_is_short_enough_to_be_read_at_once() -> None:
    assert [(name(path), n) for path in MODULES if (n := len(path.read_text().splitlines())) > LONGEST] == []


def test_a_module_says_what_it_is_for() -> None:
    """A management command says it in its help."""
    silent = [path for path in MODULES if path.read_text().strip() and not ast.get_docstring(parsed(path))]

    assert [name(path) for path in silent if "help =" not in path.read_text()] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name(path) for path in MODULES if path.stem in VAGUE] == []


def test_no_module_imports_from_dots() -> None:
    assert [place for place, node in nodes(MODULES) if isinstance(node, ast.ImportFrom) and node.level] == []


def test_nothing_is_declared_safe_to_print() -> None:
    """`SafeString` may stand as the type of what a template rendered, and for no text at all."""

    def declares(node: ast.AST) -> bool:
        if isinstance(node, ast.FunctionDef):
            return node.name == "__html__"
        if not isinstance(node, ast.Call):
            return False
        word = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        no_text = [getattr(part, "value", None) for part in node.args] == [""]
        return word in ("mark_safe", "SafeText") or (word == "SafeString" and not no_text)

    assert [place for place, node in nodes(MODULES) if declares(node)] == []


def test_no_guard_is_an_assert() -> None:
    """`python -O` removes them."""
    assert [place for place, node in nodes(MODULES) if isinstance(node, ast.Assert)] == []


def test_nothing_outside_the_project_is_read() -> None:
    outside = ("../" + "shared", "/" + "shared/", "/" + "work/")

    assert [
        name(path) for path in python_files(*CODE, "tests") if any(place in path.read_text() for place in outside)
    ] == []


# --- the engine ------------------------------------------------------------------------------------------------------


def test_the_engine_imports_the_standard_library_pydantic_and_itself() -> None:
    known = {*sys.stdlib_module_names, "pydantic", "pydantic_core"}

    foreign = [
        (place, module) for place, module in imports(ENGINE_MODULES)
        if module.split(".")[0] not in known and not module.startswith("guidelines.engine")
    ]  # fmt: skip

    assert foreign == []


def test_the_engine_knows_no_clock_no_chance_and_no_outside_world() -> None:
    asks = {"today", "now", "utcnow", "environ"}
    does = {"open", "eval", "exec", "compile", "__import__", "print", "input"}

    found = [
        place for place, node in nodes(ENGINE_MODULES)
        if (isinstance(node, ast.Attribute) and node.attr in asks) or (isinstance(node, ast.Name) and node.id in does)
    ]  # fmt: skip

    assert found + [place for place, module in imports(ENGINE_MODULES) if module.split(".")[0] in OUTSIDE_WORLD] == []


def test_the_engine_has_no_binary_number() -> None:
    found = [
        place for place, node in nodes(ENGINE_MODULES)
        if (isinstance(node, ast.Name) and node.id == "float") or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]  # fmt: skip

    assert found == []
