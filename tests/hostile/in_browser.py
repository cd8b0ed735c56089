"""Pages with the corpus in them, opened in a real browser, without the policy that would refuse their scripts: nothing that
was typed may run, ask for anything, or be more than text."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urldefrag, urlsplit

from django.test import Client
from playwright.sync_api import Browser, Error, Page, Route

from tests.access.trials import content_of
from tests.hostile.payloads import WORD

SITE = "http://testserver"
POLICY = "content-security-policy"
# What a payload would do: call its word, set a mark, ask for an address, open a dialog, write to the console.
MARKED = "Object.defineProperty(window, '__hit', {set() { console.error('__hit'); }})"
# Nobody moves a pointer over an element here, and every handler is one too many.
ACTIVE = """() => [...document.querySelectorAll("*")].flatMap((element) => [
    ...[...element.attributes].filter(({name}) => name.startsWith("on") || name.startsWith("hx-on")).map(({name}) => name),
    ...["href", "src", "action", "formaction", "data"].filter((name) => /^\\s*(javascript|data|vbscript):/i.test(element.getAttribute(name) || "")),
    ...(element.matches("meta[http-equiv=refresh i]") ? ["a page that leads on by itself"] : []),
    ...(["IFRAME", "OBJECT", "EMBED", "BASE", "MARQUEE"].includes(element.tagName) ? [element.tagName] : []),
])"""


class Opened:
    """A browser that gets its pages from here, and everything else from the site itself."""

    def __init__(self, page: Page) -> None:
        self.page, self.client = page, Client()
        self.bodies: dict[str, bytes] = {}
        self.seen: list[str] = []
        page.on("dialog", lambda dialog: (self.seen.append(f"a dialog: {dialog.message[:80]}"), dialog.dismiss()))
        page.on("pageerror", lambda error: self.seen.append(f"a script ran: {str(error)[:120]}"))
        page.on("console", lambda line: self.note(line.text))
        page.add_init_script(MARKED)
        page.route("**/*", self.answer)

    def note(self, line: str) -> None:
        if "__hit" in line or WORD.search(line):
            self.seen.append(f"the console says {line[:120]}")

    def answer(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        if f"{address.scheme}://{address.netloc}" != SITE:
            self.seen.append(f"asks for {route.request.url[:120]}")
            route.abort()
            return
        path = f"{address.path}?{address.query}" if address.query else address.path
        if path in self.bodies:
            route.fulfill(status=200, content_type="text/html; charset=utf-8", body=self.bodies[path])
            return
        if WORD.search(path):
            self.seen.append(f"asks for {path[:120]}")
        response = self.client.get(path)
        headers = {name: value for name, value in response.headers.items() if name.lower() != POLICY}
        route.fulfill(status=response.status_code, headers=headers, body=content_of(response))

    def faults(self, path: str, body: bytes) -> list[str]:
        path = urldefrag(path).url  # a browser asks for the page alone
        self.seen, self.bodies = [], {path: body}
        try:
            self.page.goto(SITE + path, wait_until="load")
            active = self.page.evaluate(ACTIVE)
        except Error:  # it is no longer there
            active = ["is led away"]
        if self.page.url != SITE + path:
            self.seen.append(f"is led to {self.page.url[:120]}")
        return [f"{path}: {fault}" for fault in [*self.seen, *active]]


@contextmanager
def opened(browser: Browser) -> Iterator[Opened]:
    context = browser.new_context()
    try:
        yield Opened(context.new_page())
    finally:
        context.close()
