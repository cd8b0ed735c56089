"""Which of several clinics somebody wants lists of. It narrows what is listed, and decides nothing about who may see what."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_POST

from config.access import registry
from patients.context import CHOSEN, roles_of


@require_POST
def clinic_choose(request: HttpRequest) -> HttpResponse:
    """All of them without a key. Leads back to where it was chosen."""
    wanted = request.POST.get("clinic", "")
    keys = {str(one.pk): one.pk for one in roles_of(request).workplaces}
    if wanted and wanted not in keys:
        raise Http404("No clinic whose patients this person looks after.")
    request.session[CHOSEN] = keys.get(wanted)
    return redirect(page_of_ours(request.POST.get("next", "")))


def page_of_ours(path: str) -> str:
    """The page, where it is one that can be opened here; else the first."""
    try:
        route = resolve(path).view_name
    except Resolver404:
        return reverse("home")
    return path if "GET" in registry().methods(route) else reverse("home")
