"""Every address of the site refuses a stranger, unless it is named here with a reason."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

SIGN_IN = "/accounts/login/"
PUBLIC = {
    "": "greets; shows work only to whoever is signed in",
    "guidelines/": "lists what was published for everybody",
    "editorial-policy/": "how guidelines come about, for whoever reads one",
    "search/": "searches what the reader may see",
    "calendar/00000000-0000-0000-0000-000000000001.ics": "calendars do not sign in: by a secret address that can be revoked",
    "invitations/00000000-0000-0000-0000-000000000001/": "whoever is invited has no account yet: by a secret link that ends",
    "accounts/login/": "signing in",
    "accounts/logout/": "signing out twice",
    "accounts/signup/": "says that nobody can register themselves",
    "accounts/inactive/": "says that an account is closed",
    "accounts/password/reset/": "whoever forgot the password cannot sign in",
    "accounts/password/reset/done/": "the same",
    "accounts/password/reset/key/done/": "the same",
    "accounts/password/reset/key/": "the same, by a secret link",
    "accounts/confirm-email/": "by a secret link",
    "accounts/2fa/authenticate/": "the second step of signing in",
    "accounts/login/code/confirm/": "the second step of signing in",
}
# Open to strangers where a clinic has published them, and then only to look at.
PUBLISHED = re.compile(r"guidelines/x/(versions/1/|changes/1/1/)?(patient/)?(guideline.pdf)?")
SAMPLES = {
    "uuid": str(UUID(int=1)), "int": "1", "slug": "x", "str": "x", "path": "x",
}  # fmt: skip


def addresses() -> Iterator[str]:
    def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
        for entry in patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, before + filled(entry))
            else:
                yield before + filled(entry)

    yield from dict.fromkeys(walk(get_resolver().url_patterns, ""))


def filled(entry: URLPattern | URLResolver) -> str:
    pattern = entry.pattern
    route = str(getattr(pattern, "_route", ""))
    if not route and str(pattern):
        return ""  # a regular expression: only secret links have them, see PUBLIC
    for key, converter in pattern.converters.items():
        kind = {"UUIDConverter": "uuid", "IntConverter": "int", "SlugConverter": "slug"}.get(
            type(converter).__name__, "str"
        )
        for written in (f"<{kind}:{key}>", f"<{key}>"):
            route = route.replace(written, SAMPLES[kind])
    return route


ADDRESSES = [
    address
    for address in addresses()
    if not any(address == public or (address.startswith(public) and "key/" in public) for public in PUBLIC)
]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_stranger_is_asked_to_sign_in(client: Client, address: str, method: str) -> None:
    response = getattr(client, method)(f"/{address}")

    assert response.status_code in (302, 404, 405), response.status_code
    if response.status_code == 302:
        assert response["Location"].startswith(SIGN_IN), response["Location"]
    else:
        assert address.startswith("accounts/") or (PUBLISHED.fullmatch(address) and method == "post"), address


@pytest.mark.django_db
@pytest.mark.parametrize("address", [address for address in ADDRESSES if not address.startswith("accounts/")])
def test_a_stranger_who_sends_htmx_headers_is_asked_to_sign_in_too(client: Client, address: str) -> None:
    response = client.get(f"/{address}", headers={"HX-Request": "true"})

    assert SIGN_IN in (response.get("Location") or response.get("HX-Redirect") or "")


def test_there_are_addresses_to_try() -> None:
    assert len([address for address in ADDRESSES if not address.startswith("accounts/")]) > 10
    assert all("<" not in address for address in ADDRESSES)


def test_no_address_can_carry_what_a_patient_is_called() -> None:
    ours = [
        entry
        for entry in get_resolver().url_patterns
        if isinstance(entry, URLResolver) and "accounts" not in str(entry.pattern)
    ]
    for resolver in ours:
        for entry in resolver.url_patterns:
            kinds = {type(converter).__name__ for converter in entry.pattern.converters.values()}
            assert kinds <= {"UUIDConverter", "IntConverter", "SlugConverter"}, entry
