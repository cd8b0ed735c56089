"""The questions of the worklist, put into SQL once for each shape: what differs from one look to the next is filled in.

For a plain list, putting a question together costs more than answering it. What is asked, and who may see it, stays a
queryset: `build` gives it, for a person, a day and keys that stand for the real ones.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache, reduce
from operator import or_
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, F, Func, Q, QuerySet, TextField, Value

from config.written_once import planning_cursor
from guidelines.models import Version
from patients.models import Clinic, MonitoringTask, ResultAlert
from patients.models.alert import ResultAlertQuerySet
from patients.models.monitoring import MonitoringTaskQuerySet
from patients.worklist_items import items_of

SOON = timedelta(days=7)
NOBODY, DAY, KEYS = -1, date(1900, 1, 1), "the keys"
Statement = tuple[str, tuple[Any, ...]]
Build = Callable[..., "QuerySet[Any, Any]"]


def is_any_key(column: str) -> Func:
    """One of the keys that are given when the question is asked, however many."""
    keys = Value(KEYS, output_field=TextField())
    return Func(F(column), keys, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField())


def asked_in_sql(rows: "QuerySet[Any, Any]") -> Statement | None:
    """None where nothing can match."""
    try:
        sql, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, tuple(parameters)


@lru_cache(maxsize=512)
def kept(build: Build, blank: Any, *arguments: Any) -> Statement | None:
    return asked_in_sql(build(blank, *arguments))


def filled(statement: Statement, blanks: Mapping[Any, Any]) -> list[Any]:
    return [blanks.get(parameter, parameter) if is_blank(parameter) else parameter for parameter in statement[1]]


def is_blank(parameter: Any) -> bool:
    return isinstance(parameter, (int, date, str))


def fetched(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with planning_cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def blanks_for(person: int, day: date, keys: Sequence[UUID] = ()) -> dict[Any, Any]:
    return {NOBODY: person, DAY: day, DAY + SOON: day + SOON, KEYS: list(keys)}


class Shape(NamedTuple):
    """What two looks at a list have in common when only the person and the day differ."""

    clinics: tuple[int, ...]
    reviews: frozenset[str]
    is_aside: bool
    by_name: bool


@dataclass(frozen=True)
class Wanted:
    """What is looked for. `patients` are the keys of those found by a search; without one, None."""

    patients: QuerySet[Any, Any] | None = None
    drug: str = ""
    test: str = ""
    facts: tuple[str, ...] = ()  # what the test brings
    who: str = ""
    is_aside: bool = False
    by_name: bool = False


@dataclass(frozen=True)
class Work:
    """What is open for somebody, the day at each clinic, and which items of the plans' versions are reviews."""

    person: User
    days: Mapping[int, date]
    reviews: frozenset[str]
    wanted: Wanted

    @property
    def tasks(self) -> MonitoringTaskQuerySet:
        return MonitoringTask.objects.visible_to(self.person)

    @property
    def alerts(self) -> ResultAlertQuerySet:
        """Of these clinics, also where no day is asked about; tests always are asked about one."""
        return ResultAlert.objects.visible_to(self.person).filter(clinic__in=sorted(self.days))

    @cached_property
    def shape(self) -> Shape | None:
        """None for a list that is searched, or whose clinics are not all on one day."""
        wanted = self.wanted
        if len(set(self.days.values())) != 1 or wanted.patients is not None or wanted.drug or wanted.test or wanted.who:
            return None
        return Shape(tuple(sorted(self.days)), self.reviews, wanted.is_aside, wanted.by_name)

    def asked(self, build: Build, *arguments: Any, keys: Sequence[UUID] = ()) -> tuple[str, list[Any]] | None:
        """The question in SQL, with its values."""
        statement = (
            asked_in_sql(build(self, *arguments))
            if self.shape is None
            else kept(of_shape, self.shape, build, *arguments)
        )
        if statement is None:
            return None
        day = next(iter(self.days.values()), DAY)
        return statement[0], filled(statement, blanks_for(self.person.pk, day, keys))

    def rows(self, build: Build, *arguments: Any, keys: Sequence[UUID] = ()) -> list[tuple[Any, ...]]:
        found = self.asked(build, *arguments, keys=keys)
        return fetched(*found) if found else []

    def each_day(self, asked: Callable[[date], Q]) -> Q:
        """The same question with each clinic's own day: two clinics may be a day apart."""
        clinics: dict[date, list[int]] = {}
        for clinic, day in self.days.items():
            clinics.setdefault(day, []).append(clinic)
        parts = [Q(clinic__in=keys) & asked(day) for day, keys in sorted(clinics.items())]
        return reduce(or_, parts) if parts else Q(pk__in=[])


def of_shape(shape: Shape, build: Build, *arguments: Any) -> QuerySet[Any, Any]:
    """The question of every list of this shape, for nobody on no day."""
    wanted = Wanted(is_aside=shape.is_aside, by_name=shape.by_name)
    return build(Work(User(pk=NOBODY), dict.fromkeys(shape.clinics, DAY), shape.reviews, wanted), *arguments)


def work_in(clinics: Iterable[Clinic], person: User, versions: Iterable[Version], wanted: Wanted | None = None) -> Work:
    """What waits for somebody in these clinics today; `versions` are those that plans follow."""
    reviews = frozenset[str]().union(*(items_of(version).reviews for version in versions))
    return Work(person, {clinic.pk: clinic.today() for clinic in clinics}, reviews, wanted or Wanted())
