"""What stands on every page around its content: printed once for all who are shown the same, for it takes longer than many a
page. `{% constant "…" %}` for what never differs, `{% framed "…" %}` for what differs by what somebody is here.

A framed template sees only what its key is made of. What is one person's or one request's is put in afterwards.
"""

import secrets
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from config.access import Held
from config.kept import Kept
from patients.context import MayOpen, Roles, Workplace, roles_of

MOST_KEPT = 256
# Never in what anybody types: what stands in the kept text for the visitor's own.
MARKS = {name: f"{name}-{secrets.token_hex(16)}" for name in ("person", "person_name", "path", "csrf_token")}

register = template.Library()
printed: Kept[tuple[Any, ...], SafeString] = Kept(MOST_KEPT)


class Link(NamedTuple):
    """One of the main links. `current` is what aria-current says of it."""

    address: str
    text: str
    current: str
    number: int | str = 0
    counted: str = ""


class Around(NamedTuple):
    """All that a framed template is told, besides the marks."""

    held: frozenset[Held] | None  # nobody: a stranger
    links: tuple[Link, ...]
    section: str
    workplaces: tuple[tuple[int, str, int | str], ...]
    workplace: tuple[int, str] | None
    is_search: bool
    is_sign_in: bool
    idle_seconds: int


@register.simple_tag
def constant(name: str) -> SafeString:
    return once((name,), {})


@register.simple_tag(takes_context=True)
def framed(context: Context, name: str) -> SafeString:
    request = context.get("request")
    path: str = request.path if request else ""
    user = context.get("user")
    is_somebody = request is not None and user is not None and user.is_authenticated
    around = around_of(context, path, roles_of(request) if request and is_somebody else None)
    told = {**around._asdict(), "may_open": MayOpen(around.held), **MARKS}
    text = once((name, around), told)
    own = {"csrf_token": context.get("csrf_token", ""), "path": path}
    if is_somebody and user is not None:
        own |= {"person": user.pk, "person_name": user.get_full_name() or user.get_username()}
    for mark, value in own.items():
        text = text.replace(MARKS[mark], escape(value))  # type: ignore[assignment]  # what is put in is escaped
    return mark_safe(text)  # noqa: S308  # printed by a template, and what was put in is escaped


def once(key: tuple[Any, ...], told: Mapping[str, Any]) -> SafeString:
    found = None if settings.DEBUG else printed.get(key)
    return found if found is not None else printed.keep(key, render_to_string(key[0], dict(told)))


def around_of(context: Context, path: str, roles: Roles | None) -> Around:
    patient, section = context.get("patient"), str(context.get("section") or "")
    is_of_patient = bool(patient and patient.pk)
    return Around(
        held=roles.held if roles else None,
        links=tuple(links(path, section, is_of_patient, roles)) if roles else (),
        section=section,
        workplaces=tuple((one.pk, one.name, roles.act_today_count(one.pk)) for one in roles.workplaces)
        if roles
        else (),
        workplace=named(roles.workplace) if roles else None,
        is_search=path == addresses()["search"],
        is_sign_in=path == addresses()["account_login"],
        idle_seconds=settings.SESSION_IDLE_SECONDS,
    )


def named(workplace: Workplace | None) -> tuple[int, str] | None:
    return (workplace.pk, workplace.name) if workplace else None


def links(path: str, section: str, is_of_patient: bool, roles: Roles) -> Iterator[Link]:
    """The main links, for one who is signed in."""
    is_open, at = MayOpen(roles.held), addresses()

    def current(route: str, is_current: bool) -> str:
        return ("page" if path == at[route] else "true") if is_current else ""

    def beneath(route: str) -> bool:
        return path.startswith(at[route])

    if is_open["patient_list"]:
        is_current = section == "patients" or is_of_patient or beneath("patient_list")
        yield Link(at["patient_list"], "Patients", current("patient_list", is_current))
    if is_open["worklist"]:
        is_current = section == "worklist"
        count = roles.act_today
        yield Link(at["worklist"], "Worklist", current("worklist", is_current), count, "to act on today")
    is_current = section == "guidelines" or (not section and beneath("guideline_list"))
    yield Link(at["guideline_list"], "Guidelines", current("guideline_list", is_current))
    if is_open["question_list"]:
        yield Link(at["question_list"], "Questions", current("question_list", beneath("question_list")))
    if is_open["editing_list"]:
        yield Link(at["editing_list"], "Editor", current("editing_list", section == "editing"))
    if is_open["review_queue"]:
        count, is_current = roles.to_approve_count(), section == "review"
        yield Link(at["review_queue"], "Review", current("review_queue", is_current), count, "to approve")


@cache
def addresses() -> dict[str, str]:
    names = ("patient_list", "worklist", "guideline_list", "question_list", "editing_list", "review_queue")
    return {name: reverse(name) for name in (*names, "search", "account_login")}
