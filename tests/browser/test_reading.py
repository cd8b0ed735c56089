"""The page of a guideline in a real browser: by keyboard, narrow, magnified, dark, and without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from guidelines.models import Version
from guidelines.reading import AUDIENCES, Audience
from tests.browser.accessibility import COLOURS, faults
from tests.browser.conftest import DESK, NARROW, PHONE, Browsers

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

# axe takes a minute for thousands of elements of a few kinds; two of each kind are looked at.
SHORTEN = """() => {
  for (const entry of document.querySelectorAll(
    ".part:nth-of-type(n+6):not(:has(.regimen, .rules, .table, .doubts, .reference)), .statement:nth-of-type(n+4),"
    + " .step:nth-of-type(n+4), .regimen:nth-of-type(n+4), .group:nth-of-type(n+4), .rules tbody tr:nth-of-type(n+4),"
    + " .rules__list > li:nth-of-type(n+4), .doubts li:nth-of-type(n+4)")) entry.remove();
  for (const entry of [...document.querySelectorAll(".reference")].slice(4)) entry.remove();
}"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = "document.activeElement.getAttribute('aria-label') || document.activeElement.innerText"


def address(audience: Audience = "clinician") -> str:
    version = Version.objects.current().select_related("guideline").get()
    return (
        f"/guidelines/{version.guideline.slug}/versions/{version.number}/{'patient/' if audience == 'patient' else ''}"
    )


@pytest.fixture
def without_javascript(browsers: Browsers, signed_in_state: object) -> Iterator[Page]:
    with browsers.window(has_javascript=False, storage_state=signed_in_state) as page:
        yield page


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_page_has_no_fault_in_either_wording(signed_in: Page, audience: Audience) -> None:
    signed_in.goto(address(audience))
    signed_in.evaluate(SHORTEN)
    wrong = []

    signed_in.emulate_media(color_scheme="light")
    for width in (PHONE, DESK):
        signed_in.set_viewport_size({"width": width, "height": 900})
        wrong += [f"{width} px, {fault}" for fault in faults(signed_in)]
    signed_in.emulate_media(color_scheme="dark")
    wrong += [f"dark, {fault}" for fault in faults(signed_in, COLOURS)]

    assert wrong == []


def test_an_open_card_has_no_fault(signed_in: Page) -> None:
    signed_in.goto(address())
    signed_in.locator(".statement .cite button").first.click()
    signed_in.locator(".source:popover-open").wait_for()
    signed_in.evaluate(SHORTEN)

    wrong = faults(signed_in)
    signed_in.emulate_media(color_scheme="dark")

    assert wrong + faults(signed_in, COLOURS) == []


@pytest.mark.parametrize("audience", AUDIENCES)
def test_nothing_scrolls_sideways(signed_in: Page, audience: Audience) -> None:
    """At the narrowest, and where 1280 px are magnified four times: the width is the same, the height is a quarter."""
    signed_in.goto(address(audience))
    signed_in.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")

    for width, height in ((NARROW, 900), (NARROW, 256), (PHONE, 900), (700, 900), (1000, 900)):
        signed_in.set_viewport_size({"width": width, "height": height})
        assert signed_in.evaluate(WIDER) <= 0, f"{width} px"


def test_a_reader_gets_everywhere_by_keyboard(signed_in: Page) -> None:
    signed_in.goto(address())
    signed_in.keyboard.press("Tab")
    assert signed_in.evaluate(FOCUSED) == "Skip to main content"

    signed_in.keyboard.press("Enter")
    part = signed_in.locator("[data-contents] a", has_text="Regimens")
    part.focus()
    signed_in.keyboard.press("Enter")

    assert signed_in.url.endswith("#regimens")
    assert signed_in.locator("#regimens").evaluate("(found) => Math.abs(found.getBoundingClientRect().top) < 200")
    signed_in.locator("[data-contents] a[aria-current]", has_text="Regimens").wait_for()


def test_a_source_card_opens_and_closes_by_keyboard_and_focus_comes_back(signed_in: Page) -> None:
    signed_in.goto(address())
    mark = signed_in.locator(".statement .cite button").first
    mark.focus()

    signed_in.keyboard.press("Enter")
    card = signed_in.locator(".source:popover-open")
    card.wait_for()
    signed_in.keyboard.press("Tab")
    assert signed_in.evaluate(FOCUSED) == "Close"
    signed_in.keyboard.press("Enter")

    expect(card).to_have_count(0)
    expect(mark).to_be_focused()
    signed_in.keyboard.press("Enter")
    card.wait_for()
    signed_in.keyboard.press("Escape")
    expect(card).to_have_count(0)


def test_a_card_is_whole_within_the_window(signed_in: Page) -> None:
    signed_in.goto(address())

    for width in (DESK, PHONE, NARROW):
        signed_in.set_viewport_size({"width": width, "height": 700})
        signed_in.locator(".statement .cite button").nth(5).click()
        box = signed_in.locator(".source:popover-open").bounding_box()
        signed_in.keyboard.press("Escape")

        assert box is not None
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert box["y"] >= 0 and box["y"] + box["height"] <= 700


def test_the_switch_changes_the_wording_and_keeps_the_version(signed_in: Page) -> None:
    signed_in.goto(address())
    clinical = signed_in.locator("h1").inner_text()

    switch = signed_in.get_by_role("navigation", name="Written for")
    switch.get_by_role("link", name="Patient and family").click()

    signed_in.wait_for_url(f"**{address('patient')}")
    assert signed_in.locator("h1").inner_text() != clinical
    expect(switch.get_by_role("link", name="Patient and family")).to_have_attribute("aria-current", "page")


def test_without_javascript_cards_contents_and_wordings_work(without_javascript: Page) -> None:
    page = without_javascript
    page.goto(address())

    page.locator(".statement .cite button").first.click()
    page.locator(".source:popover-open").wait_for()
    page.keyboard.press("Escape")
    page.locator("[data-contents] a", has_text="References").click()
    assert page.url.endswith("#references")
    page.set_viewport_size({"width": PHONE, "height": 900})
    page.locator(".toc__folded summary").click()
    page.locator(".toc__folded a", has_text="Monitoring").first.click()
    assert "#" in page.url
    page.get_by_role("link", name="Patient and family").click()
    page.wait_for_url(f"**{address('patient')}")


def test_a_browser_without_popovers_follows_the_link_to_the_list(signed_in: Page) -> None:
    """The rule that shows the link cannot be tried in a browser that has them: what it would show is."""
    signed_in.goto(address())
    links = signed_in.locator(".statement .cite__link")

    assert links.count() > 20
    assert not links.first.is_visible()
    target = str(links.first.get_attribute("href"))
    signed_in.goto(f"{address()}{target}")
    assert signed_in.locator(target).is_visible(), "a source is listed where its card stands"


def test_on_paper_every_doubt_is_printed_and_nothing_for_a_hand(signed_in: Page) -> None:
    signed_in.goto(address())
    signed_in.emulate_media(media="print")

    assert all(found.is_visible() for found in signed_in.locator(".against li").all())
    for hidden in (".toc", ".rail__act", ".seg", ".topbar", ".source__close"):
        assert not signed_in.locator(hidden).first.is_visible()
    assert signed_in.locator(".status").is_visible()
