"""Every address × method × person × object × htmx: made from the registry, and tried."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from http.cookies import SimpleCookie
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.urls.converters import IntConverter, UUIDConverter

from config.access import METHODS, Held, registry
from config.access_checks import named_patterns
from config.request_ids import HEADER
from patients.models import AccessEvent
from tests.access.installation import (
    ARCHIVED,
    NAMES,
    OF_A_CLINIC,
    OF_ITS_PEOPLE,
    Installation,
    Person,
)

CLINICAL = {Held.PHYSICIAN, Held.NURSE}
OF_A_VERSION = ("version", "two versions", "comparison", "part", "entry")
BY_ALLAUTH = ("account_", "mfa_", "usersessions_")
NEVER_OVER = ("patient", "clinic")  # of which the site knows no end
ONES_OWN = ("link", "passkey", "session")  # found by nobody else; of each, tests of their own
# What a session and a limit of attempts keep is no record.
NO_RECORDS = {"cache", "django_session", "usersessions_usersession"}
TOKENS = re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]*')
QUERIES = {"version_choose": "?number=1&newer=2"}
SENT: dict[str, Callable[[Installation, Person], dict[str, Any]]] = {
    "observation_correct": lambda here, who: {"value": "31", "taken_on": "2026-01-06"},
    "task_set_aside": lambda here, who: {"why": "contacted", "until_on": soon()},
    "alert_set_aside": lambda here, who: {"why": "remind", "until_on": soon()},
    "letter_run_sent": lambda here, who: {"days": "7"},
    "version_withdraw": lambda here, who: {"why": "It is wrong."},
    "comment_add": lambda here, who: {"text": "Why so?"},
    "consultation_start": lambda here, who: {"guideline": "itching-elbow"},
    "clinic_calendar": lambda here, who: {"clinic": clinic_of(here, who, CLINICAL)},
    "version_publication": lambda here, who: {"clinic": clinic_of(here, who, {Held.CLINIC_ADMINISTRATOR}), "publish": "1"},
    "condition_check": lambda here, who: {"condition": "e-when"},
    "entry_move": lambda here, who: {"direction": "down"},
    "alert_close": lambda here, who: {"because": "It is nothing."},
    "patient_note_add": lambda here, who: {"text": "The skin is dry."},
    "task_close": lambda here, who: {"outcome": "removed", "because": "Done elsewhere."},
    "comment_reply": lambda here, who: {"text": "Because."},
    "question_close": lambda here, who: {"outcome": "outside"},
    "plan_newer_version": lambda here, who: {"what": "keep", "reason": "It holds."},
    "plan_end": lambda here, who: {"because": "Moved away."},
    "member_detail": lambda here, who: {"what": "suspend", "because": "Lost a badge."},
    "person_detail": lambda here, who: {"what": "suspend", "because": "Lost a badge."},
}  # fmt: skip


def soon() -> str:
    return (date.today() + timedelta(days=2)).isoformat()


def clinic_of(here: Installation, who: Person, roles: set[Held]) -> int:
    return next((here.clinics[name].pk for name in who.roles if name and who.roles[name] & roles), 0)


class Trial(NamedTuple):
    address: int  # of `ADDRESSES`
    method: str
    person: str
    object: str
    is_htmx: bool

    @property
    def route(self) -> str:
        return ADDRESSES[self.address][0]

    def __str__(self) -> str:
        htmx = " by htmx" if self.is_htmx else ""
        return f"{self.method} {self.route} ({ADDRESSES[self.address][1]}), {self.person}, {self.object or 'no'} object{htmx}"


def addresses() -> list[tuple[str, str]]:
    """The name and the path of each, with a blank for each part: what has two wordings has two paths."""
    found = []
    for name, pattern in named_patterns():
        if name.startswith(BY_ALLAUTH):
            found.append((name, ""))  # by its name: some are regular expressions
            continue
        route = str(pattern.pattern)
        for key, converter in pattern.pattern.converters.items():
            kind = (
                "uuid"
                if isinstance(converter, UUIDConverter)
                else "int"
                if isinstance(converter, IntConverter)
                else "slug"
            )
            route = route.replace(f"<{kind}:{key}>", f"{{{key}}}")
        found.append((name, f"/{route}"))
    return found


ADDRESSES = addresses()


def kind_of(route: str) -> str:
    return next(iter(registry().rules[route].values())).object


@cache
def objects_of(route: str) -> tuple[str, ...]:
    kind = kind_of(route)
    if not kind:
        return ("",)
    if kind in ONES_OWN:
        return ("missing",)
    if kind == "edit":
        return ("foreign", "missing")
    has_foreign = kind in (*OF_A_CLINIC, *OF_ITS_PEOPLE) or kind in OF_A_VERSION
    over = () if kind in NEVER_OVER else (ARCHIVED,)
    return ("own", "foreign", "missing", *over) if has_foreign else ("own", "missing", *over)


def every_trial(methods: Iterable[str] = METHODS) -> list[Trial]:
    return [
        Trial(number, method, name, which, is_htmx)
        for number, (route, _) in enumerate(ADDRESSES)
        for method in methods
        for name in NAMES
        for which in objects_of(route)
        for is_htmx in (False, True)
    ]


def path_of(here: Installation, trial: Trial) -> str:
    kind = kind_of(trial.route)
    parts = here.objects[kind][trial.object] if kind else {}
    path = ADDRESSES[trial.address][1].format(**parts)
    if not path:
        wanted = next(iter(registry().rules[trial.route].values())).found_by
        path = reverse(trial.route, kwargs={name: parts[name] for name in wanted})
    return path + QUERIES.get(trial.route, "")


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    location: str
    written: dict[str, int]
    looks: list[str]

    @property
    def without_tokens(self) -> tuple[int, dict[str, str], bytes]:
        """Without what is new in every answer: the token of a form, and the number of the request."""
        number = self.headers.get(HEADER) or "no number"
        headers = {name: value.replace(number, "") for name, value in self.headers.items()}
        return self.status, headers, TOKENS.sub(rb"\1", self.body).replace(number.encode(), b"")


client = Client(raise_request_exception=False)


def tried(here: Installation, trial: Trial) -> Answer:
    """Sends it, and takes back whatever it did."""
    who = here.people[trial.person]
    client.cookies = SimpleCookie(who.cookies.output(header="", sep=";")) if who.cookies else SimpleCookie()
    headers = {"HX-Request": "true"} if trial.is_htmx else {}
    sent = SENT.get(trial.route, lambda here, who: {})(here, who)
    options: dict[str, Any] = {"data": sent} if trial.method == "POST" else {}
    send = client.post if trial.method == "POST" else lambda path, **more: client.generic(trial.method, path, **more)
    with transaction.atomic():
        before = rows_written()
        response = send(path_of(here, trial), headers=headers, **options)
        looks = list(AccessEvent.objects.filter(pk__gt=last_look(here)).values_list("what", flat=True))
        written = {name: count - before[name] for name, count in rows_written().items() if count != before[name]}
        transaction.set_rollback(True)
    location = response.headers.get("HX-Redirect") or response.headers.get("Location", "")
    status = 302 if "HX-Redirect" in response.headers else response.status_code
    return Answer(status, dict(response.headers), content_of(response), location, written, looks)


@cache
def last_look_of(key: int) -> int:
    return AccessEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def last_look(here: Installation) -> int:
    return last_look_of(id(here))


def content_of(response: HttpResponse) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]


def rows_written() -> dict[str, int]:
    """How often this transaction has written to each table, also what it took back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables WHERE schemaname = 'public'"
        )
        return {name: count for name, count in cursor.fetchall() if name not in NO_RECORDS}
