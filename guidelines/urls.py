"""Addresses of the guidelines app."""

from django.urls import URLPattern, URLResolver, path

from guidelines.views import finding, reading

urlpatterns: list[URLPattern | URLResolver] = [
    path("search/", finding.search, name="search"),
    path("guidelines/", reading.guideline_list, name="guideline_list"),
    path("guidelines/<slug:slug>/", reading.guideline_detail, name="guideline_detail"),
    path("guidelines/<slug:slug>/versions/<int:number>/", reading.guideline_version, name="guideline_version"),
]
