"""Addresses of the guidelines app."""

from django.urls import URLPattern, URLResolver, path

from guidelines.views import reading

urlpatterns: list[URLPattern | URLResolver] = [
    path("guidelines/", reading.guideline_list, name="guideline_list"),
    path("guidelines/<slug:slug>/", reading.guideline_detail, name="guideline_detail"),
    path("guidelines/<slug:slug>/versions/<int:number>/", reading.guideline_version, name="guideline_version"),
    path(
        "guidelines/<slug:slug>/versions/<int:number>/patient/",
        reading.guideline_version,
        {"audience": "patient"},
        name="guideline_version_patient",
    ),
]
