"""What holds for every request: no stored copies of private pages, no NUL characters, no form that cannot be read."""

from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.multipartparser import MultiPartParserError

GetResponse = Callable[[HttpRequest], HttpResponse]


def no_store(get_response: GetResponse) -> GetResponse:
    """Nothing is kept by browsers or proxies unless the view itself says otherwise."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    return middleware


def refuse_nul(get_response: GetResponse) -> GetResponse:
    """PostgreSQL text cannot hold NUL; without this, one in a form would be a server error."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            return _refusal("The address contains a NUL character, which is never valid.")
        for field in _fields_with_nul(parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True)):
            return _refusal(f"{field} contains a NUL character. Remove it and send the request again.")
        if request.method == "POST":
            try:
                posted = request.POST
            except (BadRequest, MultiPartParserError):
                # Not left to the pages for errors: they look at the form again, and that is then a server error.
                return _refusal("The form could not be read. Send it again from the page, in UTF-8.")
            sent = ((name, value) for name, values in posted.lists() for value in values)
            for field in _fields_with_nul(sent):
                return _refusal(f"{field} contains a NUL character. Remove it and send the form again.")
        return get_response(request)

    return middleware


def _fields_with_nul(pairs: Iterable[tuple[str, object]]) -> Iterable[str]:
    for name, value in pairs:
        if "\x00" in name:
            yield "The name of a field"
        elif "\x00" in str(value):
            yield f'The field "{name[:80]}"'


def _refusal(sentence: str) -> HttpResponse:
    # Plain text: the sentence repeats a field name that came from outside.
    return HttpResponseBadRequest(sentence, content_type="text/plain; charset=utf-8")
