"""The public pages of a guideline: which there are, and what one version says, word for word.

Drafts are not shown here: a page of this kind can be printed on a patient's plan.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from guidelines.models import Version
from guidelines.package import compiled_version
from guidelines.reading import Audience, read_version
from guidelines.standing import standing_of, with_record


@login_not_required
@require_safe
def guideline_list(request: HttpRequest) -> HttpResponse:
    versions = Version.objects.current().select_related("guideline")
    return render(request, "guidelines/guideline_list.html", {"versions": sorted(versions, key=lambda v: v.title)})


@login_not_required
@require_safe
def guideline_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The address without a number leads to the version in use today."""
    version = Version.objects.current().select_related("guideline").filter(guideline__slug=slug).first()
    if version is None:
        raise Http404("No version of this guideline is in use today.")
    return redirect("guideline_version", slug=slug, number=version.number)


@login_not_required
@require_safe
def guideline_version(request: HttpRequest, slug: str, number: int, audience: Audience = "clinician") -> HttpResponse:
    rows = Version.objects.with_status().select_related("guideline")
    version = get_object_or_404(
        # Only what was approved ever has a day on which it begins.
        rows.filter(effective_on__isnull=False),
        guideline__slug=slug,
        number=number,
    )
    page = read_version(compiled_version(version), audience)
    named = {"version": version, "audience": audience}
    context: dict[str, Any] = {
        **named,
        "standing": with_record(standing_of(version)),
        "audience_urls": {
            "clinician": reverse("guideline_version", args=[slug, number]),
            "patient": reverse("guideline_version_patient", args=[slug, number]),
        },
        "address": request.build_absolute_uri(reverse("guideline_version", args=[slug, number])),
        "sources": page["sources"],
        "body": render_to_string("guidelines/_guideline_body.html", {**named, "page": page}),
    }
    return render(request, "guidelines/guideline_version.html", context)
