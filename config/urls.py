"""Every address of the site. Each app names its own full paths."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("patients.urls")),
    path("", include("guidelines.urls")),
]
