"""The itching elbow beside itself, changed."""

from collections.abc import Callable
from typing import Any

from guidelines.engine.compiled import CompiledPackage, compile_package
from guidelines.engine.content import Package
from tests.factories_guidelines import itching_elbow

Raw = dict[str, Any]


def changed(change: Callable[[Raw], object]) -> CompiledPackage:
    """The itching elbow after a change of its content."""
    raw = itching_elbow().model_dump(mode="json", by_alias=True)
    change(raw)
    return compile_package(Package.model_validate(raw))


def elbow() -> CompiledPackage:
    return compile_package(itching_elbow())
