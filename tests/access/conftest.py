"""Who most tests of letting in are about, and where."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import override_settings

from tests import factories_patients as make
from tests.access.installation import Installation, build, long_sessions


@pytest.fixture
def by() -> User:
    return make.physician(make.clinic())


# What is printed once is kept for the trials of its address, which take everything back that they wrote.
IN_MEMORY = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture(scope="module")
def here(django_db_setup: None, django_db_blocker: Any) -> Iterator[Installation]:
    """Built once; every trial takes back what it did."""
    settings = override_settings(CACHES=IN_MEMORY, SECOND_FACTOR_REQUIRED=True)
    with django_db_blocker.unblock(), settings, long_sessions(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)
