"""Page or partial: the only place that asks whether htmx sent the request."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def render_page_or_partial(
    request: HttpRequest,
    page: str,
    partial: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """The whole page, or only the partial it includes when htmx is going to swap it in.

    A boosted link and a history restore expect a whole page, though htmx sends them.
    """
    htmx = getattr(request, "htmx", None)
    wants_partial = htmx is not None and bool(htmx) and not htmx.boosted and not htmx.history_restore_request
    response = render(request, partial if wants_partial else page, context, status=status)
    # The browser and every cache between must not hand a partial to someone who asked for the page.
    patch_vary_headers(response, ["HX-Request"])
    return response
