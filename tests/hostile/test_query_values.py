"""Every address is asked with every name that a query can have, and what it never expects as their values."""

import re
from itertools import cycle, islice
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from config.access import registry
from patients.views.worklist import FILTERS
from tests.access.trials import ADDRESSES, Trial, objects_of, path_of
from tests.hostile.every_state import Site
from tests.hostile.sending import encoded
from tests.hostile.values import MUCH, VALUES, Value

pytestmark = pytest.mark.django_db
ASKED = re.compile(r'GET(?:\.get\(|\[|\.getlist\()"(\w+)"|"(\w+)" in request\.GET')
IN_SHORT = 1  # value for each address
OTHERS = ("next", "back", "csrfmiddlewaretoken", "hx", "__class__")
LISTS = (
    "page",
    "show",
    "kind",
    "sort",
    "tab",
    "who",
    "drug",
    "test",
    "q",
    "exact",
    "guideline",
    "version",
    "case",
    "step",
    "paper",
)


def names() -> list[str]:
    """As the code asks for them."""
    found = {
        name
        for app in ("config", "guidelines", "patients")
        for file in (settings.BASE_DIR / app).rglob("*.py")
        for pair in ASKED.findall(file.read_text(encoding="utf-8"))
        for name in pair
        if name
    }
    return sorted({*found, *FILTERS, *OTHERS})


def test_the_names_are_found_in_the_code() -> None:
    assert set(LISTS) <= set(names())


def asked(site: Site, who: str, number: int, value: Value) -> str:
    """What should not have happened, in a sentence: every name has the value."""
    route, _ = ADDRESSES[number]
    path = urlsplit(path_of(site.here, Trial(number, "GET", who, objects_of(route)[0], False))).path
    query = encoded((name, one) for name in names() for one in value.sent)
    for headers in ({}, {"HX-Request": "true"}):
        response = site.client_of(who).get(path, QUERY_STRING=query, headers=headers)
        if response.status_code >= 500:
            return f"{route} with {value.name} for {who}: {response.status_code}"
        if "\n" in str(response.headers.get("Location", "")) or "Set-Cookie: a=b" in str(response.headers):
            return f"{route}: a header was sent"
        if leads_away(response.headers.get("Location", "") or response.headers.get("HX-Redirect", "")):
            return f"{route} with {value.name}: leads away"
    return ""


def leads_away(address: str) -> bool:
    return urlsplit(address).netloc not in ("", "testserver")


def readers(route: str) -> list[str]:
    rule = registry().rules[route].get("GET")
    if rule is None or route == "account_logout":
        return []
    return [who for who in ("a physician", "an editor") if not rule.roles or rule.roles & ROLES[who]]


ROLES = {"a physician": {"physician"}, "an editor": {"editor"}}


def test_an_address_is_asked_what_it_never_expects(site: Site) -> None:
    """In turn; the long form gives each value to every address."""
    values = cycle(VALUES)
    calls = [
        (who, number) for number, (route, _) in enumerate(ADDRESSES) if "pdf" not in route for who in readers(route)[:1]
    ]

    assert [
        fault
        for who, number in calls
        for value in islice(values, IN_SHORT)
        if (fault := asked(site, who, number, value))
    ] == []


@pytest.mark.soak
@pytest.mark.parametrize("value", [*VALUES, Value("many digits", (MUCH,))], ids=lambda value: value.name)
def test_every_address_is_asked_every_value(site: Site, value: Value) -> None:
    calls = [(who, number) for number, (route, _) in enumerate(ADDRESSES) for who in readers(route)]

    assert [fault for who, number in calls if (fault := asked(site, who, number, value))] == []
