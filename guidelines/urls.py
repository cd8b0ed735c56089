"""Addresses of the guidelines app. What has two wordings has an address for each."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, URLResolver, path

from guidelines.views import asking, changes, files, finding, policy, printing, reading


def in_two_wordings(
    route: str, view: Callable[..., Any], name: str, ending: str = ""
) -> list[URLPattern | URLResolver]:
    """The clinicians' wording, and below it the one for patients and families.

    The last one is the address where nobody names an audience.
    """
    return [
        path(f"{route}patient/{ending}", view, {"audience": "patient"}, name=name),
        path(f"{route}{ending}", view, {"audience": "clinician"}, name=name),
    ]


VERSION = "guidelines/<slug:slug>/versions/<int:number>/"


urlpatterns: list[URLPattern | URLResolver] = [
    path("search/", finding.search, name="search"),
    path("guidelines/", reading.guideline_list, name="guideline_list"),
    path("guidelines/<slug:slug>/", reading.guideline_detail, name="guideline_detail"),
    *in_two_wordings(VERSION, reading.guideline_version, "guideline_version"),
    *in_two_wordings(VERSION, printing.guideline_pdf, "guideline_pdf", "guideline.pdf"),
    *in_two_wordings(
        "guidelines/<slug:slug>/changes/<int:number>/<int:newer>/", changes.guideline_changes, "guideline_changes"
    ),
    path(f"{VERSION}patient/ask/", asking.guideline_ask, {"audience": "patient"}, name="guideline_ask"),
    path(f"{VERSION}ask/", asking.guideline_ask, {"audience": "clinician"}, name="guideline_ask"),
    path("import/", files.guideline_import, name="guideline_import"),
    path(f"{VERSION}imported/", files.version_imported, name="version_imported"),
    path(f"{VERSION}guideline.yaml", files.guideline_export, name="guideline_export"),
    path("questions/", asking.question_list, name="question_list"),
    path("questions/<int:pk>/close/", asking.question_close, name="question_close"),
    path("questions/<int:pk>/reopen/", asking.question_reopen, name="question_reopen"),
    path("editorial-policy/", policy.editorial_policy, name="editorial_policy"),
]
