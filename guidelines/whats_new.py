"""What a version brought: why it was made, how much it changes for patients, and how it differs from the one before."""

from dataclasses import dataclass

from django.urls import reverse

from guidelines.models import Version
from guidelines.reading import Audience


@dataclass(frozen=True)
class WhatsNew:
    reason: str
    level: str
    before_number: int | None = None
    changes_url: str = ""


def whats_new(version: Version, audience: Audience) -> WhatsNew:
    """The version before is the one with the next lower number that was ever approved."""
    earlier = Version.objects.filter(
        guideline=version.guideline_id, number__lt=version.number, effective_on__isnull=False
    )
    before = earlier.order_by("-number").values_list("number", flat=True).first()
    names = {"slug": version.guideline.slug, "audience": audience}
    return WhatsNew(
        reason=version.reason,
        level=version.get_level_display(),
        before_number=before,
        changes_url=reverse("guideline_changes", kwargs={**names, "number": before, "newer": version.number})
        if before is not None
        else "",
    )
