"""What every template may ask for, where its view does not say."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser, User
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, OuterRef, Q, Value
from django.db.models.functions import JSONObject
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from config.access import Held, registry
from config.acting import acting_as
from config.written_once import WrittenOnce
from guidelines.reviewing.waiting import queue_of
from guidelines.workflow import ADMINISTRATORS, AT_WORK, EDITORS, REVIEWERS
from patients.models import CLINICAL_ROLES, AlertKind, Clinic, Membership, ResultAlert, Role
from patients.worklist import ACT_NOW

CHOSEN = "clinic"  # in the session: the key of the clinic whose lists somebody wants to see
MOST_COUNTED = 99  # the bar stands on every page: it says 99+ and does not count on
NOBODY, NEVER = -1, date(1900, 1, 1)
CLINIC_COLUMNS = [field.attname for field in Clinic._meta.concrete_fields]
PERSON_COLUMNS = [field.attname for field in User._meta.concrete_fields]
# The groups of this installation and the roles of clinics, as the registry of access names them.
HELD = {
    EDITORS: Held.EDITOR,
    REVIEWERS: Held.REVIEWER,
    ADMINISTRATORS: Held.ADMINISTRATOR,
    Role.PHYSICIAN: Held.PHYSICIAN,
    Role.NURSE: Held.NURSE,
    Role.ADMINISTRATOR: Held.CLINIC_ADMINISTRATOR,
}


def written() -> tuple[str, tuple[Any, ...]]:
    """Somebody's own row; what they are in this installation; and what they are in which clinic."""
    groups = User.groups.through.objects.filter(user=OuterRef("pk"), group__name__in=AT_WORK)
    memberships = Membership.objects.in_force().filter(user=OuterRef("pk")).order_by("clinic__name", "clinic")
    columns = {name: F(f"clinic__{name}") for name in CLINIC_COLUMNS}
    asked = (
        ArraySubquery(groups.values("group__name")),
        ArraySubquery(memberships.values_list(JSONObject(role=F("role"), clinic=JSONObject(**columns)))),
    )
    return User.objects.filter(pk=NOBODY, is_active=True).values_list(*PERSON_COLUMNS, *asked).query.sql_with_params()


def asked_today_written() -> tuple[str, tuple[Any, ...]]:
    """What asks for something in a clinic on a day, the first group of the worklist: as many rows as are counted."""
    open_ones = ResultAlert.objects.filter(clinic=NOBODY).open().filter(kind=AlertKind.ABNORMAL)
    asked = open_ones.filter(Q(action__in=ACT_NOW) | Q(act_by_on__lte=NEVER))
    asked = asked.filter(Q(aside_until_on__isnull=True) | Q(aside_until_on__lte=NEVER)).order_by()
    return asked.values_list(Value(1))[: MOST_COUNTED + 1].query.sql_with_params()


# Every request of somebody who is signed in asks the first, by itself or with their session (see config.sessions), and
# every page that is not kept for them the second.
work = WrittenOnce(written, NOBODY)
asked_today = WrittenOnce(asked_today_written, NOBODY, NEVER)
_at_hand: ContextVar[tuple[Any, ...]] = ContextVar("at hand", default=())


@contextmanager
def at_hand(row: tuple[Any, ...]) -> Iterator[None]:
    """What `work` said a moment ago of the person who is asked for now, if it is them."""
    before = _at_hand.set(row)
    try:
        yield
    finally:
        _at_hand.reset(before)


def read_work(person: int) -> tuple[tuple[Any, ...], tuple[Any, ...]] | None:
    """The person's columns, and the rest; nothing of somebody who may not sign in."""
    row: tuple[Any, ...] | None = _at_hand.get()
    if not row or row[0] != person:  # by their key, the first column
        with acting_as(str(person)):
            row = work.row(person)
    return (row[: len(PERSON_COLUMNS)], row[len(PERSON_COLUMNS) :]) if row is not None else None


def somebody(person: int) -> User | None:
    """Who is behind a session: read together with what they do here, which their every request asks next."""
    found = read_work(person)
    if found is None:
        return None
    user = User.from_db(DEFAULT_DB_ALIAS, PERSON_COLUMNS, found[0])
    user.__dict__["at_work"] = found[1]
    user.__dict__["groups_at_work"] = frozenset(found[1][0])
    return user


