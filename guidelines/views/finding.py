"""Searching the guidelines: what stands where, in the versions the reader may see."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from config.htmx import render_page_or_partial
from guidelines.models import Version
from guidelines.search import LONGEST_QUERY
from guidelines.search import search as search_in

TOO_LONG = f"Search for fewer words: at most {LONGEST_QUERY} characters."


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Of every guideline the version in use, or the one that `guideline` and `version` name."""
    text = request.GET.get("q", "").strip()
    context: dict[str, Any] = {"text": text, "longest": LONGEST_QUERY, **chosen(request)}
    if len(text) > LONGEST_QUERY:
        context |= {"text": text[:LONGEST_QUERY], "problem": TOO_LONG}
    elif text:
        is_exact = "exact" in request.GET
        # A space behind the last word says that it is finished.
        typed = text + (" " if request.GET["q"].endswith(" ") else "")
        context |= {"found": search_in(context["versions"], typed, is_exact=is_exact), "is_exact": is_exact}
    status = 422 if "problem" in context else 200
    return render_page_or_partial(request, "guidelines/search.html", "guidelines/_search.html", context, status=status)


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
        current = Version.objects.current_for(request.user).select_related("guideline")
        versions = [version for version in current if slug in ("", version.guideline.slug)]
    return {"versions": versions, "named": versions[0] if number else None, "slug": slug, "number": number}
