"""The pages of guidelines: which there are, and what one version says, word for word, in either wording.

A stranger sees what was published for everybody and is asked to sign in for anything else, whether it exists or not.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

from guidelines.models import Version
from guidelines.models.version import VersionQuerySet
from guidelines.package import compiled_version
from guidelines.reading import Audience
from guidelines.rendered import AUDIENCES, audience_urls, hardest_wording, kept_context, page_context, public_page
from guidelines.standing import Standing, approved_standing, public_standing, standing_of, with_record
from guidelines.workflow import is_at_work

AUDIENCE_COOKIE = "audience"
A_YEAR = 365 * 24 * 60 * 60


@require_safe
def guideline_list(request: HttpRequest) -> HttpResponse:
    versions = Version.objects.current_for(request.user).select_related("guideline")
    audience = remembered_audience(request)
    rows = [
        (version, audience_urls("guideline_version", slug=version.guideline.slug, number=version.number)[audience])
        for version in sorted(versions, key=lambda version: version.title)
    ]
    context = {"rows": rows, "withdrawn": withdrawn(request, versions, audience), "section": "guidelines"}
    return render(request, "guidelines/guideline_list.html", context)


def withdrawn(request: HttpRequest, in_use: Iterable[Version], audience: Audience) -> list[tuple[Version, str, str]]:
    """Of guidelines that have no version in use, the one withdrawn last, with its address and why."""
    gone = Version.objects.readable_by(request.user).filter(withdrawn_at__isnull=False)
    gone = gone.exclude(guideline__in=[version.guideline_id for version in in_use]).select_related("guideline")
    return [
        (
            version,
            audience_urls("guideline_version", slug=version.guideline.slug, number=version.number)[audience],
            with_record(standing_of(version)).withdrawn_because,
        )
        for version in gone.order_by("guideline_id", "-withdrawn_at").distinct("guideline")
    ]


@require_safe
def guideline_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The address without a number leads to the version in use today, in the wording that was read last."""
    version = Version.objects.current_for(request.user).filter(guideline__slug=slug).first()
    if version is None:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        raise Http404("No version of this guideline is in use today.")
    return redirect(audience_urls("guideline_version", slug=slug, number=version.number)[remembered_audience(request)])


@require_safe
def guideline_version(request: HttpRequest, slug: str, number: int, audience: Audience = "clinician") -> HttpResponse:
    if request.user.is_authenticated:
        response = render(
            request, "guidelines/guideline_version.html", context_for(request.user, slug, number, audience)
        )
    else:
        standing = public_standing(slug, number)
        if standing is None:
            return ask_to_sign_in(request)
        response = public_response(request, standing, audience)
    if request.COOKIES.get(AUDIENCE_COOKIE) != audience:
        response.set_cookie(AUDIENCE_COOKIE, audience, max_age=A_YEAR, httponly=True, samesite="Lax")
    return response


def context_for(reader: User, slug: str, number: int, audience: Audience) -> dict[str, Any]:
    """For whoever is signed in. Drafts are for those who work on guidelines, and they see more beside it."""
    if not is_at_work(reader):
        standing = approved_standing(slug, number)
        if standing is None:
            raise Http404("There is no such version, or it was never approved.")
        return kept_context(standing, audience, is_signed_in=True)
    version = get_object_or_404(readable(reader, slug), number=number)
    hardest = hardest_wording(compiled_version(version))
    told = {"is_at_work": True, "hard_to_read": hardest}
    return page_context(version, standing_of(version), audience, is_signed_in=True, **told)


def public_response(request: HttpRequest, standing: Standing, audience: Audience) -> HttpResponse:
    """The kept page, or word that the reader's copy is still good."""
    page = public_page(standing, audience)
    is_gzipped = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(page.gzipped if is_gzipped else page.html)
    response["ETag"], response["Cache-Control"] = page.etag, "no-cache"
    if is_gzipped:
        response["Content-Encoding"] = "gzip"
    # Whoever is signed in gets a page of their own.
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    answer: HttpResponse = get_conditional_response(request, page.etag, response=response) or response
    return answer


def readable(reader: User | AnonymousUser, slug: str) -> VersionQuerySet:
    """The versions of a guideline that this reader may see."""
    return Version.objects.readable_by(reader).select_related("guideline").filter(guideline__slug=slug)


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """The same answer for what is private and for what is not there."""
    return redirect_to_login(request.get_full_path())


def remembered_audience(request: HttpRequest) -> Audience:
    """Who the reader was last: a cookie that says nothing else."""
    kept = request.COOKIES.get(AUDIENCE_COOKIE)
    return next((audience for audience in AUDIENCES if audience == kept), "clinician")
