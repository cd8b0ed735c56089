"""Databases that hold what many tests begin with, each made once by actions and then only added to and rolled back.

A module says `pytest.mark.begins_with("…")`, one of ROWS. Not for tests that really commit: theirs are emptied.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from patients import actions
from patients.demo import shipped_version, staff_member, story_guideline
from patients.demo_story import Story
from tests.factories_guidelines import published


def shipped_guideline() -> None:
    """The guideline of the demonstration's patients, as it has it: a clinic, its staff, and no patient."""
    told = Story.told()
    clinic = actions.open_clinic(**told["clinic"], is_demo=True)
    staff = {raw["username"]: staff_member(clinic, raw) for raw in told["staff"]}
    shipped_version(story_guideline(told), told, staff, lambda sentence: None)


ROWS: dict[str, Callable[[], Any]] = {"itching elbow": published, "shipped guideline": shipped_guideline}


class Databases:
    """Beside the test database, which is empty between tests. None must be in use when one is copied or dropped."""

    def __init__(self, template: str) -> None:
        self.template, self.empty = template, str(connection.settings_dict["NAME"])
        self.made: dict[str, str] = {}

    @contextmanager
    def beginning_with(self, rows: str) -> Iterator[None]:
        if rows in self.made:
            self._use(self.made[rows])
        else:
            self._make(rows)
        try:
            yield
        finally:
            self._use(self.empty)

    def _make(self, rows: str) -> None:
        make, name = ROWS[rows], f"{self.empty}_{rows.replace(' ', '_')}"
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"')
        self._use(name)
        call_command("createcachetable")
        yesterday = timezone.now() - timedelta(days=1)  # a test can publish another version today
        with pytest.MonkeyPatch.context() as clock, transaction.atomic():
            clock.setattr("django.utils.timezone.now", lambda: yesterday)
            make()
        self.made[rows] = name

    def _use(self, name: str) -> None:
        connection.close()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name

    @contextmanager
    def a_copy(self) -> Iterator[None]:
        """A database of its own, for what really commits and may leave other tables than it found."""
        name = f"{self.empty}_copy"
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"')
        self._use(name)
        try:
            yield
        finally:
            self._use(self.empty)
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def drop(self) -> None:
        self._use(self.empty)
        with connection._nodb_cursor() as cursor:
            for name in self.made.values():
                cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