def demonstration(request: HttpRequest) -> dict[str, Any]:
    """Whether this installation is a demonstration: asked only when a page prints it and its view has not said."""
    return {"demo": SimpleLazyObject(lambda: Clinic.objects.filter(is_demo=True).exists())}


def roles(request: HttpRequest) -> dict[str, Any]:
    """What the menu has for this person: asked once, and only when a page prints its menu."""
    return {
        "may_open": SimpleLazyObject(lambda: may_open(request)),
        "workplaces": SimpleLazyObject(lambda: roles_of(request).workplaces),
        "workplace": SimpleLazyObject(lambda: roles_of(request).workplace),
    }


def may_open(request: HttpRequest) -> "MayOpen":
    return MayOpen(roles_of(request).held if request.user.is_authenticated else None)


def roles_of(request: HttpRequest) -> "Roles":
    """What the person of a request is here. Whoever lets them in, and the menu of the page they get, ask once together."""
    found: Roles | None = request.__dict__.get("roles")
    if found is None or found.user.pk != request.user.pk:
        found = request.__dict__["roles"] = Roles(request.user)
        found.choose(request.session.get(CHOSEN) if found.workplaces[1:] else None)
    return found


class Workplace(NamedTuple):
    """A clinic whose patients somebody looks after."""

    pk: int
    name: str
    clinic: Clinic

    @classmethod
    def of(cls, columns: dict[str, Any]) -> "Workplace":
        clinic = Clinic.from_db(DEFAULT_DB_ALIAS, CLINIC_COLUMNS, [columns[name] for name in CLINIC_COLUMNS])
        return cls(clinic.pk, clinic.name, clinic)


def counted(number: int) -> int | str:
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else number


class Roles:
    """What somebody does here."""

    def __init__(self, user: User | AnonymousUser) -> None:
        self.user = user
        groups, told = self.at_work()
        memberships = [json.loads(one) for one in told]
        self.held = frozenset(HELD[name] for name in (*groups, *(one["role"] for one in memberships)))
        clinics = {one["clinic"]["id"]: one["clinic"] for one in memberships if one["role"] in CLINICAL_ROLES}
        self.workplaces = tuple(map(Workplace.of, clinics.values()))
        self.workplace: Workplace | None = None

    def at_work(self) -> tuple[Any, ...]:
        """As it was read with the person, or anew for one who was read otherwise."""
        if not isinstance(self.user, User):
            return (), ()
        told: tuple[Any, ...] | None = getattr(self.user, "at_work", None)
        if told is None:
            found = read_work(self.user.pk)
            told = found[1] if found else ((), ())
        return told

    def choose(self, pk: int | None) -> None:
        """One of several clinics; all of them where none is chosen, or one where they do not work any more."""
        self.workplace = next((one for one in self.workplaces if one.pk == pk), None)

    @cached_property
    def asked_today(self) -> dict[int, int]:
        """By clinic: asked when a page prints its menu, and not for a part of one."""
        with acting_as(str(self.user.pk)):  # whatever the page itself is asked as
            return {one.pk: len(asked_today.rows(one.pk, one.clinic.today())) for one in self.workplaces}

    def act_today_count(self, *clinics: int) -> int | str:
        """In these clinics together, as the bar says it."""
        return counted(sum(self.asked_today.get(clinic, 0) for clinic in clinics))

    @property
    def act_today(self) -> int | str:
        """In the clinic that is chosen, or in all."""
        chosen = (self.workplace,) if self.workplace else self.workplaces
        return self.act_today_count(*(one.pk for one in chosen))

    def told(self) -> tuple[Any, ...]:
        """All of it, to tell whether a menu that was printed is still right."""
        return self.held, self.workplaces, self.workplace, *self.asked_today.items(), self.to_approve_count()

    def to_approve_count(self) -> int:
        return len(queue_of(self.user).mine) if Held.REVIEWER in self.held and isinstance(self.user, User) else 0


@dataclass(frozen=True)
class MayOpen:
    """For templates: `may_open.worklist` is whether that address is for the person who looks. `held` is None of a stranger."""

    held: frozenset[Held] | None

    def __getitem__(self, route: str) -> bool:
        known = registry()
        if route not in known.rules:
            raise ImproperlyConfigured(f"{route} has no entry in access.yaml")
        if self.held is None:
            return not known.why_not(route, "GET", (), is_signed_in=False)
        return not known.why_not(route, "GET", self.held)
