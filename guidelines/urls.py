"""Addresses of the guidelines app. What has two wordings has an address for each."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, URLResolver, path

from guidelines.views import changes, finding, policy, reading


def in_two_wordings(route: str, view: Callable[..., Any], name: str) -> list[URLPattern | URLResolver]:
    """The clinicians' wording, and below it the one for patients and families.

    The last one is the address where nobody names an audience.
    """
    return [
        path(f"{route}patient/", view, {"audience": "patient"}, name=name),
        path(route, view, {"audience": "clinician"}, name=name),
    ]


urlpatterns: list[URLPattern | URLResolver] = [
    path("search/", finding.search, name="search"),
    path("guidelines/", reading.guideline_list, name="guideline_list"),
    path("guidelines/<slug:slug>/", reading.guideline_detail, name="guideline_detail"),
    *in_two_wordings("guidelines/<slug:slug>/versions/<int:number>/", reading.guideline_version, "guideline_version"),
    *in_two_wordings(
        "guidelines/<slug:slug>/changes/<int:number>/<int:newer>/", changes.guideline_changes, "guideline_changes"
    ),
    path("editorial-policy/", policy.editorial_policy, name="editorial_policy"),
]
