"""One server with the demonstration for all browser tests, and browsers that are signed in. No test needs another's rows."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from guidelines.package import compiled_version
from patients import actions
from patients.demo import choose, live, shipped_version, staff_member, story_guideline
from patients.demo_story import Story, Visit
from patients.models import Clinic, Consultation, ConsultationState, Patient
from tests.access.installation import long_sessions

PHYSICIAN, PASSWORD = "demo-physician", "demo-physician-only"
WAIT_MS = 30_000
DESK, PHONE, NARROW = 1440, 390, 320
PEOPLE = ("D-1001", "D-1002", "D-1004", "D-1005", "D-1007", "D-1011", "D-1012")
READY = "Bergström"


def demonstration_of(numbers: tuple[str, ...]) -> Clinic:
    """The demonstration with some of its people; one of them is ready to be signed, so that every step opens."""
    told = Story.told()
    clinic = actions.open_clinic(**told["clinic"], is_demo=True)
    staff = {raw["username"]: staff_member(clinic, raw) for raw in told["staff"]}
    version, by = shipped_version(story_guideline(told), told, staff, lambda sentence: None), staff[PHYSICIAN]
    for person in Story(compiled_version(version).facts, clinic.today()).people():
        if person.number in numbers:
            live(clinic, version, person, by)
    ready = open_consultation(READY)
    choices = {
        "option": "S2-methotrexate",
        "amounts": {"methotrexate": "25", "prednisone": "40", "folic_acid": "1"},
        "weekdays": {"methotrexate": "tuesday"},
        "taking": {"hydroxychloroquine": "stop"},
    }
    choose(ready, Visit(clinic.today(), {}, "", None, choices, False), by)
    return clinic


def open_consultation(family_name: str) -> Consultation:
    return Consultation.objects.get(patient__family_name=family_name, state=ConsultationState.OPEN)


def empty_the_test_database() -> None:
    """Refuses any other: without a test marked django_db there is none, and the configured one would be emptied."""
    name = str(connection.settings_dict["NAME"])
    if not name.startswith("test_"):
        raise RuntimeError(f"{name} is not a test database. Mark the browser tests with pytest.mark.django_db.")
    call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="package")
def demonstration(django_db_setup: None, django_db_blocker: Any) -> Iterator[Clinic]:
    """Made once and really committed, for the server answers in threads of its own; emptied behind the last test.

    What a test writes itself is rolled back behind it, and the server never sees it.
    """
    with django_db_blocker.unblock():
        empty_the_test_database()
        clinic = demonstration_of(PEOPLE)
    yield clinic
    with django_db_blocker.unblock():
        empty_the_test_database()


# What tells one of the demonstration's patients from others.
named: set[str] = set()


@pytest.fixture(scope="package")
def address(demonstration: Clinic, django_db_blocker: Any) -> Iterator[str]:
    with django_db_blocker.unblock():
        for names in Patient.objects.values_list("family_name", "number"):
            named.update(names)
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


class Browsers:
    """Opens windows on the server; each keeps its own cookies."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address, self.asked = browser, address, list[str]()

    @contextmanager
    def window(self, *, width: int = DESK, has_javascript: bool = True, **options: Any) -> Iterator[Page]:
        context = self.context(width=width, has_javascript=has_javascript, **options)
        try:
            yield context.new_page()
        finally:
            context.close()

    def context(self, *, width: int = DESK, has_javascript: bool = True, **options: Any) -> BrowserContext:
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": 900},
            java_script_enabled=has_javascript,
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(WAIT_MS)
        context.on("request", lambda request: self.asked.append(unquote(request.url)))
        return context

    def addresses_that_name_a_patient(self) -> list[str]:
        """What a browser has asked for, and so what servers on the way, histories and bookmarks keep."""
        words = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in named), re.IGNORECASE)
        return [address for address in self.asked if words.search(address)]


@pytest.fixture
def browsers(browser: Browser, address: str) -> Iterator[Browsers]:
    made = Browsers(browser, address)
    yield made
    assert made.addresses_that_name_a_patient() == []


def sign_in(page: Page, name: str = PHYSICIAN, password: str = PASSWORD) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("User name or e-mail").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def confirmed(page: Page, done: Locator, password: str = PASSWORD) -> None:
    """The password once more, unless it was typed a few minutes ago; then whatever shows that it is done."""
    asked = page.get_by_label("Your password")
    expect(asked.or_(done).first).to_be_visible(timeout=WAIT_MS)
    if asked.is_visible():
        asked.fill(password)
        page.get_by_role("button", name="Confirm").click()
    expect(done).to_be_visible(timeout=WAIT_MS)


def sign(page: Page, born_in: str) -> None:
    """The last step: the year of birth, and the password."""
    page.get_by_label("Year of birth of this patient").fill(born_in)
    page.get_by_role("button", name="Sign this plan").click()
    confirmed(page, page.get_by_role("link", name="Plan as PDF").first)


@pytest.fixture(scope="package")
def signed_in_state(browser: Browser, address: str, django_db_blocker: Any) -> Iterator[Any]:
    """The cookies of somebody who has signed in."""
    context = Browsers(browser, address).context()
    with django_db_blocker.unblock():
        sign_in(context.new_page())
        # However long it lies between two tests: one that lies idle has ended.
        Session.objects.update(expire_date=timezone.now() + timedelta(days=1))
    state = context.storage_state()
    context.close()
    with long_sessions():
        yield state


@pytest.fixture
def signed_in(browsers: Browsers, signed_in_state: Any) -> Iterator[Page]:
    with browsers.window(storage_state=signed_in_state) as page:
        yield page
