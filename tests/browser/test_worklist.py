"""The worklist in a browser: with the keyboard alone, without JavaScript, and as one types."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Browsers, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def test_lines_are_reached_selected_and_opened_with_keys(signed_in: Page) -> None:
    signed_in.goto("/worklist/")
    lines = signed_in.locator("[data-line]")

    signed_in.keyboard.press("j")
    signed_in.keyboard.press("j")
    signed_in.keyboard.press("x")

    expect(lines.nth(1)).to_have_attribute("aria-current", "true")
    expect(lines.nth(1).get_by_role("checkbox")).to_be_checked()
    expect(lines.nth(1).locator("[data-open]")).to_be_focused()
    expect(signed_in.locator("[data-selected-count]")).to_have_text("1")

    signed_in.keyboard.press("k")
    patient = lines.nth(0).get_by_role("rowheader").get_by_role("link").inner_text()
    signed_in.keyboard.press("Enter")
    signed_in.wait_for_url("**/patients/**")
    # The patient's page, or the form for what is due: the line says which.
    expect(signed_in.locator("#patient-banner")).to_contain_text(patient)


def test_the_keys_write_letters_where_something_is_typed(signed_in: Page) -> None:
    signed_in.goto("/worklist/")

    signed_in.keyboard.press("/")
    signed_in.keyboard.type("dubois jx")

    expect(signed_in.get_by_label("Patient’s name or number")).to_have_value("dubois jx")
    expect(signed_in.get_by_text("Nothing matches")).to_be_visible()
    expect(signed_in).to_have_url(f"{signed_in.url.partition('/worklist/')[0]}/worklist/")


def test_the_list_is_narrowed_as_one_types(signed_in: Page) -> None:
    signed_in.goto("/worklist/")

    signed_in.get_by_label("Patient’s name or number").press_sequentially("dubois", delay=20)

    expect(signed_in.locator("[data-line]").filter(has_not_text="DUBOIS")).to_have_count(0)
    expect(signed_in.locator("[data-line]").first).to_contain_text("DUBOIS")


def test_lines_are_set_aside_and_come_back_without_javascript(browsers: Browsers) -> None:
    with browsers.window(has_javascript=False) as page:
        sign_in(page)
        page.goto("/worklist/?tab=due")
        before = page.locator("[data-line]").count()

        page.locator("[data-line]").first.get_by_role("checkbox").check()
        page.get_by_role("button", name="Patient contacted").click()

        expect(page.get_by_text("Nothing is closed by that")).to_be_visible()
        expect(page.locator("[data-line]")).to_have_count(before - 1)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("[data-line]")).to_have_count(before)


def test_the_keys_are_switched_off_beside_their_legend_and_stay_off(browsers: Browsers) -> None:
    """WCAG 2.1.4: whoever speaks to the computer sends letters that nobody struck."""
    with browsers.window() as page:
        sign_in(page)
        page.goto("/worklist/")
        keys, current = page.get_by_role("group", name="Keys"), page.locator("[data-line][aria-current]")
        page.keyboard.press("?")
        expect(keys).to_be_focused()
        page.keyboard.press("Tab")
        expect(keys.get_by_role("checkbox", name="Use these keys")).to_be_focused()
        page.keyboard.press("Space")

        for _ in ("at once", "on the page that is opened next"):
            for key in "jx?":
                page.keyboard.press(key)
            expect(current).to_have_count(0)
            page.keyboard.press("/")
            page.keyboard.type("j")
            expect(page.get_by_label("Patient’s name or number")).to_have_value("")
            page.goto("/worklist/")
            expect(keys.get_by_role("checkbox")).not_to_be_checked()

        page.get_by_label("Patient’s name or number").press_sequentially("dubois")  # the list is exchanged
        expect(page.locator("[data-line]").filter(has_not_text="DUBOIS")).to_have_count(0)
        expect(keys.get_by_role("checkbox")).not_to_be_checked()
        keys.get_by_role("checkbox").check()
        page.keyboard.press("j")
        expect(current).to_have_count(1)


def test_a_key_that_is_held_with_another_is_left_to_the_browser(signed_in: Page) -> None:
    signed_in.goto("/worklist/")

    for held in ("Control", "Alt", "Meta"):
        signed_in.keyboard.press(f"{held}+j")

    expect(signed_in.locator("[data-line][aria-current]")).to_have_count(0)
