"""A version on paper and what changed between two: as public as its page."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guidelines import actions
from guidelines.models import Version
from tests.factories_guidelines import (
    administrator,
    editor,
    opened,
    person,
    published,
    retitled,
)
from tests.guidelines.reading_pages import SIGN_IN, page_of

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


def changes_of(old: Version, new: Version, **more: object) -> str:
    names = {"slug": old.guideline.slug, "number": old.number, "newer": new.number}
    return reverse("guideline_changes", kwargs={**names, **more})


@pytest.fixture
def version() -> Version:
    return published()


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(person("rhea"))
    return client


# --- on paper --------------------------------------------------------------------------------------------------------


def paper_of(version: Version, audience: str = "clinician") -> str:
    return reverse(
        "guideline_pdf", kwargs={"slug": version.guideline.slug, "number": version.number, "audience": audience}
    )


def test_the_paper_of_a_version_is_as_public_as_its_page(client: Client, version: Version) -> None:
    assert client.get(paper_of(version))["Location"] == f"{SIGN_IN}?next={paper_of(version)}"
    opened(version)

    answer = client.get(paper_of(version, "patient"))

    assert answer["Content-Type"] == "application/pdf"
    assert "itching-elbow-version-1-patient.pdf" in answer["Content-Disposition"]
    assert answer.content.startswith(b"%PDF")


def test_what_was_printed_is_kept_until_the_standing_changes(client: Client, version: Version) -> None:
    opened(version)
    first = client.get(paper_of(version)).content

    assert client.get(paper_of(version)).content == first, "laid out anew it would have another identifier"
    actions.withdraw(version=version, by=administrator("anna"), why="A wrong dose.")
    assert client.get(paper_of(version)).content != first


def test_the_paper_of_a_version_that_is_not_there_is_not_found(reader: Client, version: Version) -> None:
    assert reader.get(paper_of(version).replace("/1/", "/99/")).status_code == 404


# --- what changed ----------------------------------------------------------------------------------------------------


def test_the_changes_between_two_versions_need_both_to_be_readable(client: Client, version: Version) -> None:
    opened(version)
    other = published(retitled("An itching elbow"), effective_on=timezone.localdate() + timedelta(days=1))

    assert client.get(changes_of(version, other))["Location"].startswith(SIGN_IN)
    opened(other)

    page = client.get(changes_of(version, other)).content.decode()
    assert "What changed from version 1 to version 2" in page
    assert "An itching elbow" in page


def test_from_the_changes_a_patient_reads_on_in_plain_words(reader: Client, version: Version) -> None:
    other = published(retitled(), effective_on=timezone.localdate() + timedelta(days=1))

    page = reader.get(changes_of(version, other, audience="patient")).content.decode()

    for found in (version, other):
        assert f'href="{page_of(found, audience="patient")}"' in page
        assert f'href="{page_of(found)}"' not in page


def test_changes_to_a_version_that_is_not_there_are_not_found(reader: Client, version: Version) -> None:
    assert reader.get(reverse("guideline_changes", args=[version.guideline.slug, 1, 9])).status_code == 404
    assert reader.get(reverse("guideline_changes", args=[version.guideline.slug, 1, 1])).status_code == 404


def test_anyone_may_read_the_editorial_policy(client: Client) -> None:
    assert "Two reviewers approve" in client.get(reverse("editorial_policy")).content.decode()


def test_people_who_are_signed_out_for_good_see_what_strangers_see(version: Version) -> None:
    gone: User = editor("gus")
    gone.is_active = False
    gone.save()

    assert not Version.objects.readable_by(gone).exists()
