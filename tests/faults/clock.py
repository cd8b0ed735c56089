"""A clock that is moved while the site is in use: the application's, and with it the database's own."""

import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.owner import as_owner

# What PostgreSQL's functions and triggers ask for by its bare name is looked for here first.
MOVED = """
    CREATE SCHEMA moved;
    CREATE FUNCTION moved.now() RETURNS timestamptz LANGUAGE sql STABLE AS
    $$ SELECT pg_catalog.now() + current_setting('moved.by')::interval $$;
    GRANT USAGE ON SCHEMA moved TO PUBLIC;
"""


class Clock:
    """Inside one transaction of a test, which takes the database's clock back with it."""

    def __init__(self, patched: pytest.MonkeyPatch, *, of_the_database: bool = True) -> None:
        self.by, self.of_the_database = timedelta(), of_the_database
        right_time, right_now = time.time, timezone.now
        patched.setattr("time.time", lambda: right_time() + self.by.total_seconds())

        def now() -> datetime:
            return right_now() + self.by

        for name in ("django.utils.timezone.now", "django.core.cache.backends.db.tz_now"):
            patched.setattr(name, now)
        if of_the_database:
            with as_owner(), connection.cursor() as cursor:
                cursor.execute(MOVED)
            self.tell()
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL search_path = moved, public, pg_catalog")

    def move(self, **by: float) -> None:
        self.by += timedelta(**by)
        self.tell()

    def right(self) -> None:
        self.by = timedelta()
        self.tell()

    def tell(self) -> None:
        if self.of_the_database:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('moved.by', %s, true)", [f"{self.by.total_seconds()} seconds"])


By = dict[str, float]


def named(by: By) -> str:
    [(unit, count)] = by.items()
    return f"{abs(count)} {unit} {'on' if count > 0 else 'back'}"


def jumps(*found: By) -> list[Any]:
    """The first always, the others when they are asked for."""
    return [pytest.param(by, id=named(by), marks=pytest.mark.soak if at else ()) for at, by in enumerate(found)]


BACK = jumps({"days": -3}, {"hours": -1}, {"days": -400})
either = pytest.mark.parametrize("by_so_much", [*BACK, *jumps({"days": 3}, {"hours": 1}, {"days": 400})])
back = pytest.mark.parametrize("by_so_much", BACK)
