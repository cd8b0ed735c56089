"""Every answer carries the headers that protect what is on the page: each address of the site, and every kind of error."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from tests import factories_patients as make
from tests.architecture.test_addresses import addresses

POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SIGNED_IN = sorted(set(addresses()))


@pytest.fixture(autouse=True)
def https(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True


def lacks(response: HttpResponse) -> list[str]:
    """What is missing, or other than it should be."""
    policy = {
        part.split()[0]: part.split()[1:] for part in response.get("Content-Security-Policy", "").split(";") if part
    }
    found = [name for name, value in HEADERS.items() if response.get(name) != value]
    if policy != POLICY:
        found.append(f"Content-Security-Policy: {policy}")
    if not {"no-store", "no-cache"} & set(response.get("Cache-Control", "").replace(",", " ").split()):
        found.append(f"Cache-Control: {response.get('Cache-Control')}")
    if not response.get("X-Request-ID"):
        found.append("X-Request-ID")
    return found


@pytest.mark.django_db
def test_every_address_of_the_site_has_them_for_each_method() -> None:
    client = Client(raise_request_exception=False)
    user: User = make.physician(make.clinic())
    statuses: dict[str, int] = {}
    missing: dict[str, list[str]] = {}

    for address in SIGNED_IN:
        for method in ("get", "post", "delete"):
            client.force_login(user)  # one of the addresses signs out
            response = getattr(client, method)(f"/{address}", secure=True)
            statuses[f"{method} {address}"] = response.status_code
            if found := lacks(response):
                missing[f"{method} {address}"] = found

    assert missing == {}
    assert {name: status for name, status in statuses.items() if status >= 500} == {}
    assert {200, 302, 404, 405} <= set(statuses.values())
    assert len(SIGNED_IN) > 100


@pytest.mark.django_db
@pytest.mark.usefixtures("broken_site")
@pytest.mark.parametrize(
    ("status", "request_of"),
    [
        pytest.param(400, lambda client: client.get("/", secure=True, headers={"host": "x.example.org"}), id="host"),
        pytest.param(400, lambda client: client.get("/", headers={"host": "x.example.org"}), id="host, before https"),
        pytest.param(400, lambda client: client.get("/?q=%00", secure=True), id="NUL"),
        pytest.param(400, lambda client: client.post("/accounts/login/", "x", "multipart/form-data; boundary=", secure=True), id="form"),
        pytest.param(403, lambda client: client.post("/patients/", secure=True), id="no token"),
        pytest.param(404, lambda client: client.get("/nowhere/", secure=True), id="no such page"),
        pytest.param(405, lambda client: client.put("/worklist/close/", headers={"X-CSRFToken": ""}, secure=True), id="method"),
        pytest.param(500, lambda client: client.get("/broken/00000000-0000-0000-0000-000000000001/", secure=True), id="error"),
        pytest.param(200, lambda client: client.get("/healthz", secure=True), id="probe"),
    ],
)  # fmt: skip
def test_an_error_has_them_too(status: int, request_of: Any) -> None:
    client = Client(raise_request_exception=False, enforce_csrf_checks=status == 403)
    client.force_login(make.physician(make.clinic()))

    response = request_of(client)

    assert response.status_code == status
    is_plain = response.wsgi_request.scheme == "http"
    assert lacks(response) == (["Strict-Transport-Security"] if is_plain else [])


def test_over_plain_http_one_is_sent_to_https_with_them(client: Client) -> None:
    response = client.get("/accounts/login/")

    assert (response.status_code, response["Location"]) == (301, "https://testserver/accounts/login/")
    assert lacks(response) == ["Strict-Transport-Security"]  # which browsers ignore over http
