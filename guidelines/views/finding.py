"""Searching the guidelines: what stands where, in the versions the reader may see."""

from collections.abc import Hashable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from config.htmx import render_page_or_partial
from config.kept import Kept
from guidelines.in_use import versions_in_use_for
from guidelines.models import Version
from guidelines.search import LONGEST_QUERY
from guidelines.search import search as search_in

MOST_KEPT = 64
TOO_LONG = f"Search for fewer words: at most {LONGEST_QUERY} characters."

kept: Kept[Hashable, SafeString] = Kept(MOST_KEPT, shared="search")


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Of every guideline the version in use, or the one that `guideline` and `version` name."""
    text = request.GET.get("q", "").strip()
    context: dict[str, Any] = {"text": text, "longest": LONGEST_QUERY, **chosen(request)}
    if len(text) > LONGEST_QUERY:
        context |= {"text": text[:LONGEST_QUERY], "results": printed({**context, "problem": TOO_LONG})}
    else:
        # A space behind the last word says that it is finished.
        typed = text + (" " if text and request.GET["q"].endswith(" ") else "")
        context["results"] = results(context, typed, is_exact="exact" in request.GET)
    status = 422 if len(text) > LONGEST_QUERY else 200
    return render_page_or_partial(request, "guidelines/search.html", "guidelines/_found.html", context, status=status)


def results(context: dict[str, Any], typed: str, *, is_exact: bool) -> SafeString:
    """What was found, printed. Kept where all that is searched was approved, and so never changes."""
    versions = context["versions"]
    contents = tuple((version.pk, version.content_hash) for version in versions)
    key = (contents, context["slug"], context["number"], typed, is_exact)
    is_kept = all(version.is_locked for version in versions)
    found = kept.get(key) if is_kept else None
    if found is None:
        told = {"found": search_in(versions, typed, is_exact=is_exact)} if typed else {}
        found = printed({**context, **told})
        # What is missing may come with the next run of index_guidelines.
        if is_kept and told.get("found") and told["found"].groups:
            kept.keep(key, found)
    return found


def printed(context: dict[str, Any]) -> SafeString:
    return render_to_string("guidelines/_search.html", context)


def chosen(request: HttpRequest) -> dict[str, Any]:
    """The versions to search: of those the reader may see, the current ones or the named one."""
    slug, number = request.GET.get("guideline", ""), request.GET.get("version", "")
    if number:
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise Http404("The number of a version is written in digits.")
        rows = Version.objects.readable_by(request.user).filter(guideline__slug=slug, number=int(number))
        versions = list(rows.select_related("guideline"))
        if not versions:
            raise Http404("There is no such version, or it is not public.")
    else:
        current = versions_in_use_for(request.user)
        versions = [version for version in current if slug in ("", version.guideline.slug)]
    return {"versions": versions, "named": versions[0] if number else None, "slug": slug, "number": number}
