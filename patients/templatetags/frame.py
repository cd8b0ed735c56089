"""What stands on every page around its content: printed once for all who are shown the same, for it takes longer than many a
page. A template sees only what its key is made of; what is one person's or one request's is put in afterwards.
"""

import secrets
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.contrib.auth.models import User
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.access import Held
from config.kept import Kept
from patients.context import MayOpen, Roles, Workplace, roles_of

MOST_KEPT = 256
LINKED = ("patient_list", "worklist", "guideline_list", "question_list", "editing_list", "review_queue")
# Never in what anybody types: what stands in the kept text for the visitor's own.
MARKS = {name: f"{name}-{secrets.token_hex(16)}" for name in ("person", "person_name", "path", "csrf_token")}

register = template.Library()
printed: Kept[tuple[Any, ...], str] = Kept(MOST_KEPT)


class Link(NamedTuple):
    """One of the main links. `current` is what aria-current says of it."""

    address: str
    text: str
    current: str
    number: int | str = 0
    counted: str = ""


class Around(NamedTuple):
    """All that the bar is told, besides the marks."""

    held: frozenset[Held] | None  # nobody: a stranger
    links: tuple[Link, ...]
    section: str
    workplaces: tuple[tuple[int, str, int | str], ...]
    workplace: tuple[int, str] | None
    is_search: bool
    is_sign_in: bool


@register.simple_tag
def constant(name: str) -> SafeString:
    """A template that needs nothing."""
    return render_to_string(name) if settings.DEBUG else plain(name)


@register.simple_tag(takes_context=True)
def topbar(context: Context) -> SafeString:
    around = around_of(context)
    written = once(("_topbar.html", around), {**around._asdict(), "may_open": MayOpen(around.held)})
    return format_html(written, **own(context))


@register.simple_tag(takes_context=True)
def idle(context: Context) -> SafeString:
    """For somebody who is signed in."""
    return format_html(once(("_idle.html",), {"idle_seconds": settings.SESSION_IDLE_SECONDS}), **own(context))


@lru_cache(maxsize=16)
def plain(name: str) -> SafeString:
    return render_to_string(name)


def once(key: tuple[Any, ...], told: Mapping[str, Any]) -> str:
    """The template that the key begins with, and with the rest of which `told` changes: written out but for the marks, each a
    field of a format string."""
    found = None if settings.DEBUG else printed.get(key)
    return found if found is not None else printed.keep(key, with_fields(render_to_string(key[0], {**told, **MARKS})))


def with_fields(text: str) -> str:
    text = text.replace("{", "{{").replace("}", "}}")
    for name, mark in MARKS.items():
        text = text.replace(mark, f"{{{name}}}")
    return text


def own(context: Context) -> dict[str, Any]:
    """What stands for the marks."""
    request, user = context.get("request"), somebody(context)
    return {
        "csrf_token": context.get("csrf_token", ""),
        "path": request.path if request else "",
        "person": user.pk if user else "",
        "person_name": (user.get_full_name() or user.get_username()) if user else "",
    }


def somebody(context: Context) -> User | None:
    """Who is signed in, if the page knows of anybody."""
    user = context.get("user")
    return user if "request" in context and user is not None and user.is_authenticated else None


def around_of(context: Context) -> Around:
    request, patient, section = context.get("request"), context.get("patient"), str(context.get("section") or "")
    path: str = request.path if request else ""
    roles = roles_of(request) if request and somebody(context) else None
    return Around(
        held=roles.held if roles else None,
        links=tuple(links(path, section, bool(patient and patient.pk), roles)) if roles else (),
        section=section,
        workplaces=tuple((one.pk, one.name, roles.act_today_count(one.pk)) for one in roles.workplaces)
        if roles
        else (),
        workplace=named(roles.workplace) if roles else None,
        is_search=path == addresses()["search"],
        is_sign_in=path == addresses()["account_login"],
    )


def named(workplace: Workplace | None) -> tuple[int, str] | None:
    return (workplace.pk, workplace.name) if workplace else None


def links(path: str, section: str, is_of_patient: bool, roles: Roles) -> Iterator[Link]:
    """The main links, for one who is signed in."""
    is_open, at = open_to(roles.held), addresses()

    def current(route: str, is_current: bool) -> str:
        return ("page" if path == at[route] else "true") if is_current else ""

    def beneath(route: str) -> bool:
        return path.startswith(at[route])

    if "patient_list" in is_open:
        is_current = section == "patients" or is_of_patient or beneath("patient_list")
        yield Link(at["patient_list"], "Patients", current("patient_list", is_current))
    if "worklist" in is_open:
        is_current = section == "worklist"
        count = roles.act_today
        yield Link(at["worklist"], "Worklist", current("worklist", is_current), count, "to act on today")
    is_current = section == "guidelines" or (not section and beneath("guideline_list"))
    yield Link(at["guideline_list"], "Guidelines", current("guideline_list", is_current))
    if "question_list" in is_open:
        yield Link(at["question_list"], "Questions", current("question_list", beneath("question_list")))
    if "editing_list" in is_open:
        yield Link(at["editing_list"], "Editor", current("editing_list", section == "editing"))
    if "review_queue" in is_open:
        count, is_current = roles.to_approve_count(), section == "review"
        yield Link(at["review_queue"], "Review", current("review_queue", is_current), count, "to approve")


@cache
def addresses() -> dict[str, str]:
    return {name: reverse(name) for name in (*LINKED, "search", "account_login")}


@cache
def open_to(held: frozenset[Held]) -> frozenset[str]:
    may_open = MayOpen(held)
    return frozenset(name for name in LINKED if may_open[name])
