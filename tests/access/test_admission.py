"""Who is let in before any view: nobody to what is not registered, and to the rest whom the registry names."""

import logging
from collections.abc import Iterator
from types import ModuleType

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse

from config.access import AccessRefused
from config.access_checks import every_address_is_registered
from config.htmx import SIGNED_OUT
from config.urls import urlpatterns
from patients import actions
from patients.context import MayOpen
from tests import factories_patients as make
from tests.factories_guidelines import editor

pytestmark = pytest.mark.django_db


def planted_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Everybody's doses")


@pytest.fixture(params=["named", "nameless"])
def planted(request: pytest.FixtureRequest, settings: object) -> Iterator[str]:
    """A new view that somebody forgot to register."""
    site = ModuleType("site_with_a_planted_view")
    name = "planted_view" if request.param == "named" else None
    site.urlpatterns = [path("planted/", planted_view, name=name), *urlpatterns]  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = site  # type: ignore[attr-defined]
    yield "/planted/"


@pytest.mark.parametrize("is_debug", [False, True])
def test_a_view_that_is_not_registered_is_refused_to_everybody_and_logged(
    client: Client, planted: str, by: User, settings: object, caplog: pytest.LogCaptureFixture, is_debug: bool
) -> None:
    settings.DEBUG = is_debug  # type: ignore[attr-defined]
    with caplog.at_level(logging.ERROR, logger="config.admission"):
        stranger = client.get(planted)
        client.force_login(by)
        known = [client.get(planted), client.post(planted)]

    assert [answer.status_code for answer in (stranger, *known)] == [404] * 3
    assert "doses" not in "".join(answer.content.decode() for answer in (stranger, *known))
    assert "planted_view has no entry in access.yaml" in caplog.text


def test_a_view_that_is_not_registered_fails_the_check(planted: str) -> None:
    [error] = every_address_is_registered()

    assert error.id == "access.E002"
    assert '"planted/"' in error.msg


def test_a_registry_that_cannot_be_read_fails_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable() -> None:
        raise AccessRefused("patient_edit: who is missing")

    monkeypatch.setattr("config.access_checks.registry", unreadable)

    assert [error.id for error in every_address_is_registered()] == ["access.E001"]


def test_who_lacks_the_role_reads_which_one_it_takes(client: Client) -> None:
    client.force_login(editor())

    answer = client.get(reverse("letter_run_list"))

    assert answer.status_code == 403
    assert "Only physicians and nurses of a clinic may see this." in answer.content.decode()
    assert reverse("access_rules") in answer.content.decode()


def test_a_method_that_is_not_registered_is_not_allowed(client: Client, by: User) -> None:
    client.force_login(by)

    answer = client.delete(reverse("patient_list"))

    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD, POST"


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(client: Client, by: User) -> None:
    client.force_login(by)
    before = client.get(reverse("letter_run_list")).status_code
    by.memberships.all().delete()

    assert (before, client.get(reverse("letter_run_list")).status_code) == (200, 403)


def test_the_menu_has_what_is_for_the_person_who_looks(client: Client, by: User) -> None:
    def links(user: User) -> set[str]:
        client.force_login(user)
        page = client.get(reverse("editorial_policy")).content.decode()
        names = ("patient_list", "worklist", "clinic_calendar", "letter_run_list", "editing_list", "question_list")
        return {name for name in names if f'href="{reverse(name)}"' in page}

    clinical = {"patient_list", "worklist", "clinic_calendar", "letter_run_list"}
    both = editor("both")
    actions.add_member(clinic=by.memberships.get().clinic, user=both, role="nurse")

    assert links(by) == clinical
    assert links(make.clinic_administrator(by.memberships.get().clinic)) == set()
    assert links(editor()) == {"editing_list", "question_list"}
    assert links(both) == {*clinical, "editing_list", "question_list"}


def test_a_template_that_asks_for_no_address_of_ours_is_an_error(rf: object) -> None:
    with pytest.raises(ImproperlyConfigured, match="patient_lists has no entry"):
        MayOpen(None)["patient_lists"]


def test_letting_in_and_the_menu_ask_together_once(client: Client, by: User) -> None:
    client.force_login(by)
    client.get(reverse("letter_run_list"))

    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("letter_run_list"))

    assert sum("guidelines_" not in query["sql"] and "auth_user_groups" in query["sql"] for query in asked) == 1


def test_the_page_of_rules_names_every_address(client: Client, by: User) -> None:
    client.force_login(by)

    page = client.get(reverse("access_rules")).content.decode()

    assert "Physicians and nurses of a clinic" in page
    assert "consultation_review" in page and "sign plan" in page
    assert "with a second factor" in page and "with the password once more" in page


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/calendar/?a=b", "/calendar/%3Fa%3Db"),
        ("http://elsewhere.example.org/calendar/", "/letters/start/"),
        ("", "/letters/start/"),
    ],
)
def test_a_form_that_is_sent_when_the_session_is_over_leads_back_to_its_page_and_says_that_it_did_not_arrive(
    client: Client, by: User, referer: str, back: str
) -> None:
    client.force_login(by)
    Session.objects.all().delete()

    answer = client.post(reverse("letter_run_start"), {"tasks": "1"}, headers={"Referer": referer})

    assert answer["Location"] == f"{reverse('account_login')}?next={back}"
    assert SIGNED_OUT in client.get(answer["Location"]).content.decode()


def test_a_stranger_who_sends_a_form_is_told_nothing_and_leaves_nothing(client: Client) -> None:
    client.post(reverse("letter_run_start"))

    assert not Session.objects.exists()
