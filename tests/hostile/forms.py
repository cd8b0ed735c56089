"""Every form of the site, as a browser finds it on the page: where it is sent, its fields and what stands in them.

Nothing names a form here, so none can be forgotten: the pages of every address are opened by everybody who may.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlsplit

import lxml.html
from django.http import HttpResponse
from django.urls import resolve, reverse
from lxml.html import HtmlElement

from config.access import registry
from tests.access.installation import OF_A_CLINIC
from tests.access.trials import ADDRESSES, Trial, content_of, objects_of, path_of
from tests.hostile.every_state import Site

PEOPLE = (
    "a physician",
    "petra",
    "a clinic's administrator",
    "an editor",
    "a reviewer",
    "an administrator",
    "a stranger",
)
# Forms that stand on no page of the installation: they ask for another state of one's own account, or of the queue.
ELSEWHERE: dict[str, tuple[str, ...]] = {
    "newer_version_compare": (),  # where no comparison was made yet
    "account_signup": ("username", "email", "password1", "password2"),  # closed
    "account_confirm_login_code": ("code",),  # in the middle of signing in
    "mfa_authenticate": ("code",),
    "session_state": (),  # sent by a script
    "account_confirm_email": (),  # by the link of a mail
    "account_reset_password_from_key": ("password1", "password2"),
}
LINK = {"account_confirm_email": ("none",), "account_reset_password_from_key": ("1", "none")}
TOKEN = "csrfmiddlewaretoken"
TICKED = ("checkbox", "radio")
BUTTONS = ("submit", "image", "reset", "button")


@dataclass(frozen=True)
class Control:
    """A field: its kind is the type of an input, or textarea or select. `offers` is what it may be ticked for."""

    name: str
    kind: str
    offers: str = ""


@dataclass(frozen=True)
class Form:
    """As one person finds it. `sent` is what a browser would send as it stands, with the button that was pressed."""

    who: str
    page: str  # the path it stands on
    path: str  # where it is sent
    route: str
    method: str
    controls: tuple[Control, ...]
    sent: tuple[tuple[str, str], ...]

    @property
    def shape(self) -> tuple[str, str, tuple[str, ...]]:
        return self.route, self.method, tuple(sorted({control.name for control in self.controls}))

    def with_value(self, name: str, *values: str) -> list[tuple[str, str]]:
        """As it stands, with these values in one field; none leaves it out."""
        return [pair for pair in self.sent if pair[0] != name] + [(name, value) for value in values]

    def __str__(self) -> str:
        return f"{self.method} {self.route} by {self.who}"


def pages_of(site: Site, *, is_whole: bool = False, every: int = 1) -> Iterator[tuple[str, str, HttpResponse]]:
    """Who, where, and the page: those the installation adds, then each address with its own objects for `PEOPLE`.

    If it is not whole, a page is asked for again only by somebody whose part is another one, and only added papers are
    printed. `every` takes only so many of the others, not the same for each person."""
    seen: set[str] = set()
    for turn, who in enumerate(dict.fromkeys([*PEOPLE, *(name for name, _ in site.more)])):
        client = site.client_of(who)
        added = list(dict.fromkeys(path for name, path in site.more if name == who))
        others = [
            path for path, is_for_a_role in (paths_of(site, who) if who in PEOPLE else ())
            if path not in added and (is_whole or ((is_for_a_role or path not in seen) and "pdf" not in path))
        ]  # fmt: skip
        for path in [*added, *others[turn % every :: every]]:
            response = client.get(path)
            seen |= {path} if response.status_code == 200 else set()
            yield who, path, response


def paths_of(site: Site, who: str) -> Iterator[tuple[str, bool]]:
    """Each path, and whether it is for a role of this person, or lets it do something there."""
    for number, (route, _) in enumerate(ADDRESSES):
        rules, person = registry().rules[route], site.here.people.get(who)
        rule, held = rules.get("GET"), person.held if person else frozenset()
        if rule is None or route == "account_logout" or (rule.roles and not rule.roles & held):
            continue
        is_for_a_role = any(one.roles & held for one in rules.values())
        for which in objects_of(route):
            if which != "missing" and not (which == "foreign" and rule.object in OF_A_CLINIC):
                yield path_of(site.here, Trial(number, "GET", who, which, False)), is_for_a_role


def forms_of(site: Site) -> list[Form]:
    """Each shape once, with whoever found it first and may send it."""
    pages = ((who, path, response["Content-Type"], content_of(response)) for who, path, response in pages_of(site))
    return forms_among(site, pages)


def forms_among(site: Site, pages: Iterable[tuple[str, str, str, bytes]]) -> list[Form]:
    found: dict[object, Form] = {}
    for who, path, kind, body in pages:
        for form in forms_on(who, path, body) if body.strip() and "html" in kind else ():
            if may_send(site, form):
                found.setdefault(form.shape, form)
    elsewhere = (elsewhere_of(route, names) for route, names in ELSEWHERE.items())
    return [*found.values(), *elsewhere]


def may_send(site: Site, form: Form) -> bool:
    rule, person = registry().rules[form.route].get(form.method), site.here.people.get(form.who)
    return rule is not None and (not rule.roles or person is None or bool(rule.roles & person.held))


def elsewhere_of(route: str, names: tuple[str, ...]) -> Form:
    path, controls = reverse(route, args=LINK.get(route)), tuple(Control(name, "text") for name in names)
    return Form("petra" if "signup" not in route else "a stranger", path, path, route, "POST", controls, ())


def forms_on(who: str, page: str, html: bytes) -> Iterator[Form]:
    document = lxml.html.fromstring(html)
    for element in document.iter("form"):
        inside = [*element.iter("input", "select", "textarea", "button")]
        if element.get("id"):
            inside += document.xpath("//*[@form=$id]", id=element.get("id"))
        pressed = [one for one in inside if is_button(one)]
        action, method = element.get("action") or page, element.get("method", "get").upper()
        plain = form_of(who, page, action, method, [one for one in inside if not is_button(one)])
        yield plain
        for button in pressed:
            if button.get("name") or button.get("formaction"):
                where = form_of(who, page, button.get("formaction") or action, method, inside)
                name, value = button.get("name"), button.get("value", "")
                extra = ((name, value),) if name else ()
                yield replace(
                    where, controls=(*plain.controls, *(Control(name, "button", value) for name, value in extra)),
                    sent=(*plain.sent, *extra),
                )  # fmt: skip
    for element in document.xpath("//*[@hx-post and not(self::form)]"):
        around = next(element.iterancestors("form"), element)
        yield form_of(who, page, element.get("hx-post"), "POST", [*around.iter("input", "select", "textarea")])


def is_button(element: HtmlElement) -> bool:
    return element.tag == "button" or element.get("type") in BUTTONS


def form_of(who: str, page: str, action: str, method: str, inside: list[HtmlElement]) -> Form:
    path = action if action.startswith("/") else f"{urlsplit(page).path}{action}"
    controls: dict[str, Control] = {}
    sent: list[tuple[str, str]] = []
    for element in inside:
        name = element.get("name")
        if not name or name == TOKEN or is_button(element):
            continue
        kind = element.get("type", "text") if element.tag == "input" else element.tag
        values = values_of(element, kind)
        controls.setdefault(name, Control(name, kind, element.get("value", "") if kind in TICKED else ""))
        sent += [(name, value) for value in values]
    if method == "GET":
        sent = [*parse_qsl(urlsplit(path).query), *sent]
    return Form(who, page, path, resolve(urlsplit(path).path).view_name, method, tuple(controls.values()), tuple(sent))


def values_of(element: HtmlElement, kind: str) -> list[str]:
    """What a browser would send of it as it stands; a file none."""
    if kind == "file" or (kind in TICKED and element.get("checked") is None):
        return []
    if kind == "select":
        options = [*element.iter("option")]
        chosen = [one for one in options if one.get("selected") is not None] or options[:1]
        return [one.get("value", one.text_content()) for one in chosen]
    return [(element.text or "") if kind == "textarea" else element.get("value", "on" if kind == "checkbox" else "")]
