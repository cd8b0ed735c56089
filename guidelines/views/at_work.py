"""The version that a page is about, for those who work on guidelines. Everybody else is refused."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from guidelines.models import Version
from guidelines.package import ContentMoved
from guidelines.permissions import has_role
from guidelines.workflow import AT_WORK

View = Callable[..., HttpResponse]


def worker(request: HttpRequest) -> User:
    """Whoever is signed in and works on guidelines."""
    if not isinstance(request.user, User):
        raise TypeError("this page is for people who are signed in")
    if not has_role(request.user, *AT_WORK):
        raise PermissionDenied("Only those who work on guidelines see how they are made.")
    return request.user


def of_version(view: View) -> View:
    """Hands a view the version of its address and the person."""

    @wraps(view)
    def opened(request: HttpRequest, slug: str, number: int, **names: Any) -> HttpResponse:
        user = worker(request)
        versions = Version.objects.readable_by(user).select_related("guideline", "based_on__guideline", "author")

        def shown() -> HttpResponse:
            return view(request, get_object_or_404(versions, guideline__slug=slug, number=number), user, **names)

        try:
            return shown()
        except ContentMoved:
            return shown()  # somebody saved the draft between two looks at it

    return opened


def address_of(version: Version) -> dict[str, Any]:
    """The version's part of every address."""
    return {"slug": version.guideline.slug, "number": version.number}
