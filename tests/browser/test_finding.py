"""Searching and asking in a browser: as one types and plain, with the keyboard alone, without a fault."""

import pytest
from playwright.sync_api import Page, expect

from guidelines.models import Version
from tests.browser.accessibility import everything_wrong
from tests.browser.conftest import Browsers, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def ask_address(audience: str = "") -> str:
    version = Version.objects.current().select_related("guideline").get()
    return f"/guidelines/{version.guideline.slug}/versions/{version.number}/{audience}ask/"


def test_results_come_as_one_types_and_lead_to_their_place(signed_in: Page) -> None:
    signed_in.goto("/search/")

    signed_in.get_by_label("Words").press_sequentially("folic aci", delay=20)
    result = signed_in.locator("#search-results a[href$='#statement-W4']")
    result.wait_for()
    expect(signed_in.locator("#search-results mark").first).to_be_visible()
    result.click()

    signed_in.wait_for_url("**/#statement-W4")
    expect(signed_in.locator("#statement-W4")).to_be_in_viewport()


def test_the_box_in_the_bar_searches_with_the_keyboard_alone(signed_in: Page) -> None:
    signed_in.goto("/guidelines/")

    signed_in.get_by_role("searchbox", name="Search the guidelines").focus()
    signed_in.keyboard.type("methotraxate")
    signed_in.keyboard.press("Enter")

    signed_in.wait_for_url("**/search/?q=methotraxate")
    expect(signed_in.get_by_text("Showing results for")).to_be_visible()


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_question_is_answered_or_sent_to_the_editors(browsers: Browsers, has_javascript: bool) -> None:
    with browsers.window(has_javascript=has_javascript) as page:
        sign_in(page)
        page.goto(ask_address("patient/"))

        page.get_by_label("Your question").fill("can I take methotrexate every day?")
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.get_by_role("heading", name="Answer", exact=True)).to_be_visible()
        expect(page.locator(".card--answer").first).to_contain_text("once a week, never daily")
        expect(page.locator(".quote").first).to_be_visible()
        assert "every" not in page.url

        page.get_by_label("Your question").fill("what dose of rituximab?")
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.get_by_role("heading", name="This guideline does not cover that")).to_be_visible()
        page.get_by_label("Question for the editors").fill("I was born on 3 May 1961")
        page.get_by_role("button", name="Send the question to the editors").click()
        expect(page.locator("[data-error-summary]")).to_contain_text("looks like a date")
        expect(page.get_by_label("Question for the editors")).to_have_value("I was born on 3 May 1961")


def test_a_question_is_asked_with_the_keyboard_alone(signed_in: Page) -> None:
    signed_in.goto(ask_address())

    signed_in.get_by_label("Your question").focus()
    signed_in.keyboard.type("how long until mycophenolate works?")
    signed_in.keyboard.press("Tab")
    signed_in.keyboard.press("Enter")

    expect(signed_in.get_by_role("heading", name="Answer", exact=True)).to_be_focused()
    source = signed_in.locator(".answer-quote .cite button").first
    source.focus()
    signed_in.keyboard.press("Enter")
    expect(signed_in.locator(".source[popover]:popover-open")).to_be_visible()


@pytest.mark.parametrize("text", ["", "folic acid", "methotraxate", "xylophone"])
def test_the_search_page_has_no_fault(signed_in: Page, text: str) -> None:
    signed_in.goto(f"/search/?q={text}")

    assert everything_wrong(signed_in) == []


@pytest.mark.parametrize("question", ["", "hydroxychloroquine dose", "what dose of rituximab?"])
@pytest.mark.parametrize("audience", ["", "patient/"])
def test_the_page_for_asking_has_no_fault(signed_in: Page, audience: str, question: str) -> None:
    signed_in.goto(ask_address(audience))
    if question:
        signed_in.get_by_label("Your question").fill(question)
        signed_in.get_by_role("button", name="Ask", exact=True).click()
        signed_in.locator("#ask h2").first.wait_for()

    assert everything_wrong(signed_in) == []


def test_the_editors_list_has_no_fault(browsers: Browsers) -> None:
    with browsers.window() as page:
        sign_in(page, "demo-editor", "demo-editor-only-here")
        page.goto("/questions/")

        assert page.get_by_role("heading", name="Unanswered questions").is_visible()
        assert everything_wrong(page) == []
