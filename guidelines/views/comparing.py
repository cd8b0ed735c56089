"""Two versions side by side, drafts included, for those who work on guidelines."""

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from guidelines.comparing.kept import comparison_of, outcomes_of
from guidelines.models import Guideline, Version
from guidelines.review_forms import CompareForm
from guidelines.reviewing.page import Shown, ShownPart
from guidelines.standing import standing_of
from guidelines.views.at_work import of_version, worker


@require_safe
def version_choose(request: HttpRequest, slug: str) -> HttpResponse:
    """From the form with the two numbers to the address of their comparison."""
    worker(request)
    get_object_or_404(Guideline, slug=slug)
    form = CompareForm(request.GET)
    if not form.is_valid():
        raise Http404("Two versions are compared by their numbers.")
    return redirect("version_compare", slug=slug, **form.cleaned_data)


@require_safe
@of_version
def version_compare(request: HttpRequest, version: Version, user: User, newer: int) -> HttpResponse:
    """From `version` to `newer`."""
    versions = Version.objects.filter(guideline=version.guideline).select_related("guideline").with_status()
    new = get_object_or_404(versions, number=newer)
    comparison = comparison_of(version, new)
    context = {
        "old": version,
        "new": new,
        "old_label": standing_of(version).label,
        "new_label": standing_of(new).label,
        "comparison": comparison,
        "parts": [
            ShownPart(part.part, part.title, [Shown(entry, [], []) for entry in part.entries])
            for part in comparison.parts
        ],
        "outcomes": outcomes_of(version, new),
        "versions": versions.order_by("-number"),
        "demo": version.is_demonstration or new.is_demonstration,
        "section": "review",
    }
    return render(request, "guidelines/version_compare.html", context)
