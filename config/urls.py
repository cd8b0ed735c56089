"""Every address of the site. Each app names its own full paths."""

from django.urls import include, path

from config import session_views

urlpatterns = [
    path("accounts/session/", session_views.session_state, name="session_state"),
    path("accounts/sessions/<int:pk>/end/", session_views.session_end, name="session_end"),
    path("accounts/", include("allauth.urls")),
    path("", include("patients.urls")),
    path("", include("guidelines.urls")),
]

handler500 = "config.error_pages.server_error"
