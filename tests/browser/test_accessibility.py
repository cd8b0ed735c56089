"""axe finds nothing on any page, in both schemes and on two widths; nothing scrolls sideways at 320 px."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page

from guidelines.models import Version
from patients.models import Membership, MonitoringTask, Plan, ResultAlert
from tests.browser.accessibility import everything_wrong, patient, step
from tests.browser.conftest import PHYSICIAN, Browsers, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

# The guideline's page repeats a few kinds of entry hundreds of times; axe would take a minute for it.
SHORTEN = """() => {
  for (const entry of document.querySelectorAll("main li:nth-of-type(n+13), main article:nth-of-type(n+7)")) entry.remove();
}"""
STEPS = ("facts", "recommendation", "dose", "safety", "monitoring", "review")


def plan(rest: str = "") -> str:
    found = Plan.objects.filter(patient__family_name="Dubois", medications__drug_key="methotrexate").first()
    assert found is not None
    return f"/plans/{found.pk}/{rest}"


def work(kind: str, rows: type[MonitoringTask] | type[ResultAlert], what: str = "close") -> str:
    found = rows.objects.open().filter(patient__family_name="Dubois").first()  # type: ignore[attr-defined]
    return f"/{kind}/{found.pk}/{what}/"


def guideline() -> str:
    version = Version.objects.current().select_related("guideline").get()
    return f"/guidelines/{version.guideline.slug}/versions/{version.number}/"


ADDRESSES: dict[str, Callable[[], str]] = {
    "home": lambda: "/",
    "list": lambda: "/patients/",
    "worklist": lambda: "/worklist/",
    "worklist, nothing there": lambda: "/worklist/?tab=unchecked",
    "worklist on paper": lambda: "/worklist/print/",
    "register": lambda: "/patients/register/",
    "patient": patient,
    "patient without a plan": lambda: patient(family_name="Aldana"),
    "patient whose results ask for something": lambda: patient(family_name="Dubois"),
    "note": lambda: patient("note/"),
    "edit": lambda: patient("edit/"),
    "results": lambda: patient("results/", "Dubois"),
    "results, typed": lambda: patient("results/add/", "Dubois"),
    "results, pasted": lambda: patient("results/paste/", "Dubois"),
    "a file of results": lambda: "/imports/",
    **{name: (lambda name=name: step(name)) for name in STEPS},
    "facts, hardly any": lambda: step("facts", "Larsen"),
    "recommendation, more to ask": lambda: step("recommendation", "Aldana"),
    "recommendation, out of scope": lambda: step("recommendation", "Larsen"),
    "recommendation, a stop": lambda: step("recommendation", "Kowalczyk"),
    "calendar": lambda: patient("calendar/"),
    "who looked": lambda: patient("looks/"),
    "clinic's calendar": lambda: "/calendar/",
    "letters": lambda: "/letters/",
    "who may do what": lambda: "/access/",
    "plan": plan,
    "patient's paper": lambda: plan("patient/"),
    "clinician's paper": lambda: plan("clinician/"),
    "paper for the visit": lambda: plan("visit/"),
    "plan to end": lambda: plan("end/"),
    "plan worked out again": lambda: plan("again/"),
    "test to close": lambda: work("tasks", MonitoringTask),
    "test to set aside": lambda: work("tasks", MonitoringTask, "aside"),
    "no change needed": lambda: work("alerts", ResultAlert),
    "guidelines": lambda: "/guidelines/",
    "publication": lambda: f"{guideline()}publication/",
    "editorial policy": lambda: "/editorial-policy/",
    "not found": lambda: "/nowhere/",
    "sign out": lambda: "/accounts/logout/",
    "password": lambda: "/accounts/password/change/",
    "one-time codes": lambda: "/accounts/2fa/",
    "sessions": lambda: "/accounts/sessions/",
    "passkeys": lambda: "/accounts/2fa/webauthn/",
}


@pytest.fixture(scope="module")
def window(browser: Browser, address: str, signed_in_state: Any) -> Iterator[Page]:
    """One for all pages that are only looked at: a new one has to read axe and our own scripts and styles anew."""
    with Browsers(browser, address).window(storage_state=signed_in_state) as page:
        yield page


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_page_has_no_fault(window: Page, name: str) -> None:
    window.goto(ADDRESSES[name]())
    window.evaluate(SHORTEN)

    assert everything_wrong(window) == []


def member(rest: str) -> str:
    found = Membership.objects.get(user__username=PHYSICIAN)
    return f"/people/{found.clinic_id}/{rest.format(pk=found.user_id)}"


OF_ADMINISTRATORS: dict[str, Callable[[], str]] = {
    "people": lambda: "/people/",
    "somebody in the clinic": lambda: member("{pk}/"),
    "inviting into the clinic": lambda: member("invite/"),
    "installation": lambda: "/installation/",
    "somebody in the installation": lambda: f"/installation/people/{member('{pk}').rsplit('/')[-1]}/",
    "inviting to the installation": lambda: "/installation/invite/",
    "a new clinic": lambda: "/installation/clinics/add/",
}


@pytest.fixture(scope="module")
def administrators_window(browser: Browser, address: str, django_db_blocker: Any) -> Iterator[Page]:
    with Browsers(browser, address).window() as page:
        with django_db_blocker.unblock():
            sign_in(page, "demo-administrator", "demo-administrator-only")
        yield page


@pytest.mark.parametrize("name", OF_ADMINISTRATORS)
def test_an_administrators_page_has_no_fault(administrators_window: Page, name: str) -> None:
    assert administrators_window.goto(OF_ADMINISTRATORS[name]()).status == 200  # type: ignore[union-attr]

    assert everything_wrong(administrators_window) == []


def test_the_door_has_no_fault(browsers: Browsers) -> None:
    with browsers.window() as page:
        page.goto("/")
        wrong = everything_wrong(page)
        page.goto("/accounts/login/")
        wrong += everything_wrong(page)
        page.get_by_label("User name or e-mail").fill("nobody")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        page.locator("[data-error-summary]").wait_for()
        wrong += everything_wrong(page)

    assert wrong == []


def test_the_pages_of_an_account_have_no_fault(browsers: Browsers) -> None:
    """Those that strangers see, and those behind the password once more."""
    with browsers.window() as page:
        wrong = []
        for address in (
            "password/reset/",
            "password/reset/done/",
            "password/reset/key/1-x/",
            "password/reset/key/done/",
        ):
            page.goto(f"/accounts/{address}")
            wrong += everything_wrong(page)
        for address in ("signup/", "inactive/", "confirm-email/"):
            page.goto(f"/accounts/{address}")
            wrong += everything_wrong(page)
        sign_in(page, "demo-nurse", "demo-nurse-only-here")
        page.goto("/accounts/2fa/totp/activate/")
        page.get_by_label("Your password").fill("demo-nurse-only-here")
        page.get_by_role("button", name="Confirm").click()
        page.get_by_role("heading", name="Set up an authenticator app").wait_for()
        wrong += everything_wrong(page)
        page.goto("/accounts/2fa/webauthn/add/")
        wrong += everything_wrong(page)

    assert wrong == []


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "500.html"])
def test_an_error_page_has_no_fault(signed_in: Page, name: str) -> None:
    html = render_to_string(name)
    signed_in.route("**/broken/", lambda route: route.fulfill(body=html, content_type="text/html", status=500))

    signed_in.goto("/broken/")

    assert everything_wrong(signed_in) == []
