"""What the engine's tests share: the guideline that is shipped, read once, and a small invented one. No database."""

import pytest

from guidelines.engine.compiled import CompiledPackage
from tests.engine.patients import read_shipped
from tests.engine.small_guideline import small


@pytest.fixture(scope="session")
def shipped() -> CompiledPackage:
    return read_shipped()


@pytest.fixture(scope="session")
def elbow() -> CompiledPackage:
    return small()
