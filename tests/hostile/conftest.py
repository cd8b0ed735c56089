"""The installation that is attacked, built once for a module; each trial takes back what it did."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings

from tests.access.installation import long_sessions
from tests.hostile.every_state import Site, every_state

IN_MEMORY = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    with django_db_blocker.unblock(), override_settings(CACHES=IN_MEMORY), transaction.atomic():
        found = every_state()
        connection.check_constraints()  # once: else what was put off until the end would be checked after each test
        yield found
        transaction.set_rollback(True)


@pytest.fixture(scope="module", autouse=True)
def sessions_that_last() -> Iterator[None]:
    with long_sessions():
        yield


@pytest.fixture(scope="module", autouse=True)
def a_quiet_log() -> Iterator[None]:
    """Thousands of refusals would drown what failed."""
    loggers = [logging.getLogger(name) for name in ("config", "django", "weasyprint")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)
