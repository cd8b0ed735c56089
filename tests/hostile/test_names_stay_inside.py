"""A patient with a name nobody else has, and everything typed: in no address, header, file name, cache, session, job or page
of an error. What the logs say is looked at in tests/patients/test_canary.py."""

import pickle
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse

from config.access import Held, registry
from tests.access.installation import CANARY, HERE, OF_A_CLINIC
from tests.access.trials import ADDRESSES, content_of
from tests.hostile.every_state import Site
from tests.hostile.filled import WRITTEN_IN
from tests.hostile.forms import Form, forms_among, pages_of
from tests.hostile.sending import ask
from tests.hostile.typed import TYPED, typed

pytestmark = pytest.mark.django_db
SECRET = CANARY[HERE].lower()
LEADS = ("href", "action", "formaction", "src", "hx-get", "hx-post", "hx-push-url", "data-url", "content")
PRINTED = [
    name for name, _ in ADDRESSES if name.endswith(("_pdf", "_csv")) or name in ("plan_calendar", "calendar_feed")
]
# What is no patient's is searched by an address, which can be passed on: guidelines, and who works here.
SEARCHED = {
    "search", "guideline_ask", "guideline_version", "version_preview", "condition_check", "entry_list", "installation_people",
}  # fmt: skip
KEYS = {"entry_add"}  # of a guideline's entries are part of addresses
IN_SHORT = 4  # of so many pages one


def told(text: object) -> bool:
    return SECRET in unquote(str(text)).lower()


def headers_told(response: HttpResponse) -> Iterator[str]:
    for name, value in response.headers.items():
        if told(value):
            yield f"{name}: {value}"
    for cookie in response.cookies.values():
        if told(cookie.OutputString()):
            yield f"a cookie: {cookie.OutputString()}"


def addresses_told(response: HttpResponse) -> Iterator[str]:
    """Where a page leads: a press of a link writes it into logs, histories and other sites' records of where one came from."""
    body = content_of(response)
    if "html" in response["Content-Type"] and body.strip():
        for element in lxml.html.fromstring(body).iter():
            yield from (f"{name}={element.get(name)}" for name in LEADS if told(element.get(name, "")))


def kept_told() -> Iterator[str]:
    """What outlives the request, beside the patient's own rows."""
    for key, value in cache._cache.items():  # type: ignore[attr-defined]  # in memory here, as it would be in the table
        if told(key) or told(pickle.loads(value)):
            yield f"the cache under {key}"
    for session in Session.objects.all():
        if told(session.get_decoded()):
            yield f"a session: {session.get_decoded()}"
    with connection.cursor() as cursor:
        for table in ("procrastinate_jobs", "procrastinate_events", "pghistory_context", "patients_accessevent"):
            cursor.execute(f'SELECT to_jsonb(found)::text FROM "{table}" AS found')
            yield from (f"{table}: {row[:200]}" for (row,) in cursor.fetchall() if told(row))


def papers_of(site: Site) -> Iterator[tuple[str, HttpResponse]]:
    own = site.here.objects
    for name in PRINTED:
        rule = registry().rules[name]["GET"]
        if rule.object in OF_A_CLINIC or rule.object == "feed":
            parts = {part: value for part, value in own[rule.object]["own"].items() if part in rule.found_by}
            who = "a physician" if Held.PHYSICIAN in rule.roles or not rule.roles else "a clinic's administrator"
            yield name, site.client_of(who).get(reverse(name, kwargs=parts))


Pages = list[tuple[str, str, HttpResponse]]


@pytest.fixture(scope="module")
def pages(site: Site) -> Pages:
    return list(pages_of(site, every=IN_SHORT))


def forms_on_them(site: Site, pages: Pages) -> list[Form]:
    return forms_among(site, ((who, path, page["Content-Type"], content_of(page)) for who, path, page in pages))


