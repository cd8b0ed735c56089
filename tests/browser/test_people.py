"""Somebody is invited, makes an account, works, and is suspended: the next click is refused. And the pages on the way."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import everything_wrong
from tests.browser.conftest import Browsers, confirmed, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

PASSWORD = "seven green kettles"
KEEPER = ("demo-administrator", "demo-administrator-only")


def invitation(keeper: Page) -> str:
    """Made with what was typed, and the password; its link."""
    keeper.get_by_role("button", name="Make the invitation").click()
    link = keeper.get_by_label("Link of the invitation")
    confirmed(keeper, link, KEEPER[1])
    return link.input_value()


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without"])
def test_invited_at_work_suspended_and_refused_at_the_next_click(browsers: Browsers, has_javascript: bool) -> None:
    username = f"nora-{'js' if has_javascript else 'plain'}"
    with (
        browsers.window(has_javascript=has_javascript) as keeper,
        browsers.window(has_javascript=has_javascript) as nora,
    ):
        sign_in(keeper, *KEEPER)
        keeper.goto("/people/")
        keeper.get_by_role("link", name="Invite").click()
        keeper.get_by_label("Name").fill("Nora Nagel")
        keeper.get_by_label("Nurse").check()
        link = invitation(keeper)

        nora.goto(link[link.index("/invitations/") :])
        expect(nora.get_by_text("nurse of Demonstration Clinic")).to_be_visible()
        nora.get_by_label("Given names").fill("Nora")
        nora.get_by_label("Family name").fill("Nagel")
        nora.get_by_label("User name", exact=False).fill(username)
        nora.get_by_label("Password", exact=True).fill(PASSWORD)
        nora.get_by_label("Password, once more").fill(PASSWORD)
        nora.get_by_role("button", name="Make the account and accept").click()
        nora.wait_for_url("**/accounts/login/")
        sign_in(nora, username, PASSWORD)
        nora.goto("/patients/")
        nora.get_by_role("link", name="BERGSTRÖM").click()
        expect(nora.get_by_role("heading", level=1)).to_contain_text("BERGSTRÖM")

        keeper.goto("/people/")
        keeper.locator("tr", has_text=username).get_by_role("link").click()
        keeper.get_by_label("Why").fill("Lost a badge.")
        keeper.get_by_role("button", name="Suspend").click()
        expect(keeper.get_by_text("Lost a badge.")).to_be_visible()

        nora.get_by_role("link", name="Edit", exact=True).click()
        expect(nora.get_by_role("heading", name="Not for you")).to_be_attached()
        expect(nora.get_by_text("Only physicians and nurses of a clinic may see this.")).to_be_visible()
        assert "BERGSTRÖM" not in nora.content()

        keeper.get_by_role("button", name="Remove from").click()
        keeper.wait_for_url("**/people/")
        assert username not in keeper.content()


def test_the_pages_of_an_invitation_have_no_fault(browsers: Browsers) -> None:
    with browsers.window() as keeper, browsers.window() as stranger:
        sign_in(keeper, *KEEPER)
        keeper.goto("/installation/invite/")
        keeper.get_by_label("Name").fill("Nora Nagel")
        keeper.get_by_label("Editor").check()
        link = invitation(keeper)
        path = link[link.index("/invitations/") :]
        wrong = everything_wrong(keeper)

        stranger.goto(path)
        wrong += everything_wrong(stranger)
        stranger.get_by_role("button", name="Make the account and accept").click()
        stranger.locator("[data-error-summary]").wait_for()
        wrong += everything_wrong(stranger)
        keeper.goto("/installation/")
        keeper.get_by_role("button", name="Take back").first.click()
        stranger.goto(path)
        expect(stranger.get_by_text("This link leads to no invitation")).to_be_visible()
        wrong += everything_wrong(stranger)

    assert wrong == []
