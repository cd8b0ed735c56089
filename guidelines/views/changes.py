"""What changed from one version to another: for whoever holds a printed page of the older one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guidelines.changes import changes_between
from guidelines.package import package_of
from guidelines.reading import Audience
from guidelines.rendered import audience_urls
from guidelines.standing import standing_of
from guidelines.views.reading import ask_to_sign_in, readable


@require_safe
def guideline_changes(
    request: HttpRequest, slug: str, number: int, newer: int, audience: Audience = "clinician"
) -> HttpResponse:
    """From `number` to `newer`; both must be readable."""
    found = {version.number: version for version in readable(request.user, slug).filter(number__in=(number, newer))}
    if len(found) < 2:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        raise Http404("One of these versions is not here, or both are the same.")
    old, new = found[number], found[newer]
    context = {
        "old": old,
        "new": new,
        "standing": standing_of(new),
        "changes": changes_between(package_of(old), package_of(new), audience),
        "audience": audience,
        "old_url": audience_urls("guideline_version", slug=slug, number=number)[audience],
        "new_url": audience_urls("guideline_version", slug=slug, number=newer)[audience],
        "audience_urls": audience_urls("guideline_changes", slug=slug, number=number, newer=newer),
        "demo": old.is_demonstration or new.is_demonstration,
        "section": "guidelines",
    }
    return render(request, "guidelines/guideline_changes.html", context)
