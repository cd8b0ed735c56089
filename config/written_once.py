"""Small queries that nearly every request asks: their SQL is put together once, and planned once in each connection,
for both cost more than running it."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Field, Model, QuerySet

Row = TypeVar("Row", bound=Model)


class WrittenOnce:
    """A query with blanks. `write` gives the SQL and its parameters, in which every blank stands where a value goes.

    What is asked, and who may see it, stays a queryset: nothing is written by hand twice.
    """

    every: ClassVar[list["WrittenOnce"]] = []  # for whoever changes what they are made of

    def __init__(
        self, write: Callable[[], tuple[str, Sequence[Any]]], *blanks: Any, is_of_clinics: bool = True
    ) -> None:
        """Not `is_of_clinics`: it reads no row of a clinic, and may be asked while nobody knows yet for whom."""
        self.write, self.blanks, self.is_of_clinics = write, blanks, is_of_clinics
        self.every.append(self)

    @cached_property
    def statement(self) -> tuple[str, Sequence[Any]]:
        """Raises ValueError where a blank does not stand in it: whatever value was given for it would be asked for nothing."""
        sql, parameters = self.write()
        if len(set(self.blanks)) < len(self.blanks) or not all(blank in parameters for blank in self.blanks):
            raise ValueError(f"each of the blanks {self.blanks} has to stand among the parameters {parameters}")
        return sql, parameters

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


class Part(NamedTuple):
    """Which columns of a statement are one object's. `name` is the foreign key by which its `owner` leads to it."""

    model: type[Model]
    owner: str
    name: str
    path: str
    fields: tuple["Field[Any, Any]", ...]
    columns: tuple[str, ...]
    begin: int

    def read(self, row: list[Any]) -> Model:
        return self.model.from_db(connection.alias, self.columns, row[self.begin : self.begin + len(self.fields)])


class ModelsOnce(Generic[Row]):
    """The same, read as objects of a model. `related` are foreign keys whose rows are read with it, each after the one
    that leads to it; a key that may be empty is none of them. `without` are columns that are read only when they are
    asked for."""

    def __init__(
        self, write: Callable[[], QuerySet[Row]], *blanks: Any, related: Sequence[str] = (), without: Sequence[str] = (),
        is_of_clinics: bool = True,
    ) -> None:  # fmt: skip
        self.write, self.related, self.without = write, related, without
        self.asked = WrittenOnce(self.written, *blanks, is_of_clinics=is_of_clinics)

    def written(self) -> tuple[str, Sequence[Any]]:
        names = [f"{part.path}{column}" for part in self.parts for column in part.columns]
        statement: tuple[str, Sequence[Any]] = self.write().values_list(*names).query.sql_with_params()
        return statement

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        found = {"": self.part(self.write().model, "", "", 0, self.without)}
        for path in self.related:
            owner, _, name = path.rpartition("__")
            key = found[owner].model._meta.get_field(name)
            if not key.many_to_one or key.null:
                raise TypeError(f"{path} is no foreign key, or may be empty")
            begin = sum(len(part.fields) for part in found.values())
            found[path] = self.part(key.related_model, path, name, begin)  # type: ignore[arg-type]  # a model by now
        return tuple(found.values())

    @staticmethod
    def part(model: type[Model], path: str, name: str, begin: int, without: Sequence[str] = ()) -> Part:
        fields = tuple(field for field in model._meta.concrete_fields if field.attname not in without)
        columns = tuple(field.attname for field in fields)
        return Part(model, path.rpartition("__")[0], name, f"{path}__" if path else "", fields, columns, begin)

    @cached_property
    def converted(self) -> tuple[tuple[int, "Field[Any, Any]"], ...]:
        """The columns that the field itself has to read, as for text that is JSON."""
        return tuple(
            (part.begin + at, field)
            for part in self.parts
            for at, field in enumerate(part.fields)
            if hasattr(field, "from_db_value")
        )

    def rows(self, *values: Any) -> list[Row]:
        return list(self.read(*values))

    def row(self, *values: Any) -> Row | None:
        """The first of them."""
        return next(self.read(*values), None)

    def read(self, *values: Any) -> Iterator[Row]:
        for row in self.asked.rows(*values):
            told = list(row)
            for at, field in self.converted:
                told[at] = field.from_db_value(told[at], field.cached_col, connection)  # type: ignore[attr-defined]
            made: dict[str, Any] = {}
            for part in self.parts:
                one = made[part.path.removesuffix("__")] = part.read(told)
                if part.name:
                    setattr(made[part.owner], part.name, one)
            yield made[""]


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
