"""Every address carries the headers that protect a page, with real objects behind it and in each way it can fail."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as configured
from django.http import HttpResponse
from django.test import Client

from config.access import ACCESS, registry
from config.admission import AdmissionMiddleware
from tests.access.installation import CANARY
from tests.access.trials import ADDRESSES, Trial, content_of, objects_of, path_of
from tests.config.test_headers import lacks
from tests.hostile.every_state import Site

pytestmark = pytest.mark.django_db
TOO_LONG = "x" * (1_000_001)
Call = Callable[[Client, str], HttpResponse]
# What answers before the view, and what only some addresses have: each way must be met somewhere.
FAILURES: dict[int, Call] = {
    400: lambda client, path: client.get(f"{path}{'&' if '?' in path else '?'}x=%00", secure=True),
    403: lambda client, path: client.post(path, secure=True),
    405: lambda client, path: client.delete(path, secure=True, headers={"X-CSRFToken": "x" * 32}),
    413: lambda client, path: client.post(path, {"file": TOO_LONG * 25}, secure=True),
}


@pytest.fixture(autouse=True)
def https(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True


def every_path(site: Site, who: str) -> list[tuple[str, str]]:
    """The name of each address, and a path to the first object that there is of it."""
    return [
        (route, path_of(site.here, Trial(number, "GET", who, objects_of(route)[0], False)))
        for number, (route, _) in enumerate(ADDRESSES)
    ]


def is_about_a_patient(route: str, body: bytes) -> bool:
    return any(ACCESS in rule.events for rule in registry().rules[route].values()) or any(
        name.lower().encode() in body.lower() for name in CANARY.values()
    )


@pytest.mark.parametrize(
    ("who", "method"),
    [
        ("a physician", "get"), ("an editor", "post"), ("a stranger", "get"),
        pytest.param("a physician", "post", marks=pytest.mark.soak), pytest.param("an editor", "get", marks=pytest.mark.soak),
        pytest.param("a stranger", "post", marks=pytest.mark.soak), pytest.param("petra", "get", marks=pytest.mark.soak),
    ],
)  # fmt: skip
def test_an_answer_has_them_and_a_patient_is_never_stored(site: Site, who: str, method: str) -> None:
    faults: list[str] = []
    for route, path in every_path(site, who):
        response = getattr(site.client_of(who), method)(path, secure=True)
        body = content_of(response)
        faults += [f"{route} {response.status_code}: {found}" for found in lacks(response)]
        if is_about_a_patient(route, body) and "no-store" not in response["Cache-Control"]:
            faults.append(f"{route} {response.status_code}: {response['Cache-Control']}, with a patient")
        if response.status_code >= 500:
            faults.append(f"{route}: {response.status_code}")

    assert faults == []


@pytest.mark.parametrize("status", FAILURES)
def test_each_way_to_be_refused_has_them(site: Site, status: int) -> None:
    faults: list[str] = []
    seen = 0
    for route, path in every_path(site, "a physician"):
        client = Client(raise_request_exception=False, enforce_csrf_checks=status == 403)
        client.cookies = site.client_of("a physician").cookies
        response = FAILURES[status](client, path)
        seen += response.status_code == status
        faults += [f"{route} {response.status_code}: {found}" for found in lacks(response)]

    assert faults == []
    assert seen > len(ADDRESSES) / 2


def test_an_error_of_ours_has_them_at_every_address(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*told: Any, **more: Any) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(AdmissionMiddleware, "process_view", fail)
    client = site.client_of("a physician")
    answers = {route: client.get(path, secure=True) for route, path in every_path(site, "a physician")}

    assert {answer.status_code for answer in answers.values()} == {500}
    assert {route: found for route, answer in answers.items() if (found := lacks(answer))} == {}
    assert not any(b"planted" in answer.content for answer in answers.values())


def test_no_source_of_scripts_or_styles_is_unsafe() -> None:
    directives = configured.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    assert not [
        word for words in directives.values() for word in words if "unsafe" in word or "*" in word or ":" in word
    ]
