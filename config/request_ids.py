"""A number for each request, by which a person who saw an error and the log of that moment find each other; and the one
line that the log has of each request."""

import logging
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9_.:-]{8,64}")

logger = logging.getLogger(__name__)
_current: ContextVar[str] = ContextVar("request_id", default="")


def current_id() -> str:
    """Of the request this thread is at, for lines that know no request; else nothing."""
    return _current.get()


def with_a_number(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Stands before everything else, so that no answer goes out without."""

    def middleware(request: HttpRequest) -> HttpResponse:
        begun = time.monotonic()
        number = given_by_a_proxy(request) or uuid4().hex
        request.request_id = number  # type: ignore[attr-defined]  # ours
        before = _current.set(number)
        try:
            response = get_response(request)
            response[HEADER] = number
            told = {"request": request, "status": response.status_code}
            milliseconds = round((time.monotonic() - begun) * 1000, 1)
            # A probe that finds everything well comes every few seconds and tells nothing.
            if not getattr(response, "is_quiet", False):
                logger.info("Request", extra={**told, "milliseconds": milliseconds})
            return response
        finally:
            _current.reset(before)

    return middleware


def given_by_a_proxy(request: HttpRequest) -> str:
    """A stranger's number is not taken over: it could be another request's, or say anything."""
    given = request.headers.get(HEADER, "") if settings.ALLAUTH_TRUSTED_PROXY_COUNT else ""
    return given if WELL_FORMED.fullmatch(given) else ""
