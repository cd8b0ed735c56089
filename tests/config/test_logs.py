"""One line for each request and each error, which says enough to find the cause and nothing about a patient."""

import logging
import sys
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.views.debug import get_exception_reporter_class

from config.logs import TextLines
from config.server_lines import without_what_was_asked
from tests.config.log_lines import lines, logged

SOMEBODY = UUID(int=7)


def quietly() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.django_db
def test_a_request_is_one_line_of_json(client: Client) -> None:
    user = User.objects.create_user("ada")
    client.force_login(user)

    with logged() as told:
        response = client.get(f"/patients/{SOMEBODY}/", {"q": "Lovelace"})

    [line] = lines(told)
    at, milliseconds = datetime.fromisoformat(line.pop("time")), line.pop("milliseconds")
    assert at.utcoffset() == timedelta(0)
    assert 0 < milliseconds < 60_000
    assert line == {
        "level": "INFO",
        "logger": "config.request_ids",
        "message": "Request",
        "request_id": response["X-Request-ID"],
        "method": "GET",
        "route": "patient_detail",
        "user": user.pk,
        "status": 403,
    }


@pytest.mark.django_db
@pytest.mark.usefixtures("broken_site")
def test_an_error_is_a_line_with_its_place_and_the_number_that_the_page_shows() -> None:
    client = quietly()
    client.force_login(User.objects.create_user("ada"))

    with logged() as told:
        response = client.post(f"/broken/{SOMEBODY}/", {"text": "Lovelace"})

    error, request = lines(told)
    assert (error["level"], error["logger"], error["route"]) == ("ERROR", "django.request", "broken")
    assert "broken_urls.py" in error["error"]
    assert error["error"].endswith("builtins.RuntimeError")
    assert request["status"] == response.status_code == 500
    assert error["request_id"] == request["request_id"] == response["X-Request-ID"]
    assert f"<code>{response['X-Request-ID']}</code>" in response.text
    assert "Lovelace" not in told.getvalue()
    assert str(SOMEBODY) not in told.getvalue()


@pytest.mark.parametrize(
    ("proxies", "given", "is_taken"),
    [
        (1, "5f3c9a-0b.1:2_3", True),
        (0, "5f3c9a-0b.1:2_3", False),
        (1, "short", False),
        (1, "x" * 65, False),
        (1, "Ada Lovelace", False),
        (1, "abcdefgh\n", False),
        (1, 'abcdefgh"<b>', False),
        (1, "", False),
    ],
)
def test_a_number_is_taken_over_from_a_proxy_of_ours_when_it_is_well_formed(
    client: Client, settings: Any, proxies: int, given: str, is_taken: bool
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies

    number = client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"]

    assert (number == given) == is_taken
    assert is_taken or (len(number) == 32 and int(number, 16))


def test_two_requests_have_two_numbers_and_what_comes_after_has_none(client: Client) -> None:
    first, second = client.get("/healthz"), client.get("/healthz")

    with logged() as told:
        logging.getLogger("django").warning("later")

    assert first["X-Request-ID"] != second["X-Request-ID"]
    assert lines(told)[0]["request_id"] == ""


def test_what_a_stranger_sends_as_a_host_is_not_quoted(client: Client) -> None:
    with logged() as told:
        client.get("/accounts/login/", headers={"host": "lovelace.example.org"})

    assert [line["logger"] for line in lines(told)] == ["django.security.DisallowedHost", "config.request_ids"]
    assert "lovelace" not in told.getvalue()


def test_a_line_of_the_web_server_does_not_quote_what_was_asked_for() -> None:
    for words in ("Error handling request %s", "Invalid request from ip=10.1.2.3: GET /?q=%s"):
        record = logging.LogRecord("gunicorn.error", logging.ERROR, __file__, 1, words, ("Lovelace",), None)
        without_what_was_asked(record)

        assert TextLines().format(record).endswith("gunicorn.error A request could not be answered")


def failed() -> tuple[Any, Any, Any]:
    try:
        name = "Lovelace"
        raise ValueError(name)
    except ValueError:
        return sys.exc_info()


def test_what_another_formatter_left_on_a_line_is_not_repeated() -> None:
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "Internal error", None, failed())
    logging.Formatter().format(record)

    assert "Lovelace" in (record.exc_text or "")
    assert "Lovelace" not in TextLines().format(record)


def test_text_for_whoever_reads_along_has_the_same_and_leaves_out_what_is_empty() -> None:
    record = logging.LogRecord("x", logging.WARNING, __file__, 1, "Waiting for %s", ("a worker",), None)

    assert TextLines().format(record).endswith(" WARNING x Waiting for a worker")


@pytest.mark.parametrize("debug", [False, True])
def test_a_report_of_an_error_has_no_values_outside_development(rf: RequestFactory, settings: Any, debug: bool) -> None:
    settings.DEBUG = debug
    request: HttpRequest = rf.post("/x/", {"text": "Lovelace"})

    report = get_exception_reporter_class(request)(request, *failed(), is_email=True)

    for text in (report.get_traceback_text(), report.get_traceback_html()):
        assert ("Lovelace" in text) == debug
        assert "ValueError" in text


@pytest.mark.parametrize("name", ["weasyprint", "fontTools.subset"])
def test_what_is_printed_is_not_repeated_sign_by_sign(name: str) -> None:
    with logged() as told:
        logging.getLogger("django").handle(
            logging.LogRecord(name, logging.WARNING, "", 1, 'no letter for "%s" (U+%04X)', ("李", ord("李")), None)
        )

    assert [line["message"] for line in lines(told)] == ['no letter for "%s" (U+%04X)']
