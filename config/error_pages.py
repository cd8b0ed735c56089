"""The page for an error of ours. It reads nothing but the request's number: the database may be what failed."""

from django.http import HttpRequest, HttpResponseServerError
from django.template.loader import render_to_string


def server_error(request: HttpRequest) -> HttpResponseServerError:
    return HttpResponseServerError(render_to_string("500.html", {"request_id": getattr(request, "request_id", "")}))
