"""One server with the demonstration for all browser tests, and browsers that are signed in. No test needs another's rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from guidelines.package import compiled_version
from patients import actions
from patients.demo import choose, live, shipped_version, staff_member
from patients.demo_story import Story, Visit
from patients.models import Clinic, Consultation, ConsultationState

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
    version, by = shipped_version(told, staff, lambda sentence: None), staff[PHYSICIAN]
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


@pytest.fixture(scope="package")
def address(demonstration: Clinic) -> Iterator[str]:
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


class Browsers:
    """Opens windows on the server; each keeps its own cookies."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address

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
        return context


@pytest.fixture
def browsers(browser: Browser, address: str) -> Browsers:
    return Browsers(browser, address)


def sign_in(page: Page, name: str = PHYSICIAN, password: str = PASSWORD) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("User name or e-mail").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


@pytest.fixture(scope="package")
def signed_in_state(browser: Browser, address: str, django_db_blocker: Any) -> Any:
    """The cookies of somebody who has signed in."""
    context = Browsers(browser, address).context()
    with django_db_blocker.unblock():
        sign_in(context.new_page())
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def signed_in(browsers: Browsers, signed_in_state: Any) -> Iterator[Page]:
    with browsers.window(storage_state=signed_in_state) as page:
        yield page
