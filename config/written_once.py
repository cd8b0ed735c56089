"""Small queries that nearly every request asks: their SQL is put together once, and planned once in each connection,
for both cost more than running it."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper


class WrittenOnce:
    """A query with blanks. `write` gives the SQL and its parameters, in which every blank stands where a value goes.

    What is asked, and who may see it, stays a queryset: nothing is written by hand twice.
    """

    def __init__(self, write: Callable[[], tuple[str, Sequence[Any]]], *blanks: Any) -> None:
        self.write, self.blanks = write, blanks

    @cached_property
    def statement(self) -> tuple[str, Sequence[Any]]:
        return self.write()

    def row(self, *values: Any) -> tuple[Any, ...] | None:
        """The first row with these values in place of the blanks, in their order."""
        sql, parameters = self.statement
        filled = dict(zip(self.blanks, values, strict=True))
        with planning_cursor() as cursor:
            cursor.execute(sql, [filled.get(parameter, parameter) for parameter in parameters])
            found: tuple[Any, ...] | None = cursor.fetchone()
        return found


def planning_cursor() -> CursorWrapper:
    """A cursor that sends values apart from their statement, so that the server can keep the statement's plan.

    Django's own puts the values into the text, and each new text is planned anew. See `prepare_threshold` in the settings.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_thread_sharing()
    cursor: Any = psycopg.Cursor(connection.connection)
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    wrapped: CursorWrapper = wrap(cursor)
    return wrapped
