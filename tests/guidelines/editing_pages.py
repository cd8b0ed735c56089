"""The pages of a draft, as their tests open, fill in and read them."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from guidelines.engine.content import Package
from guidelines.models import Version
from guidelines.package import package_of
from tests.guidelines.sent_forms import sent_form


def address(version: Version, name: str, **names: Any) -> str:
    return reverse(name, kwargs={"slug": version.guideline.slug, "number": version.number, **names})


def opened(client: Client, version: Version, part: str, key: str) -> dict[str, list[str]]:
    page = client.get(address(version, "entry_edit", part=part, key=key))
    assert page.status_code == 200
    return sent_form(page.content.decode(), "entry-form")


def sent(client: Client, version: Version, part: str, key: str, form: dict[str, Any], **changed: Any) -> HttpResponse:
    return client.post(address(version, "entry_edit", part=part, key=key), {**form, "press": "save", **changed})


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def content(version: Version) -> Package:
    """As it is in the database now."""
    return package_of(Version.objects.select_related("guideline").get(pk=version.pk))


def errors_of(response: HttpResponse) -> str:
    return text_of(response).partition("data-error-summary>")[2].partition("</ul>")[0]


def press(
    client: Client, version: Version, part: str, key: str, form: dict[str, Any], button: str
) -> dict[str, list[str]]:
    response = client.post(address(version, "entry_edit", part=part, key=key), {**form, "press": button})
    assert response.status_code == 200
    return sent_form(text_of(response), "entry-form")
