"""The page where a guideline is asked, as its tests find it."""

from django.urls import reverse

from guidelines.models import Version


def address(version: Version, audience: str = "clinician") -> str:
    names = {"slug": version.guideline.slug, "number": version.number, "audience": audience}
    return reverse("guideline_ask", kwargs=names)
