"""How much a request may carry. A body that says it is longer than its page takes is not read at all, and of a file no more
is kept than its field takes: the rest of it reaches neither memory nor disk."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

GetResponse = Callable[[HttpRequest], HttpResponse]
View = TypeVar("View", bound=Callable[..., HttpResponse])
MB = 1_000_000


class FileField(NamedTuple):
    """The one file that a page takes: what its field is called, and how many bytes of it are read."""

    label: str
    most_bytes: int


NO_FILE = FileField("", 0)


def takes_file(label: str, most_bytes: int) -> Callable[[View], View]:
    """For a view: every other one takes forms alone."""

    def marked(view: View) -> View:
        view.takes_file = FileField(label, most_bytes)  # type: ignore[attr-defined]  # read by the middleware below
        return view

    return marked


class NoMoreThan(FileUploadHandler):
    """Stands before the others and lets one byte more through than is taken, by which the form sees that it was too much."""

    def __init__(self, request: HttpRequest, most: int) -> None:
        super().__init__(request)
        self.most, self.seen = most, 0

    def new_file(self, *args: Any, **more: Any) -> None:
        super().new_file(*args, **more)
        self.seen = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        room = self.most + 1 - self.seen
        self.seen += len(raw_data)
        return raw_data[:room] if room > 0 else None

    def file_complete(self, file_size: int) -> None:
        return None


def refuse_too_much(get_response: GetResponse) -> GetResponse:
    """Before anything looks at the form."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if request.method in ("GET", "HEAD") or not length.isdecimal() or length == "0":
            return get_response(request)
        file, form = file_of(request), settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        if int(length) > file.most_bytes + form:
            context = {"file": file, "most_mb": (file.most_bytes or form) // MB}
            return render(request, "413.html", context, status=413)
        request.upload_handlers.insert(0, NoMoreThan(request, file.most_bytes))
        return get_response(request)

    return middleware


def file_of(request: HttpRequest) -> FileField:
    try:
        found: FileField = getattr(resolve(request.path_info).func, "takes_file", NO_FILE)
    except Resolver404:
        return NO_FILE
    return found
