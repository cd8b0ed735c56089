"""Which versions are in use, and who is shown them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone

from guidelines.in_use import versions_in_use, versions_in_use_for
from guidelines.models import Version
from tests.factories_guidelines import another, creaking_knee, draft, editor, opened, person, published, retitled

pytestmark = pytest.mark.django_db


@pytest.fixture
def public() -> Version:
    """Of several: its successor begins tomorrow, as does another guideline; one is private, and one a draft."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    version = published()
    opened(version)
    published(another())
    published(retitled("Its successor"), effective_on=tomorrow)
    published(creaking_knee(), effective_on=tomorrow)
    draft(retitled("Not yet approved"))
    return version


def test_of_each_guideline_the_newest_that_has_begun_on_the_day(public: Version) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)

    for day in (None, tomorrow, tomorrow - timedelta(days=400)):
        assert versions_in_use(day) == list(Version.objects.current(day)), day
    assert public in versions_in_use() and public not in versions_in_use(tomorrow)


def test_everybody_is_shown_of_what_is_in_use_what_they_may_read(public: Version) -> None:
    gone = person("gone")
    gone.is_active = False
    readers: list[User | AnonymousUser] = [AnonymousUser(), gone, person("somebody"), editor()]

    shown = [versions_in_use_for(reader) for reader in readers]

    assert shown == [list(Version.objects.current_for(reader)) for reader in readers], "in the same order, too"
    assert [len(found) for found in shown] == [1, 1, 2, 2] and shown[0] == [public]
