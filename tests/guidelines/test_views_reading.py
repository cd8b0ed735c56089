"""The public pages of a guideline: open to everyone, word for word, and only of versions that were approved."""

import pytest
from django.test import Client
from django.urls import reverse

from guidelines.models import Version
from tests.factories_guidelines import published

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> Version:
    return published()


def test_anyone_may_read_a_version_with_its_sources_and_rules(client: Client, version: Version) -> None:
    page = client.get(reverse("guideline_version", args=[version.guideline.slug, version.number])).content.decode()

    for part in ("Start with calmine.", "A trial of elbows: results", "The label and the trial differ.", "CAL-B-PREG"):
        assert part in page
    assert version.short_hash in page
    assert "Needs a clinician" in page


def test_the_address_without_a_number_leads_to_the_version_in_use(client: Client, version: Version) -> None:
    answer = client.get(reverse("guideline_detail", args=[version.guideline.slug]))

    assert answer.url == reverse("guideline_version", args=[version.guideline.slug, version.number])
    assert version.title in client.get(reverse("guideline_list")).content.decode()


def test_a_draft_and_a_version_that_is_not_there_are_the_same_404(client: Client, version: Version) -> None:
    assert client.get(reverse("guideline_version", args=[version.guideline.slug, 99])).status_code == 404
    assert client.get(reverse("guideline_detail", args=["unheard-of"])).status_code == 404
