"""A clock that can be moved, and who is at work meanwhile."""

import pytest
from django.contrib.auth.models import User

from tests import factories_patients as make
from tests.faults.clock import Clock
from tests.signing_in import with_password


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def by() -> User:
    return with_password(make.physician(make.clinic()))
