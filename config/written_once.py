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

    def __init__(
        self, write: Callable[[], tuple[str, Sequence[Any]]], *blanks: Any, is_of_clinics: bool = True
    ) -> None:
        """Not `is_of_clinics`: it reads no row of a clinic, and may be asked while nobody knows yet for whom."""
        self.write, self.blanks, self.is_of_clinics = write, blanks, is_of_clinics

    @cached_property
    def statement(self) -> tuple[str, Sequence[Any]]:
        return self.write()

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """The rows with these values in place of the blanks, in their order."""
        sql, parameters = self.statement
        filled = dict(zip(self.blanks, values, strict=True))
        with planning_cursor(is_of_clinics=self.is_of_clinics) as cursor:
            cursor.execute(sql, [filled.get(parameter, parameter) for parameter in parameters])
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def row(self, *values: Any) -> tuple[Any, ...] | None:
        """The first of them."""
        return next(iter(self.rows(*values)), None)


def planning_cursor(*, is_of_clinics: bool = True) -> CursorWrapper:
    """A cursor that sends values apart from their statement, so that the server can keep the statement's plan.

    Django's own puts the values into the text, and each new text is planned anew. See `prepare_threshold` in the settings.
    """
    server: Any = connection  # our own wrapper: see config.postgresql.base
    server.close_if_health_check_failed()
    server.ensure_connection()
    server.validate_thread_sharing()
    if is_of_clinics:
        server.tell()
    cursor = psycopg.Cursor(server.connection)
    wrap = server.make_debug_cursor if server.queries_logged else server.make_cursor
    wrapped: CursorWrapper = wrap(cursor)
    return wrapped
