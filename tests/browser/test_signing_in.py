"""What a browser does about signing in: a session that is about to end, one that has ended, and passkeys."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect

from patients.models import Patient
from tests.browser.accessibility import everything_wrong
from tests.browser.conftest import PASSWORD, PHYSICIAN, READY, WAIT_MS, Browsers, open_consultation, sign_in
from tests.browser.test_changing import committed
from tests.signing_in import code

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

NURSE = ("demo-nurse", "demo-nurse-only-here")
EDITOR = ("demo-editor", "demo-editor-only-here")
TYPED = "Has taken the tablets on two days by mistake."


def ends_in(page: Page, seconds: int) -> None:
    """Lets this page's session have so much left."""
    key = next(one["value"] for one in page.context.cookies() if one["name"] == "sessionid")

    def write() -> None:
        Session.objects.filter(pk=key).update(expire_date=timezone.now() + timedelta(seconds=seconds))

    committed(write)


@pytest.fixture
def typing(browsers: Browsers) -> Iterator[Page]:
    """Somebody who has begun to type a note, and whose clock the test moves."""
    with browsers.window() as page:
        sign_in(page, *NURSE)
        page.clock.install()
        page.goto(f"/patients/{Patient.objects.get(family_name=READY).pk}/note/")
        page.locator("main textarea").fill(TYPED)
        yield page


def ended(page: Page) -> None:
    ends_in(page, -1)
    page.clock.fast_forward("15:01")
    expect(page.get_by_role("alertdialog", name="You are signed out")).to_be_visible(timeout=WAIT_MS)


def test_before_it_ends_the_page_says_so_and_one_can_stay(typing: Page) -> None:
    ends_in(typing, 100)
    typing.clock.fast_forward("13:20")
    warning = typing.get_by_role("alertdialog", name="You will be signed out soon")
    expect(warning).to_be_visible(timeout=WAIT_MS)
    expect(warning).to_contain_text("2 minutes")
    assert everything_wrong(typing) == []

    typing.get_by_role("button", name="Stay signed in").click()

    expect(warning).to_be_hidden(timeout=WAIT_MS)
    expect(typing.locator("main textarea")).to_have_value(TYPED)
    key = next(one["value"] for one in typing.context.cookies() if one["name"] == "sessionid")
    left: list[timedelta] = []
    committed(lambda: left.append(Session.objects.get(pk=key).expire_date - timezone.now()))
    assert left[0] > timedelta(minutes=14)


def test_while_somebody_is_busy_in_another_tab_nothing_is_said(typing: Page) -> None:
    typing.clock.fast_forward("13:30")

    typing.wait_for_timeout(1500)
    expect(typing.get_by_role("alertdialog")).to_have_count(0)


def test_when_it_has_ended_nothing_of_the_patient_is_to_be_seen_and_nothing_is_kept(typing: Page) -> None:
    ended(typing)

    expect(typing.locator("main textarea")).to_be_hidden()
    expect(typing.locator("#patient-banner")).to_be_hidden()
    assert READY.upper() not in typing.title().upper()
    typing.keyboard.press("Escape")
    expect(typing.locator("main textarea")).to_be_hidden()
    kept = typing.evaluate("JSON.stringify([Object.entries(sessionStorage), Object.entries(localStorage)])")
    assert TYPED not in kept and READY not in kept
    assert everything_wrong(typing) == []


def test_the_list_for_the_printer_is_covered_as_well(typing: Page) -> None:
    typing.goto("/worklist/print/")
    expect(typing.locator("table")).to_be_visible()

    ended(typing)

    expect(typing.locator("table")).to_be_hidden()
    assert everything_wrong(typing) == []


def test_after_a_new_sign_in_what_was_typed_is_there_and_can_be_sent(typing: Page) -> None:
    ended(typing)
    with typing.context.expect_page() as opened:
        typing.get_by_role("link", name="Sign in again").click()
    sign_in(opened.value, *NURSE)

    typing.get_by_role("button", name="I am back").click()

    expect(typing.locator("main textarea")).to_be_visible(timeout=WAIT_MS)
    expect(typing.locator("main textarea")).to_have_value(TYPED)
    typing.locator("main form button[type=submit]").first.click()
    expect(typing.locator("main").get_by_text(TYPED).first).to_be_visible(timeout=WAIT_MS)
    assert "/note/" not in typing.url


def test_for_somebody_else_the_page_is_left(typing: Page) -> None:
    ended(typing)
    with typing.context.expect_page() as opened:
        typing.get_by_role("link", name="Sign in again").click()
    sign_in(opened.value, *EDITOR)

    typing.get_by_role("button", name="I am back").click()

    typing.wait_for_url(lambda address: urlsplit(address).path == "/", timeout=WAIT_MS)
    expect(typing.locator("main textarea")).to_have_count(0)
    assert READY not in typing.content()


