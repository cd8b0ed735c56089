"""Page or partial, and redirects of the whole page: the only place that asks whether htmx sent the request."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect, reselect, reswap, retarget

SIGNED_OUT = "You were signed out meanwhile. What you changed last was not saved: sign in and make it again."


def is_swapped(request: HttpRequest) -> bool:
    """Whether htmx puts the answer into a page that stays.

    A boosted link and a history restore expect a whole page, though htmx sends them.
    """
    htmx = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page_or_partial(
    request: HttpRequest,
    page: str,
    partial: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """The whole page, or only the partial it includes when htmx is going to swap it in."""
    response = render(request, partial if is_swapped(request) else page, context, status=status)
    # The browser and every cache between must not hand a partial to someone who asked for the page.
    patch_vary_headers(response, ["HX-Request"])
    return response


def render_instead(
    request: HttpRequest, page: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page that takes the place of the one that is open, also when htmx asked for a part of that one."""
    response = render(request, page, context, status=status)
    if is_swapped(request):
        reswap(reselect(retarget(response, "#main"), "#main"), "outerHTML")
    patch_vary_headers(response, ["HX-Request"])
    return response


def redirect_the_page(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A redirect is for the whole page. The browser would follow it unseen, and htmx would swap in whatever it finds
    there: of the sign-in page nothing, and the form with everything typed would be gone.

    Stands behind the messages' middleware: that somebody was signed out is told on the page that asks to sign in.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code not in (301, 302, 303) or not is_swapped(request):
            return response
        address = response["Location"]
        if address.partition("?")[0] == resolve_url(settings.LOGIN_URL):
            # Back to the page that is open, not to where its form is sent.
            address = redirect_to_login(request.htmx.current_url_abs_path or request.path).url  # type: ignore[attr-defined]  # set by django-htmx
            if request.method == "POST":
                messages.warning(request, SIGNED_OUT)
        whole = HttpResponseClientRedirect(address)
        whole.cookies = response.cookies
        patch_vary_headers(whole, ["HX-Request"])
        return whole

    return middleware
