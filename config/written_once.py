"""Small queries that nearly every request asks: their SQL is put together once, for that costs more than running it."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from django.db import connection


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
        with connection.cursor() as cursor:
            cursor.execute(sql, [filled.get(parameter, parameter) for parameter in parameters])
            found: tuple[Any, ...] | None = cursor.fetchone()
        return found
