"""The site's addresses, and one whose view fails in the middle of a patient's data."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.access import METHODS, Registry, registry
from config.urls import handler500 as handler500
from config.urls import urlpatterns as ours


def broken(request: HttpRequest, pk: Any) -> HttpResponse:
    told = request.POST.get("text", "") or request.GET.get("q", "")
    raise RuntimeError(f"{told} {request.path}")


REGISTERED = Registry(
    {**registry().rules, "broken": dict.fromkeys(METHODS, replace(registry().rules["home"]["GET"], route="broken"))}
)
urlpatterns = [path("broken/<uuid:pk>/", broken, name="broken"), *ours]
