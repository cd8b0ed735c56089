"""Where the pages of a version are."""

from django.urls import reverse

from guidelines.models import Version

SIGN_IN = "/accounts/login/"


def page_of(version: Version, **more: object) -> str:
    return reverse("guideline_version", kwargs={"slug": version.guideline.slug, "number": version.number, **more})
