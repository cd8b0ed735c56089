"""The public pages of a guideline: which there are, and what one version says, word for word.

Drafts are not shown here: a page of this kind can be printed on a patient's plan.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from guidelines.models import Version
from guidelines.package import compiled_version
from guidelines.reading import read_version
from guidelines.workflow import shown_status


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
def guideline_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    rows = Version.objects.with_status().select_related("guideline")
    version = get_object_or_404(
        # Only what was approved ever has a day on which it begins.
        rows.filter(effective_on__isnull=False),
        guideline__slug=slug,
        number=number,
    )
    page = read_version(compiled_version(version))
    context: dict[str, Any] = {"version": version, "page": page, "status": status_of(version)}
    return render(request, "guidelines/guideline_version.html", context | {"demo": version.is_demonstration})


def status_of(version: Version) -> dict[str, Any]:
    """What a reader must know before reading: whether this is what is in use today."""
    today = timezone.localdate()
    current = Version.objects.current(today).filter(guideline=version.guideline).first()
    newer = current if current is not None and current.number != version.number else None
    superseded = newer is not None and version.effective_on is not None and version.effective_on <= today
    label = shown_status(
        last_status=version.last_status,
        effective_on=version.effective_on,
        is_superseded=superseded,
        today=today,
    )
    return {"label": label, "newer": newer, "is_current": label == "Current"}
