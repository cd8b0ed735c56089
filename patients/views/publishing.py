"""Who can read a version: a clinic's administrator publishes it for anyone with the link, or ends that."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from guidelines.models import Publication, Version
from guidelines.permissions import why_not_open
from guidelines.rendered import audience_urls
from patients.actions import Refused, publish_version, publisher_key, unpublish_version
from patients.models import Clinic, Role
from patients.views.scope import person


@require_http_methods(["GET", "HEAD", "POST"])
def version_publication(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    versions = Version.objects.readable_by(request.user).select_related("guideline")
    version = get_object_or_404(versions, guideline__slug=slug, number=number)
    clinics = Clinic.objects.clinical_for(request.user, Role.ADMINISTRATOR)
    if request.method == "POST":
        clinic = next((clinic for clinic in clinics if str(clinic.pk) == request.POST.get("clinic")), None)
        if clinic is None:
            raise Http404("No clinic of which this person is an administrator.")
        act, said = (
            (publish_version, f"Anyone with the link can now read {version}.")
            if "publish" in request.POST
            else (unpublish_version, f"{clinic} no longer publishes {version}.")
        )
        try:
            act(version=version, clinic=clinic, by=person(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, said)
        return redirect("version_publication", slug=slug, number=number)
    opened = Publication.objects.open().filter(version=version).select_related("opened_by")
    by_key = {publication.publisher_key: publication for publication in opened}
    addresses = audience_urls("guideline_version", slug=slug, number=number)
    context = {
        "version": version,
        "publications": list(opened),
        "clinics": [(clinic, by_key.get(publisher_key(clinic))) for clinic in clinics],
        "why_not": why_not_open(version),
        "addresses": {audience: f"{settings.SITE_URL}{path}" for audience, path in addresses.items()},
        "demo": version.is_demonstration,
        "section": "guidelines",
    }
    return render(request, "patients/version_publication.html", context)