def faults_of_pages(pages: Pages) -> list[str]:
    found = []
    for who, path, response in pages:
        route = resolve(urlsplit(path).path).view_name
        told_here = [*headers_told(response), *(addresses_told(response) if route not in SEARCHED else ())]
        found += [f"{path} for {who}: {fault}" for fault in told_here]
        if told(path):
            found.append(f"the address {path}")
    return found


def test_no_page_leads_to_an_address_or_sends_a_header_that_names_a_patient(site: Site, pages: Pages) -> None:
    papers = list(papers_of(site))

    assert faults_of_pages(pages) == []
    assert [f"{name}: {fault}" for name, paper in papers for fault in headers_told(paper)] == []
    assert sum("Content-Disposition" in paper.headers for _, paper in papers) > 5
    assert {paper.status_code for _, paper in papers} == {200}
    assert list(kept_told()) == []


@pytest.mark.soak
def test_no_page_at_all_leads_to_an_address_that_names_a_patient(site: Site) -> None:
    pages = list(pages_of(site))

    assert faults_of_pages(pages) + faults_of_forms(site, forms_on_them(site, pages)) + list(kept_told()) == []
    assert searched(forms_on_them(site, pages)) <= SEARCHED


def filled(form: Form) -> list[tuple[str, Any]]:
    """The name of the patient, or number, in every text."""
    texts = {control.name for control in form.controls if control.kind in WRITTEN_IN}
    return [*(pair for pair in typed(form) if pair[0] not in texts), *((name, CANARY[HERE]) for name in texts)]


def faults_of_form(site: Site, form: Form, pairs: list[tuple[str, Any]]) -> list[str]:
    cache.clear()
    with transaction.atomic():
        response = ask(site, form, pairs)
        found = [*headers_told(response)]
        client = site.client_of(form.who)
        if response.status_code == 302 and response["Location"].startswith("/"):
            shown = client.get(response["Location"])  # what is said once is said now, and gone
            found += headers_told(shown)
        found += kept_told()
        transaction.set_rollback(True)
    return [f"{form}: {fault}" for fault in found]


def faults_of_forms(site: Site, forms: list[Form]) -> list[str]:
    """With the name in every text; and as they are accepted, so that something is done."""
    sent = [form for form in forms if form.method == "POST" and form.route not in ("account_logout", *KEYS)]
    assert len({form.route for form in sent}) > 40
    faults = [fault for form in sent for fault in faults_of_form(site, form, filled(form))]
    accepted = [form for form in sent if form.route in TYPED]
    return faults + [fault for form in accepted for fault in faults_of_form(site, form, list(typed(form)))]


def searched(forms: list[Form]) -> set[str]:
    texts = (form for form in forms if any(control.kind in WRITTEN_IN for control in form.controls))
    return {form.route for form in texts if form.method == "GET"}


def test_what_is_typed_or_done_stays_out_of_addresses_headers_caches_sessions_and_jobs(
    site: Site, pages: Pages
) -> None:
    forms = forms_on_them(site, pages)

    assert faults_of_forms(site, forms) == []
    assert searched(forms) <= SEARCHED


@pytest.mark.usefixtures("broken_site")
def test_a_page_of_an_error_says_nothing_of_what_was_asked_for_or_typed(site: Site) -> None:
    by, strict = site.client_of("a physician"), Client(enforce_csrf_checks=True)
    strict.cookies = by.cookies
    sent = {"text": CANARY[HERE], "q": CANARY[HERE]}
    missing, patient = f"/{CANARY[HERE]}/", reverse("patient_detail", args=[site.here.patients[HERE].pk])
    answers = {
        400: by.get(patient, headers={"host": f"{CANARY[HERE]}.example.org"}), 403: strict.post(f"{patient}note/", sent),
        404: by.get(missing, sent), 405: by.put(patient, sent), 500: by.post(f"/broken{patient[9:]}", sent),
    }  # fmt: skip

    assert {status: answer.status_code for status, answer in answers.items()} == {status: status for status in answers}
    for answer in answers.values():
        assert not told(content_of(answer))
        assert list(headers_told(answer)) == []
