"""What is wrong with a page that somebody sees in a browser: what axe finds, and what scrolls sideways."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from patients.models import Patient
from tests.browser.conftest import DESK, NARROW, PHONE, READY, open_consultation

VIOLATIONS = "async (options) => (await axe.run(options)).violations"
COLOURS = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
# What is being swapped or was swapped just now is half transparent, and has other colours for a moment.
SETTLED = """() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')
    && document.getAnimations().every((one) => one.playState !== 'running')"""


def faults(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """What axe finds, each with the elements it is about."""
    page.wait_for_function(SETTLED)
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(VIOLATIONS, options or {"resultTypes": ["violations"]})
    return [f"{one['id']}: {[node['target'] for node in one['nodes']][:4]}" for one in found]


def everything_wrong(page: Page) -> list[str]:
    """axe on two widths, and in the dark, where only colours differ. Then whether anything is wider than the
    narrowest screen, also of what is folded."""
    wrong = []
    page.emulate_media(color_scheme="light")
    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 900})
        wrong += [f"{width} px, {fault}" for fault in faults(page)]
    page.emulate_media(color_scheme="dark")
    wrong += [f"dark, {fault}" for fault in faults(page, COLOURS)]
    page.set_viewport_size({"width": NARROW, "height": 900})
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wrong + ([f"scrolls sideways by {wide} px at {NARROW} px"] if wide > 0 else [])


def step(name: str, family_name: str = READY) -> str:
    return f"/consultations/{open_consultation(family_name).pk}/{name}/"


def patient(rest: str = "", family_name: str = READY) -> str:
    return f"/patients/{Patient.objects.get(family_name=family_name).pk}/{rest}"
