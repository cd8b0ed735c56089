"""What holds for every request and response, whichever page it is."""

import logging
import sys
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, RequestFactory
from django_htmx.middleware import HtmxDetails

from config.htmx import render_page_or_partial
from config.logs import TextLines
from config.middleware import no_store

SIGN_IN = "/accounts/login/"


@pytest.mark.django_db
def test_a_response_carries_the_security_headers(client: Client) -> None:
    response = client.get(SIGN_IN)

    policy = {part.split()[0]: part.split()[1:] for part in response["Content-Security-Policy"].split(";")}
    assert policy.pop("default-src") == ["'none'"]
    assert policy.pop("base-uri") == policy.pop("frame-ancestors") == ["'none'"]
    assert set(map(tuple, policy.values())) == {("'self'",)}
    assert set(policy) == {"script-src", "style-src", "img-src", "font-src", "connect-src", "form-action"}
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_cookies_are_out_of_reach_of_scripts(client: Client) -> None:
    User.objects.create_user("ada", password="correct horse battery")

    client.get(SIGN_IN)
    client.post(SIGN_IN, {"login": "ada", "password": "correct horse battery"})

    assert {"sessionid", "csrftoken"} <= set(client.cookies)
    for name in ("sessionid", "csrftoken"):
        assert client.cookies[name]["httponly"] is True
        assert client.cookies[name]["samesite"] == "Lax"


@pytest.mark.django_db
@pytest.mark.parametrize("login", ["ada", "ada@example.org"])
def test_people_sign_in_by_name_or_mail(client: Client, login: str) -> None:
    User.objects.create_user("ada", email="ada@example.org", password="correct horse battery")

    client.post(SIGN_IN, {"login": login, "password": "correct horse battery"})

    assert "_auth_user_id" in client.session


@pytest.mark.django_db
def test_nobody_can_register_themselves(client: Client) -> None:
    client.post(
        "/accounts/signup/",
        {"username": "eve", "email": "e@example.org", "password1": "correct horse", "password2": "correct horse"},
    )

    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/accounts/password/change/", "/accounts/2fa/"])
def test_pages_ask_to_sign_in_first(client: Client, address: str) -> None:
    response = client.get(address)

    assert response.status_code == 302
    assert response["Location"].startswith(SIGN_IN)


@pytest.mark.django_db
def test_a_nul_character_is_refused_with_a_sentence_that_names_the_field(client: Client) -> None:
    posted = client.post(SIGN_IN, {"login": "a\x00b", "password": "x"})
    queried = client.get(SIGN_IN, {"next": "a\x00b"})
    addressed = client.get("/accounts/login%00/")

    assert [r.status_code for r in (posted, queried, addressed)] == [400, 400, 400]
    assert posted.text == 'The field "login" contains a NUL character. Remove it and send the form again.'
    assert 'The field "next"' in queried.text


@pytest.mark.django_db
@pytest.mark.parametrize("sign", ["\u202e", "\u202d", "\u2067"])
def test_a_sign_that_turns_the_direction_of_writing_is_refused_with_a_sentence_that_names_the_field(
    client: Client, sign: str
) -> None:
    posted = client.post(SIGN_IN, {"login": f"dose {sign}5.7 mg", "password": "x"})
    queried = client.get(SIGN_IN, {"next": sign})

    assert [r.status_code for r in (posted, queried)] == [400, 400]
    assert posted.text.startswith('The field "login" contains a sign that turns the direction of writing')
    assert f"U+{ord(sign):04X}" in posted.text and "Type that part again" in queried.text


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded; charset=utf-16", "multipart/form-data; boundary="]
)
def test_a_form_that_cannot_be_read_is_refused_in_plain_text(
    client: Client, caplog: pytest.LogCaptureFixture, settings: Any, content_type: str, debug: bool
) -> None:
    settings.DEBUG = debug

    response = client.post(SIGN_IN, data="login=x", content_type=content_type)

    assert (response.status_code, response["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert [record.levelname for record in caplog.records if record.exc_info or record.levelname == "ERROR"] == []


@pytest.mark.django_db
def test_too_much_text_and_too_many_fields_are_refused(client: Client) -> None:
    much = client.post(
        SIGN_IN, {"login": "a" * 1_100_000, "password": "x"}, content_type="application/x-www-form-urlencoded"
    )
    many = client.post(
        SIGN_IN, "&".join(f"f{i}=1" for i in range(2_100)), content_type="application/x-www-form-urlencoded"
    )

    assert much.status_code in (400, 413)
    assert many.status_code == 400


def test_a_view_may_allow_copies_and_nothing_else_does(rf: RequestFactory) -> None:
    def public(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Cache-Control": "no-cache"})

    def private(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert no_store(public)(rf.get("/"))["Cache-Control"] == "no-cache"
    assert no_store(private)(rf.get("/"))["Cache-Control"] == "no-store"


@pytest.fixture
def page_and_partial(settings) -> None:
    loader = (
        "django.template.loaders.locmem.Loader",
        {"page.html": "page {{ word }}", "_part.html": "part {{ word }}"},
    )
    backend = {**settings.TEMPLATES[0], "APP_DIRS": False, "DIRS": []}
    settings.TEMPLATES = [{**backend, "OPTIONS": {"loaders": [loader]}}]
    assert engines.all()


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({}, "page x"),
        ({"HX-Request": "true"}, "part x"),
        ({"HX-Request": "true", "HX-Boosted": "true"}, "page x"),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, "page x"),
    ],
)
def test_htmx_gets_the_partial_and_everyone_else_the_page(
    rf: RequestFactory, page_and_partial: None, headers: dict[str, str], text: str
) -> None:
    request = rf.get("/", headers=headers)
    request.htmx = HtmxDetails(request)

    response = render_page_or_partial(request, "page.html", "_part.html", {"word": "x"}, status=422)

    assert (response.status_code, response.text, response["Vary"]) == (422, text, "HX-Request")


@pytest.mark.django_db
def test_htmx_is_sent_to_the_sign_in_page_as_a_whole_and_back_to_the_page_that_was_open(client: Client) -> None:
    open_page = "http://testserver/patients/"
    headers = {"HX-Request": "true", "HX-Current-URL": open_page}

    response = client.post("/patients/", {"q": "Ada"}, headers=headers)

    assert (response.status_code, response["HX-Redirect"]) == (200, f"{SIGN_IN}?next=/patients/")
    assert "Location" not in response
    assert "You were signed out meanwhile" in client.get(response["HX-Redirect"]).text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers", [{}, {"HX-Request": "true", "HX-Boosted": "true"}], ids=["without htmx", "a boosted link"]
)
def test_everyone_else_follows_a_redirect(client: Client, headers: dict[str, str]) -> None:
    response = client.get("/patients/", headers=headers)

    assert (response.status_code, response["Location"]) == (302, f"{SIGN_IN}?next=/patients/")


def test_a_log_line_has_the_place_of_an_error_but_not_its_words() -> None:
    try:
        try:
            raise ValueError("born 1950-01-01")
        except ValueError as error:
            raise RuntimeError("Ada Lovelace") from error
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "Internal error", None, sys.exc_info())

    line = TextLines().format(record)

    assert "builtins.ValueError" in line
    assert "builtins.RuntimeError" in line
    assert "test_requests.py" in line
    assert "born 1950" not in line.replace('raise ValueError("born 1950-01-01")', "")
    assert "Lovelace" not in line.replace('raise RuntimeError("Ada Lovelace")', "")
