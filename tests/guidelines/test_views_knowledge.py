"""The pages of shared drug knowledge: which state every guideline has, and the press that takes the newest."""

import pytest
from django.test import Client
from django.urls import reverse

from guidelines.models import Version
from guidelines.package import package_of
from tests.factories_guidelines import another, draft, editor, published, reviewer
from tests.guidelines.library_samples import DRUG, MESSAGE, RULE, library, recorded, rule_of

pytestmark = pytest.mark.django_db


def address(version: Version, name: str) -> str:
    return reverse(name, args=[version.guideline.slug, version.number])


@pytest.fixture
def current() -> Version:
    """In use, made with the first state; there is a second."""
    recorded(library())
    version = published()
    recorded(library(message=MESSAGE))
    return version


def test_an_editor_sees_what_is_behind_and_takes_it_with_one_press(client: Client, current: Version) -> None:
    by = editor("eve")
    version = draft(another(), by=by)
    client.force_login(by)

    page = client.get(address(version, "draft_edit")).content.decode()
    assert "made with 1" in page and "newest is 2" in page and "Take 2 into this draft" in page
    after = client.post(address(version, "knowledge_take"), {"drug": DRUG, "number": "2"}, follow=True)

    assert "1 change made; undo any of them under History." in after.content.decode()
    assert "made with 2, the newest" in after.content.decode()
    assert rule_of(package_of(version), RULE).message == MESSAGE
    assert current.content_hash == package_of(current).content_hash(), "what is approved is never touched"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"drug": DRUG, "number": "1"}, "There was nothing to take"),
        ({"drug": DRUG, "number": "x"}, "The form does not say which knowledge"),
        ({"drug": "unheard", "number": "2"}, "Nothing is shared about this drug"),
        ({}, "The form does not say which knowledge"),
    ],
    ids=["what it has", "no number", "no such drug", "nothing"],
)
def test_what_cannot_be_taken_is_said(client: Client, current: Version, sent: dict[str, str], sentence: str) -> None:
    by = editor("eve")
    version = draft(another(), by=by)
    client.force_login(by)

    page = client.post(address(version, "knowledge_take"), sent, follow=True).content.decode()

    assert sentence in page
    assert not version.edits.exists()


def test_a_reviewer_sees_it_and_has_nothing_to_press(client: Client, current: Version) -> None:
    client.force_login(reviewer("rita"))

    for name in ("draft_edit", "version_review"):
        page = client.get(address(current, name)).content.decode()
        assert "made with 1" in page and "newest is 2" in page
        assert "Take 2 into" not in page
    assert client.post(address(current, "knowledge_take"), {"drug": DRUG, "number": "2"}).status_code == 403


def test_one_page_has_every_guideline_that_uses_a_drug(client: Client, current: Version) -> None:
    draft(another())
    client.force_login(editor("eve"))

    page = client.get(reverse("knowledge_list")).content.decode()

    assert "Compare 2 with plans in use" in page
    assert "1 entry changed since the one before" in page and f"Changed: safety rule {RULE}" in page
    assert page.count("newest is 2") == 2
    assert "In use" in page and "In work" in page


def test_before_anything_is_shared_the_page_says_how_it_comes(client: Client) -> None:
    client.force_login(editor("eve"))

    assert "manage.py load_guideline" in client.get(reverse("knowledge_list")).content.decode()
