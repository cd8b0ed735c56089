"""Which version of a guideline a command means. Refuses to guess when none is current: it lists the drafts."""

import re

from guidelines.engine.content import SLUG
from guidelines.models import Guideline, Version
from guidelines.workflow import Status


class NoVersion(Exception):
    """There is no such version; the sentence says which there are."""


def chosen_version(slug: str, number: int | None = None) -> Version:
    """The version with that number, or the current one."""
    if not re.fullmatch(SLUG, slug):
        raise NoVersion(f"{slug[:40]!a} is not the name of a guideline: small letters, digits and -, at most 80.")
    versions = Version.objects.select_related("guideline").filter(guideline__slug=slug)
    version = (versions.current() if number is None else versions.filter(number=number)).first()
    if version is not None:
        return version
    if not Guideline.objects.filter(slug=slug).exists():
        have = ", ".join(Guideline.objects.values_list("slug", flat=True)) or "none"
        raise NoVersion(f"There is no guideline {slug}. Guidelines here: {have}.")
    listed = "\n".join(
        f"  version {other.number}, {Status(other.last_status).label.lower()}, {other.short_hash}"
        for other in versions.with_status().order_by("number")
    )
    if number is not None:
        raise NoVersion(f"{slug} has no version {number}. Versions:\n{listed}")
    raise NoVersion(f"{slug} has no current version. Name one with --version:\n{listed}")


def number_of(slug: str, content_hash: str) -> int | None:
    """The number of the version with exactly this content."""
    versions = Version.objects.filter(guideline__slug=slug, content_hash=content_hash)
    return versions.order_by("-number").values_list("number", flat=True).first()
