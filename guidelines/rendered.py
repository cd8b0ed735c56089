"""Pages of guidelines kept in memory: a version that was approved never changes, so it is laid out once.

What may change, its standing, is part of the key of what is kept. Nothing is kept that tells who reads.
"""

import gzip
import hashlib
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.lint import Finding
from guidelines.findings import hard_to_read
from guidelines.models import Version
from guidelines.package import compiled_version
from guidelines.reading import Audience, read_version
from guidelines.standing import Standing, with_record
from guidelines.whats_new import whats_new

AUDIENCES: tuple[Audience, ...] = ("clinician", "patient")
# Each takes about a megabyte; the versions that people read are few.
KEPT = 24


class Body(NamedTuple):
    """The content of a version for one audience, laid out, and the sources that what stands beside it counts."""

    html: SafeString
    sources: Any


def body_of(version: Version, audience: Audience) -> Body:
    return kept_body(version.pk, version.content_hash, audience) if version.is_locked else laid_out(version, audience)


@lru_cache(maxsize=KEPT)
def kept_body(version_id: int, content_hash: str, audience: Audience) -> Body:
    return laid_out(Version.objects.select_related("guideline").get(pk=version_id, content_hash=content_hash), audience)


def laid_out(version: Version, audience: Audience) -> Body:
    page = read_version(compiled_version(version), audience)
    context = {"page": page, "audience": audience, "version": version}
    return Body(render_to_string("guidelines/_guideline_body.html", context), page["sources"])


def page_context(
    version: Version, standing: Standing, audience: Audience, *, is_signed_in: bool, **at_work: Any
) -> dict[str, Any]:
    """What `guidelines/guideline_version.html` needs, whoever reads it; `at_work` is for those who work on guidelines."""
    body = body_of(version, audience)
    addresses = audience_urls("guideline_version", slug=standing.slug, number=standing.number)
    context = {
        "version": version,
        "standing": with_record(standing),
        "audience": audience,
        "audience_urls": addresses,
        "address": f"{settings.SITE_URL}{addresses[audience]}",
        **in_use(standing, audience),
        "sources": body.sources,
        "body": body.html,
        "whats_new": whats_new(version, audience),
        "demo": standing.is_demonstration,
        "section": "guidelines",
        "is_signed_in": is_signed_in,
        **at_work,
    }
    return {**context, "above": render_to_string("guidelines/_guideline_above.html", context)}


@lru_cache(maxsize=2 * KEPT)
def kept_context(standing: Standing, audience: Audience, *, is_signed_in: bool) -> dict[str, Any]:
    """The same for a version that was approved."""
    version = Version.objects.select_related("guideline").get(pk=standing.version_id)
    return page_context(version, standing, audience, is_signed_in=is_signed_in)


def in_use(standing: Standing, audience: Audience) -> dict[str, str]:
    """Where another version is in use: that version, and what changed since this one, in the same wording."""
    if standing.in_use_number is None:
        return {"in_use_url": "", "changes_url": ""}
    slug, newer = standing.slug, standing.in_use_number
    changes = audience_urls("guideline_changes", slug=slug, number=standing.number, newer=newer)
    return {
        "in_use_url": audience_urls("guideline_version", slug=slug, number=newer)[audience],
        "changes_url": changes[audience],
    }


def audience_urls(name: str, **names: Any) -> dict[Audience, str]:
    """The same page in either wording."""
    return {audience: reverse(name, kwargs={**names, "audience": audience}) for audience in AUDIENCES}


@lru_cache(maxsize=KEPT)
def hardest_wording(compiled: CompiledPackage) -> tuple[Finding, ...]:
    """The sections whose plain wording is too hard to read: editors are warned on the page."""
    return tuple(hard_to_read(compiled.package))


class PublicPage(NamedTuple):
    html: bytes
    gzipped: bytes
    etag: str


@lru_cache(maxsize=KEPT)
def public_page(standing: Standing, audience: Audience) -> PublicPage:
    """The page as every stranger sees it, as bytes. It has no form and so no token, and no word about its reader."""
    html = render_to_string(
        "guidelines/guideline_version.html", kept_context(standing, audience, is_signed_in=False)
    ).encode()
    digest = hashlib.sha256(html + audience.encode()).hexdigest()
    # Weak: the same page, compressed or not.
    return PublicPage(html, gzip.compress(html, mtime=0), f'W/"{digest[:32]}"')
