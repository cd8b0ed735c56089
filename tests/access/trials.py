"""Every address × method × person × object × htmx: made from the registry, tried, and compared with what it says."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from http.cookies import SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.urls.converters import IntConverter, UUIDConverter

from config.access import ACCESS, ANYONE, METHODS, Held, Rule, registry
from config.access_checks import named_patterns
from config.request_ids import HEADER
from patients.models import AccessEvent
from tests.access.installation import (
    ARCHIVED,
    CANARY,
    HERE,
    NAMES,
    OF_A_CLINIC,
    OF_ITS_PEOPLE,
    THERE,
    Installation,
    Person,
)

CLINICAL = {Held.PHYSICIAN, Held.NURSE}
AT_WORK = {Held.EDITOR, Held.REVIEWER, Held.ADMINISTRATOR}
OF_A_VERSION = ("version", "two versions", "comparison", "part", "entry")
BY_ALLAUTH = ("account_", "mfa_", "usersessions_")
NEVER_OVER = ("patient", "clinic")  # of which the site knows no end
ENDS = ("feed", "invitation link")  # of which nothing is left to be seen
# What can be done with something that is over, on purpose.
BEGUN_AGAIN = {
    "comment_reopen", "comment_reply", "question_reopen", "question_draft", "member_detail", "person_detail", "draft_create",
}  # fmt: skip
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


@dataclass(frozen=True)
class Expected:
    """`word` says which of the answers it is; `statuses` are those it may have."""

    word: str
    statuses: frozenset[int]


SIGN_IN = Expected("asked to sign in", frozenset({302}))
NOT_ALLOWED = Expected("no such method", frozenset({405}))
NOT_FOR_THEM = Expected("not for them", frozenset({403}))
NOT_THERE = Expected("not there", frozenset({404}))
NO_SECOND_FACTOR = Expected("asked for a second factor", frozenset({403, 422}))
TO_CONFIRM = Expected("asked for the password once more", frozenset({302, 422}))
REFUSED_BY_ACTION = Expected("refused by the action", frozenset({400, 403, 409, 422}))
BEFORE_THE_VIEW = (SIGN_IN, NOT_ALLOWED, NOT_FOR_THEM, NO_SECOND_FACTOR, TO_CONFIRM)
REFUSED = (*BEFORE_THE_VIEW, NOT_THERE, REFUSED_BY_ACTION)
WORDS = {
    NO_SECOND_FACTOR: (b"Set up a second factor",),
    TO_CONFIRM: (b"Confirm that it is you", b"/accounts/2fa/reauthenticate/"),
}


def expected(trial: Trial, who: Person) -> Expected:
    """What the registry says, and for single rows what it says they are found by."""
    known, rule = registry(), registry().rules[trial.route].get(trial.method)
    if not who.is_signed_in and not known.is_for_strangers(trial.route):
        return SIGN_IN
    if rule is None:
        return NOT_ALLOWED
    if not who.is_signed_in and rule.who != ANYONE:
        return SIGN_IN
    if rule.roles and not rule.roles & who.held:
        return Expected("explained", frozenset({rule.explained})) if rule.explained else NOT_FOR_THEM
    if rule.second_factor and not who.has_second_factor:
        return NO_SECOND_FACTOR
    if rule.reauthenticate and not who.has_confirmed:
        return TO_CONFIRM
    return of_the_object(trial, rule, who)


def of_the_object(trial: Trial, rule: Rule, who: Person) -> Expected:
    kind = rule.object
    if kind in OF_A_CLINIC:
        roles = who.in_clinic(HERE if trial.object in ("own", ARCHIVED) else THERE)
        if trial.object == "missing" or roles.isdisjoint(seen_by(rule)):
            return NOT_THERE
        if not roles & rule.roles:
            return over(rule) if trial.object == ARCHIVED else REFUSED_BY_ACTION
    elif kind in OF_ITS_PEOPLE:
        # An administrator of the installation gives a clinic its administrator, and takes back only that invitation.
        is_founding = kind == "clinic" and Held.ADMINISTRATOR in who.held
        is_keeper = Held.CLINIC_ADMINISTRATOR in who.in_clinic(HERE if trial.object in ("own", ARCHIVED) else THERE)
        if trial.object == "missing" or not (is_founding or is_keeper):
            return NOT_THERE
    elif kind in (*OF_A_VERSION, "guideline") and not trial.route.startswith(BY_ALLAUTH):
        if not who.is_signed_in:
            return SIGN_IN  # nothing is published for everybody here: for strangers all of it is the same
        if trial.object == "missing" or (trial.object == "foreign" and not who.held & AT_WORK):
            return NOT_THERE
    elif kind and not trial.route.startswith(BY_ALLAUTH) and is_nowhere(trial, kind):
        return NOT_THERE
    return over(rule) if trial.object == ARCHIVED else admitted(trial.route, rule)


def is_nowhere(trial: Trial, kind: str) -> bool:
    return trial.object == "missing" or (trial.object == ARCHIVED and kind in ENDS)


def over(rule: Rule) -> Expected:
    """It can be looked at. What is to be done with it may need another state, and is then refused, or was done already."""
    return Expected(
        "let in, though it is over", frozenset({200, 302, *({400, 403, 404, 409, 422} if rule.state else ())})
    )


def admitted(route: str, rule: Rule) -> Expected:
    """Let in. What was sent is mostly empty, and the state may be another: then it is refused with a sentence."""
    if route.startswith(BY_ALLAUTH):
        return Expected("let in", frozenset({200, 302, 400, 403, 404, 409, 422, 429}))
    by_state = {403} if rule.state else set()
    return Expected(
        "let in", frozenset({200, 302, *by_state, *({400, 409, 422} if "POST" in rule.methods or by_state else ())})
    )


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


def wrong(here: Installation, trial: Trial) -> str:
    """What is otherwise than the registry says, in a sentence; empty where nothing is."""
    who, answer = here.people[trial.person], tried(here, trial)
    wanted, rule = expected(trial, who), registry().rules[trial.route].get(trial.method)
    if answer.status not in wanted.statuses:
        return f"{trial}: {answer.status}, should be {wanted.word} {sorted(wanted.statuses)}"
    if any(words not in answer.body for words in WORDS.get(wanted, ())) and answer.status != 302:
        return f"{trial}: {answer.status}, and does not say what to do"
    is_ours = not trial.route.startswith(BY_ALLAUTH)
    if is_ours and answer.status == 302 and (wanted is TO_CONFIRM) != ("/reauthenticate/" in answer.location):
        return f"{trial}: sent to {answer.location}"
    to_sign_in = urlsplit(answer.location).path == reverse("account_login")
    if is_ours and to_sign_in != (wanted is SIGN_IN):
        return f"{trial}: sent to {answer.location}"
    if wanted is NOT_ALLOWED and answer.headers["Allow"] != ", ".join(registry().methods(trial.route)):
        return f"{trial}: says that {answer.headers['Allow']} are allowed"
    if told := canaries_told(here, who, wanted, answer, seen_by(rule)):
        return f"{trial}: names {told}"
    looks_only = {"patients_accessevent"} if rule and ACCESS in rule.events else set()
    if wanted is REFUSED_BY_ACTION or (wanted not in REFUSED and trial.method in ("GET", "HEAD")):
        written = set(answer.written) - looks_only
    else:
        is_over = trial.object == ARCHIVED and trial.route not in BEGUN_AGAIN
        written = set(answer.written) if wanted in REFUSED else set(answer.written) - looks_only if is_over else set()
    if written:
        return f"{trial}: {wanted.word}, and wrote to {sorted(written)}"
    return looks_wrong(trial, wanted, rule, answer)


def seen_by(rule: Rule | None) -> Collection[Held]:
    """The roles in a clinic that are told of its patients: who answers for a clinic is told who looked at them."""
    return rule.roles if rule and Held.CLINIC_ADMINISTRATOR in rule.roles and ACCESS in rule.events else CLINICAL


def canaries_told(
    here: Installation, who: Person, wanted: Expected, answer: Answer, told: Collection[Held]
) -> list[str]:
    """The patients whose name reaches somebody whom it is not for."""
    text = answer.body.lower() + str(answer.headers).lower().encode()
    hidden = [
        name for clinic, name in CANARY.items()
        if wanted in (*BEFORE_THE_VIEW, NOT_THERE) or who.in_clinic(clinic).isdisjoint(told)
    ]  # fmt: skip
    return [name for name in hidden if name.lower().encode() in text]


def looks_wrong(trial: Trial, wanted: Expected, rule: Rule | None, answer: Answer) -> str:
    """Who looked at a patient's page is on record under its name, and nothing else is."""
    if rule is None or wanted in (*BEFORE_THE_VIEW, NOT_THERE):
        return ""  # nothing was written
    if ACCESS not in rule.events:
        return f"{trial}: leaves {answer.looks}, registered is none" if answer.looks else ""
    if set(answer.looks) - {trial.route}:
        return f"{trial}: leaves {answer.looks} beside its own name"
    shows_one = rule.object in OF_A_CLINIC and rule.object not in ("import", "letters")
    if shows_one and answer.status < 500 and not answer.looks:
        return f"{trial}: {answer.status}, and no trace of who looked"
    return ""
