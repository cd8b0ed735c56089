"""What holds for every request: no stored copies of private pages, no form that cannot be read, no signs that are refused
everywhere (NUL, and those that turn the direction of writing), and no row of a clinic before it is known who asks."""

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.core.exceptions import BadRequest, DisallowedHost
from django.core.handlers.exception import response_for_exception
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.multipartparser import MultiPartParserError
from django.middleware.security import SecurityMiddleware
from django.utils.functional import SimpleLazyObject

from config.acting import NOBODY, act_from_now_on_as, acting_as
from config.patience import patient_for
from patients.context import at_hand

GetResponse = Callable[[HttpRequest], HttpResponse]
REFUSED = re.compile("[\x00\u202a-\u202e\u2066-\u2069]")


class SecurityHeaders(SecurityMiddleware):
    """Django's own, which leaves its headers off where it refuses a host name itself."""

    def process_request(self, request: HttpRequest) -> Any:
        try:
            return super().process_request(request)
        except DisallowedHost as refusal:
            return response_for_exception(request, refusal)


def nobody_yet(get_response: GetResponse) -> GetResponse:
    """A request begins and ends as nobody's, whatever its thread did before, and does not wait for the database for ever."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with acting_as(NOBODY), patient_for():
            return get_response(request)

    return middleware


class PersonMiddleware(AuthenticationMiddleware):
    """Django's own; from when it is known who sends a request, the database is asked for that person."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: known(request))  # type: ignore[assignment]  # it stands for either


def known(request: HttpRequest) -> Any:
    session: Any = request.session  # our own store
    with at_hand(session.person_read if SESSION_KEY in session else ()):
        user = get_user(request)
    if user.is_authenticated:
        act_from_now_on_as(user.pk)
        session.is_of(user.pk)
    return user


def no_store(get_response: GetResponse) -> GetResponse:
    """Nothing is kept by browsers or proxies unless the view itself says otherwise."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    return middleware


def refuse_signs(get_response: GetResponse) -> GetResponse:
    """PostgreSQL text cannot hold NUL; without this, one in a form would be a server error. A sign that turns the direction
    of writing lets a text show numbers beside it in another order than they have: texts of guidelines refuse it, too."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            return _refusal("The address contains a NUL character, which is never valid.")
        query = parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True)
        for sentence in _refused(query, "request"):
            return _refusal(sentence)
        if request.method == "POST":
            try:
                posted = request.POST
            except (BadRequest, MultiPartParserError):
                # Not left to the pages for errors: they look at the form again, and that is then a server error.
                return _refusal("The form could not be read. Send it again from the page, in UTF-8.")
            for sentence in _refused(((name, value) for name, values in posted.lists() for value in values), "form"):
                return _refusal(sentence)
        return get_response(request)

    return middleware


def _refused(pairs: Iterable[tuple[str, object]], what: str) -> Iterable[str]:
    """A sentence for each field that holds such a sign."""
    for name, value in pairs:
        in_name, in_value = REFUSED.search(name), REFUSED.search(str(value))
        if found := in_name or in_value:
            field = "The name of a field" if in_name else f'The field "{name[:80]}"'
            if found[0] == "\x00":
                yield f"{field} contains a NUL character. Remove it and send the {what} again."
            else:
                sign = f"a sign that turns the direction of writing, and cannot be seen (U+{ord(found[0]):04X})"
                yield f"{field} contains {sign}. Type that part again and send the {what} again."


def _refusal(sentence: str) -> HttpResponse:
    # Plain text: the sentence repeats a field name that came from outside.
    return HttpResponseBadRequest(sentence, content_type="text/plain; charset=utf-8")
