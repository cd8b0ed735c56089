"""The versions in use, which nearly every page about a patient asks for."""

from datetime import date

from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone

from config.written_once import ModelsOnce
from guidelines.models import Version

NO_DAY = date.min

in_use = ModelsOnce(lambda: Version.objects.current(NO_DAY), NO_DAY, related=["guideline"], is_of_clinics=False)


def versions_in_use(on: date | None = None) -> list[Version]:
    """At most one of each guideline, with it, on a day (today)."""
    return in_use.rows(on or timezone.localdate())


def versions_in_use_for(user: User | AnonymousUser) -> list[Version]:
    """Of them those that somebody may read: what is in use was approved, and that is read by whoever is signed in."""
    if user.is_active:
        return sorted(versions_in_use(), key=lambda version: version.guideline.slug)
    return list(Version.objects.current_for(user).select_related("guideline"))
