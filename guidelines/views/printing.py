"""A version on paper. Laying it out takes seconds, so what was printed today is kept in the cache that all workers share."""

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from guidelines.models import Version
from guidelines.outputs import pdf
from guidelines.package import compiled_version
from guidelines.reading import Audience
from guidelines.rendered import audience_urls
from guidelines.standing import standing_of, with_record
from guidelines.views.reading import ask_to_sign_in, readable

AN_HOUR = 60 * 60


@require_safe
def guideline_pdf(request: HttpRequest, slug: str, number: int, audience: Audience = "clinician") -> HttpResponse:
    version = readable(request.user, slug).filter(number=number).first()
    if version is None:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        raise Http404("There is no such version, or not for this reader.")
    name = f"{slug}-version-{number}-{audience}.pdf"
    return HttpResponse(
        printed(version, audience),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


def printed(version: Version, audience: Audience) -> bytes:
    """The paper of today. Of a draft, which may change at any moment, nothing is kept."""
    standing, today = with_record(standing_of(version)), timezone.localdate()
    address = (
        f"{settings.SITE_URL}{audience_urls('guideline_version', slug=standing.slug, number=standing.number)[audience]}"
    )

    def made() -> bytes:
        return pdf.guideline_pdf(compiled_version(version), version, standing, audience, today, address)

    if not standing.is_locked:
        return made()
    digest = hashlib.sha256(f"{standing} {audience} {today} {address}".encode())
    return kept_paper(f"guideline-pdf-{digest.hexdigest()}", int.from_bytes(digest.digest()[:8], signed=True), made)


def kept_paper(key: str, lock: int, made: Callable[[], bytes]) -> bytes:
    """One of those who ask at once lays the paper out, and the others wait for it: each laying it out for itself would
    keep every worker busy, and anybody may ask."""
    kept: bytes | None = cache.get(key)
    if kept is not None:
        return kept
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
        kept = cache.get(key)
        if kept is None:
            kept = made()
            cache.set(key, kept, AN_HOUR)
        return kept
