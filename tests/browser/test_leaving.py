"""After signing out a browser has nothing of a patient left: not in a page that is gone back to, not in anything it stores."""

from typing import Any

import pytest
from playwright.sync_api import Page

from patients.models import Patient
from tests.browser.conftest import Browsers, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
STORED = """async () => ({
  local: {...localStorage}, session: {...sessionStorage}, caches: await caches.keys(),
  databases: (await indexedDB.databases()).map(one => one.name),
  workers: (await navigator.serviceWorker.getRegistrations()).length, cookies: document.cookie,
})"""


def names_in(page: Page) -> list[str]:
    """What of any patient is on the page as a person sees it, or anywhere in its markup."""
    text = f"{page.title()} {page.content()}".lower()
    names = [f"{patient.family_name}, {patient.given_names}" for patient in Patient.objects.exclude(given_names="")]
    return [name for name in names if name.lower() in text]


def test_going_back_after_signing_out_shows_nobody(browsers: Browsers) -> None:
    patient = Patient.objects.latest("registered_at")
    with browsers.window() as page:
        sign_in(page)
        visited = (
            "/patients/",
            f"/patients/{patient.pk}/",
            f"/patients/{patient.pk}/results/",
            "/worklist/",
            f"/patients/{patient.pk}/edit/",
        )
        for path in visited:
            page.goto(path)
            assert names_in(page), path
        page.goto(f"/patients/{patient.pk}/")
        with page.expect_navigation():
            page.evaluate("() => document.querySelector('form[action=\"/accounts/logout/\"]').requestSubmit()")
        assert names_in(page) == []

        for _ in range(len(visited) + 1):
            page.go_back()
            page.wait_for_timeout(500)  # a page that is kept would be shown at once
            page.wait_for_load_state()
            assert names_in(page) == []
        stored: dict[str, Any] = page.evaluate(STORED)

        for _ in range(2):
            page.go_forward()
            page.wait_for_timeout(500)
            page.wait_for_load_state()
            assert names_in(page) == []

    said = str(list(stored.values())).lower()  # what is kept; the names of the places are ours
    assert [name for name in Patient.objects.values_list("family_name", flat=True) if name.lower() in said] == []
    assert str(patient.pk) not in said
    assert (stored["caches"], stored["databases"], stored["workers"], stored["cookies"]) == ([], [], 0, "")
    # htmx notes where it is: the first page, after signing out.
    assert stored["session"] in ({}, {"htmx-current-path-for-history": "/"})


def test_a_page_of_a_patient_is_fetched_anew_each_time(browsers: Browsers) -> None:
    """Nothing of it is in the browser's own store: without the server it cannot be shown."""
    patient = Patient.objects.latest("registered_at")
    with browsers.window() as page:
        sign_in(page)
        page.goto(f"/patients/{patient.pk}/")
        page.goto("/guidelines/")
        page.context.set_offline(True)
        kept = page.evaluate(
            f"() => fetch('/patients/{patient.pk}/', {{cache: 'only-if-cached', mode: 'same-origin'}}).then(r => r.status, () => 0)"
        )

    assert kept in (0, 504)
