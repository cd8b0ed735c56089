"""What people write is text wherever it is shown: on every page and paper, in tables and calendars, also sent back with an error."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import pytest
from django.apps import apps
from django.db import models
from django.http import HttpResponse
from playwright.sync_api import Browser

from tests.access.trials import BY_ALLAUTH, content_of
from tests.hostile.every_state import Site
from tests.hostile.filled import WRITTEN_IN, Filled
from tests.hostile.forms import forms_among, pages_of
from tests.hostile.harmless import CHECKS, faults_of, shown_in
from tests.hostile.in_browser import opened
from tests.hostile.payloads import WORD, payloads

pytestmark = pytest.mark.django_db
CORPUS = payloads()
ENOUGH = 150
SOAK_ROUNDS = 12
IN_SHORT = 3  # of so many pages and forms one
SHORTEST = 100  # of a text: what is shorter is a key, a unit or a state
# What programs read: conditions, units, codes; and a program's own words.
NOT_WORDS = {
    "when", "start_when", "show_when", "start_at_minimum_when", "action_resume_when", "compare_with", "formula", "unit", "code",
    "rxnorm", "atc", "loinc", "unless_reported", "failure", "anchor", "converted",
}  # fmt: skip
# A profession of a list, the name of a system, and texts of rules that the guideline of the tests does not have.
NOT_TYPED = {
    "guidelines.Approval.role", "patients.Clinic.patient_number_system", "patients.ResultAlert.resume", "patients.ResultAlert.who",
}  # fmt: skip


def test_the_corpus_is_large_and_each_payload_has_its_word() -> None:
    words = [found for payload in CORPUS if (found := WORD.search(payload.text))]

    assert len(CORPUS) > ENOUGH and len(words) == len(CORPUS) == len({word[0] for word in words})
    assert len({payload.text for payload in CORPUS}) == len(CORPUS)


@dataclass
class Walk:
    """What is wrong, the payloads seen in each kind of answer, and the pages, from which forms are taken."""

    faults: list[str] = field(default_factory=list)
    shown: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    pages: list[tuple[str, str, str, bytes]] = field(default_factory=list)

    def look(self, who: str, path: str, response: HttpResponse) -> None:
        kind, body = response["Content-Type"].partition(";")[0], content_of(response)
        self.faults += faults_of(f"{path} for {who}: {response.status_code}", kind, body)
        self.shown[kind] |= shown_in(kind, body)
        self.pages.append((who, path, kind, body))


def walked(site: Site, *, is_whole: bool = False, every: int = 1) -> Walk:
    walk = Walk()
    for found in pages_of(site, is_whole=is_whole, every=every):
        walk.look(*found)
    return walk


def sent(filled: Filled, walk: Walk, *, every: int = 1) -> Counter[int]:
    """Every form with a text, what comes back, and the pages that show it."""
    statuses: Counter[int] = Counter()
    forms = [
        form for form in forms_among(filled.site, walk.pages)
        if any(control.kind in WRITTEN_IN for control in form.controls)
    ]  # fmt: skip
    for form in forms[::every]:
        response = filled.send(form)
        walk.look(form.who, f"what {form} is answered", response)
        statuses[response.status_code] += 1
        if response.status_code == 302 and not form.route.startswith(BY_ALLAUTH):
            client = filled.site.client_of(form.who)
            for path in {response["Location"], form.page}:
                walk.look(form.who, path, client.get(path))
    return statuses


def run_by_a_browser(browser: Browser, walk: Walk, *, every: int = 1) -> list[str]:
    """What a browser does with the pages on which the corpus stands. Each address once: what differs by person does not here."""
    pages = {
        path: body
        for _, path, kind, body in walk.pages
        if kind == "text/html" and path.startswith("/") and shown_in(kind, body)
    }
    with opened(browser) as found:
        return [fault for path, body in list(pages.items())[::every] for fault in found.faults(path, body)]


@pytest.mark.browser
def test_nothing_that_is_written_is_more_than_text(site: Site, browser: Browser) -> None:
    """Where the corpus stands for certain, every third of the other pages, and of the forms found on both."""
    filled = Filled(site, CORPUS)
    filled.all()

    walk = walked(site, every=IN_SHORT)
    statuses = sent(filled, walk, every=IN_SHORT)

    assert walk.faults == []
    assert walk.shown["text/html"] == {payload.number for payload in CORPUS}
    assert all(walk.shown[kind] for kind in CHECKS)
    assert statuses[302] > 2 and statuses[422] > 1 and max(statuses) < 500
    assert run_by_a_browser(browser, walk, every=IN_SHORT) == []


@pytest.mark.soak
def test_nothing_that_is_written_is_more_than_text_on_any_page(site: Site, browser: Browser) -> None:
    filled = Filled(site, CORPUS)
    filled.all()

    walk = walked(site)
    statuses = sent(filled, walk)

    assert walk.faults == []
    assert walk.shown["text/html"] == {payload.number for payload in CORPUS}
    assert all(walk.shown[kind] for kind in CHECKS)
    assert statuses[302] > 8 and statuses[422] > 8 and max(statuses) < 500
    assert run_by_a_browser(browser, walk) == []
    assert untouched() == NOT_TYPED


def untouched() -> set[str]:
    """Columns of text in which no payload came to stand."""
    return {
        f"{model._meta.label}.{column.name}"
        for app in ("patients", "guidelines")
        for model in apps.get_app_config(app).get_models()
        if "Event" not in model.__name__
        for column in model._meta.get_fields()
        if isinstance(column, models.CharField | models.TextField) and not column.choices
        and (isinstance(column, models.TextField) or (column.max_length or 0) >= SHORTEST)
        and column.name not in NOT_WORDS
        and not model._default_manager.filter(**{f"{column.name}__iregex": "zq[0-9]{3}x"}).exists()
    }  # fmt: skip


@pytest.mark.soak
@pytest.mark.parametrize("turn", range(SOAK_ROUNDS))
def test_nothing_that_is_written_is_more_than_text_whoever_reads_it(site: Site, turn: int) -> None:
    """Each time another payload comes first."""
    filled = Filled(site, CORPUS, begin=1 + turn * len(CORPUS) // SOAK_ROUNDS)
    filled.all()

    walk = walked(site)
    sent(filled, walk)

    assert walk.faults + walked(site, is_whole=True).faults == []
