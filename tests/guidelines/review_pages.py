"""What tests of the pages of a review share."""

import re
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines import actions
from guidelines.editing import entry_of, fingerprint
from guidelines.models import Version
from guidelines.package import package_of
from tests.factories_guidelines import (
    published,
)

PASSWORD = "an elbow that itches"


def address(name: str, version: Version) -> str:
    return reverse(name, kwargs={"slug": version.guideline.slug, "number": version.number})


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response: Any) -> str:
    """The words of a page, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).replace("\u00a0", " ")


def higher_dose(by: User) -> Version:
    """A draft of version 1 with a higher dose and a word more."""
    begun = actions.start_draft(version=published(), by=by, reason="A new trial.", level="editorial")
    return changed(begun, by, "regimens", "calmine", max="0.3")


def changed(version: Version, by: User, part: str, key: str, **values: Any) -> Version:
    read = entry_of(package_of(version), part, key)
    assert read is not None
    entry = type(read).model_validate({**dict(read), **values})
    actions.save_entry(version=version, by=by, part=part, entry=entry, read=fingerprint(read), stale=())
    return Version.objects.select_related("guideline", "based_on").get(pk=version.pk)
