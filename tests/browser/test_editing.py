"""Changing a guideline in a browser: with and without JavaScript, with the keyboard alone, without a fault."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from guidelines import actions
from guidelines.models import Version
from tests.browser.accessibility import everything_wrong
from tests.browser.conftest import WAIT_MS, Browsers, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

EDITOR = ("demo-editor", "demo-editor-only-here")
STATEMENT, RULE = "edit/statements/W4/", "edit/safety_rules/HCQ-B-QT/"


def open_draft(page: Page, reason: str) -> str:
    """Made on the page, as an editor makes it. Gives its address."""
    page.goto("/editing/")
    page.get_by_role("link", name="New draft", exact=True).click()
    page.get_by_label("Why the guideline is to be changed").fill(reason)
    page.get_by_role("radio", name="Dose").check()
    page.get_by_role("button", name="Make the draft").click()
    page.wait_for_url("**/edit/")
    return page.url.removesuffix("edit/")


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_statement_is_changed_confirmed_and_undone(browsers: Browsers, has_javascript: bool) -> None:
    with browsers.window(has_javascript=has_javascript) as page:
        sign_in(page, *EDITOR)
        draft = open_draft(page, "A clearer statement.")
        page.goto(draft + STATEMENT)

        page.get_by_role("button", name="Add source").click()
        expect(page.locator("#id_e-citations-6-reference")).to_be_focused()
        page.locator("#id_e-citations-6-reference").select_option("R1")
        page.get_by_role("button", name="Up: Source 7").click()
        expect(page.locator("#id_e-citations-5-reference")).to_be_focused()
        page.get_by_label("For clinicians").fill("Written anew.")
        page.locator("#actionbar").get_by_role("button", name="Save").click()

        expect(page.get_by_text("Saved. Look at the plain wording as well")).to_be_visible(timeout=WAIT_MS)
        page.get_by_role("button", name="Confirm: both say the same").click()
        expect(page.get_by_text("Both wordings are confirmed.")).to_be_visible(timeout=WAIT_MS)
        page.get_by_role("link", name="See the words, or undo").click()
        page.get_by_role("button", name=re.compile("^Undo")).last.click()
        expect(page.get_by_text("That change is undone.")).to_be_visible(timeout=WAIT_MS)


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_row_is_moved_with_the_keyboard_and_keeps_the_focus(browsers: Browsers, has_javascript: bool) -> None:
    with browsers.window(has_javascript=has_javascript) as page:
        sign_in(page, *EDITOR)
        page.goto(open_draft(page, "Another order.") + "edit/sections/")
        keys = page.locator(".entries li")
        last = keys.last.get_attribute("id") or ""

        page.locator(f"#up-{last.removeprefix('row-')}").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**moved=**")

        expect(page.locator(f"#up-{last.removeprefix('row-')}")).to_be_focused()
        expect(keys.nth(-2)).to_have_attribute("id", last)


def test_a_condition_is_completed_and_checked_while_it_is_typed(browsers: Browsers) -> None:
    with browsers.window() as page:
        sign_in(page, *EDITOR)
        page.goto(open_draft(page, "Another limit.") + RULE)
        condition, said = page.locator("#id_e-when"), page.locator("#check-e-when")

        condition.fill("qtc_ms >= 480 and ")
        condition.press_sequentially("weig", delay=20)
        expect(page.get_by_role("option", name=re.compile("weight_kg"))).to_be_visible(timeout=WAIT_MS)
        page.keyboard.press("ArrowDown")
        expect(condition).to_have_attribute("aria-activedescendant", "completion-0")
        page.keyboard.press("Enter")
        expect(condition).to_have_value("qtc_ms >= 480 and weight_kg")
        page.keyboard.type(" < 40")
        expect(said).to_contain_text("QTc at least 480 ms and Weight below 40 kg.")

        condition.fill("qtc_ms > weight_kg")
        expect(said).to_contain_text("'QTc' is in ms, 'Weight' in kg.")
        page.keyboard.type(" wei")
        page.keyboard.press("Escape")
        expect(page.get_by_role("listbox")).to_have_count(0)


def test_a_conflict_shows_both_and_the_second_save_is_a_choice(browsers: Browsers) -> None:
    with browsers.window() as page:
        sign_in(page, *EDITOR)
        draft = open_draft(page, "Two at once.")
        page.goto(draft + STATEMENT)
        other = page.context.new_page()
        other.goto(draft + STATEMENT)
        other.get_by_label("For clinicians").fill("Theirs.")
        other.locator("#actionbar").get_by_role("button", name="Save").click()
        expect(other.get_by_text("Saved.")).to_be_visible(timeout=WAIT_MS)

        page.bring_to_front()
        page.get_by_label("For clinicians").fill("Mine.")
        page.locator("#actionbar").get_by_role("button", name="Save").click()

        expect(page.locator(".conflict")).to_be_focused()
        expect(page.locator(".conflict")).to_contain_text("Theirs.")
        expect(page.get_by_label("For clinicians")).to_have_value("Mine.")
        assert everything_wrong(page) == []
        page.get_by_role("button", name="Save mine instead").click()
        expect(page.get_by_text("Saved.")).to_be_visible(timeout=WAIT_MS)


PLACES = (
    "edit/", "edit/sections/", STATEMENT, RULE, "edit/options/S2-methotrexate/", "edit/facts/pregnant/", "add/regimens/",
    f"{STATEMENT}history/", f"{STATEMENT}remove/", "preview/", "preview/plan/",
)  # fmt: skip


@pytest.fixture(scope="module")
def looked_at(demonstration: object, django_db_blocker: object) -> str:
    """The address of a draft that somebody has changed."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        by = User.objects.get(username=EDITOR[0])
        version = Version.objects.current().select_related("guideline").get()
        draft = actions.start_draft(version=version, by=by, reason="To be looked at.", level="editorial")
        return f"/guidelines/{draft.guideline.slug}/versions/{draft.number}/"


@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing_on_the_pages_of_an_editor(browsers: Browsers, looked_at: str, place: str) -> None:
    with browsers.window() as page:
        sign_in(page, *EDITOR)
        page.goto(looked_at + place)
        page.wait_for_load_state("networkidle")

        assert everything_wrong(page) == []


def test_axe_finds_nothing_on_the_list_of_drafts_and_in_a_refused_form(browsers: Browsers, looked_at: str) -> None:
    with browsers.window() as page:
        sign_in(page, *EDITOR)
        page.goto("/editing/")
        page.wait_for_load_state("networkidle")
        assert everything_wrong(page) == []

        page.goto(looked_at + RULE)
        page.locator("#id_e-when").fill("qtc_ms > >")
        page.locator("#actionbar").get_by_role("button", name="Save").click()
        expect(page.locator("[data-error-summary]")).to_be_focused()
        assert everything_wrong(page) == []