def test_who_has_not_signed_in_again_is_told_so(typing: Page) -> None:
    ended(typing)

    typing.get_by_role("button", name="I am back").click()

    expect(typing.get_by_text("You are still signed out.")).to_be_visible(timeout=WAIT_MS)
    expect(typing.locator("main textarea")).to_be_hidden()


# --- a second factor, on the way of a form ------------------------------------------------------------------------------


@pytest.fixture
def required(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As where patients are: the demonstration itself asks for none."""
    settings.SECOND_FACTOR_REQUIRED = True
    monkeypatch.setattr("config.confirming.is_demonstration", lambda: False)
    yield
    committed(lambda: Authenticator.objects.filter(user__username=PHYSICIAN).delete())


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_whoever_lacks_one_sets_it_up_and_goes_on_with_what_was_typed(
    browsers: Browsers, required: None, has_javascript: bool
) -> None:
    with browsers.window(has_javascript=has_javascript) as page:
        sign_in(page)
        page.goto(f"/consultations/{open_consultation(READY).pk}/review/")
        page.get_by_label("Year of birth of this patient").fill("1900")
        page.get_by_role("button", name="Sign this plan").click()
        expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible(timeout=WAIT_MS)
        if has_javascript:
            assert everything_wrong(page) == []

        with page.context.expect_page() as opened:
            page.get_by_role("link", name="Set it up").click()
        tab = opened.value
        tab.get_by_role("link", name="Set up an app").click()
        tab.get_by_label("Your password").fill(PASSWORD)
        tab.get_by_role("button", name="Confirm").click()
        secret = tab.locator("dl code").inner_text()
        tab.get_by_label("Authenticator code").fill(code(secret))
        tab.get_by_role("button", name="Set up").click()
        expect(tab.get_by_role("heading", name="Recovery codes")).to_be_visible(timeout=WAIT_MS)
        page.get_by_role("button", name="Send it again").click()

        # It has arrived, year and all: that the year is another patient's is said by the page behind.
        expect(page.get_by_text("This is not the year of birth of this patient.").first).to_be_visible(timeout=WAIT_MS)


# --- passkeys ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def without_passkeys() -> Iterator[None]:
    yield
    committed(lambda: Authenticator.objects.filter(user__username=NURSE[0]).delete())


def device(page: Page) -> None:
    """A device that holds passkeys and says yes, as Chromium plays one for developers."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_made_and_is_the_second_step_of_signing_in(browsers: Browsers, without_passkeys: None) -> None:
    browsers.address = browsers.address.replace("127.0.0.1", "localhost")  # a passkey is for a name, never a number
    refusals: list[str] = []
    with browsers.window() as page:
        page.on("console", lambda line: refusals.append(line.text) if "Content Security Policy" in line.text else None)
        device(page)
        sign_in(page, *NURSE)
        page.goto("/accounts/2fa/webauthn/add/")
        page.get_by_label("Your password").fill(NURSE[1])
        page.get_by_role("button", name="Confirm").click()
        page.get_by_label("Name").fill("Telephone")
        page.get_by_role("button", name="Make a passkey").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible(timeout=WAIT_MS)
        assert page.locator("main code").count() == 10
        assert everything_wrong(page) == []
        page.get_by_role("link", name="I have kept them").click()
        page.get_by_role("link", name="Your passkeys").click()
        expect(page.get_by_role("heading", name="Telephone")).to_be_visible()
        assert everything_wrong(page) == []

        page.context.clear_cookies(name="sessionid")
        page.goto("/accounts/login/")
        page.get_by_label("User name or e-mail").fill(NURSE[0])
        page.get_by_label("Password").fill(NURSE[1])
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Second step")).to_be_visible(timeout=WAIT_MS)
        assert everything_wrong(page) == []
        page.goto("/worklist/")
        assert page.url.endswith("/accounts/2fa/authenticate/")
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url(lambda address: urlsplit(address).path == "/")
        page.goto("/worklist/")

        assert page.url.endswith("/worklist/")
    assert refusals == []
    assert passkeys_of(NURSE[0]) == 1


def passkeys_of(name: str) -> int:
    counts: list[int] = []
    count: Callable[[], Any] = lambda: counts.append(  # noqa: E731 - one expression, run elsewhere
        Authenticator.objects.filter(user=User.objects.get(username=name), type=Authenticator.Type.WEBAUTHN).count()
    )
    committed(count)
    return counts[0]
