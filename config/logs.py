"""Log lines without values: the words of an exception and the address of a page can tell who a patient is; the type and
the place of an exception, and the name of a route, cannot. One JSON object a line, or text for whoever reads along."""

import html
import json
import logging
import traceback
from datetime import UTC, datetime
from http.client import responses
from types import TracebackType
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.views.debug import ExceptionReporter

from config.request_ids import current_id

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
PROBES = ("/healthz", "/readyz")
PRINTING = ("weasyprint", "fontTools")


class OfRequestsOnlyErrors(logging.Filter):
    """Each request has a line of its own already; Django's say less, and name the address."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.name != "django.request" or bool(record.exc_info)


class TextLines(logging.Formatter):
    """Never the text of an exception that another formatter has left on the record: that one has values."""

    def format(self, record: logging.LogRecord) -> str:
        return self.written(self.told(record))

    def told(self, record: logging.LogRecord) -> dict[str, Any]:
        request = getattr(record, "request", None)
        request = request if isinstance(request, HttpRequest) else None
        found = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": said_by(record) if request is None else message_of(record),
            "request_id": getattr(request, "request_id", "") or current_id(),
            **({} if request is None else about(request)),
            **{name: getattr(record, name) for name in ("status", "milliseconds") if hasattr(record, name)},
        }
        if record.exc_info:
            found["error"] = self.formatException(record.exc_info)
        return found

    def written(self, found: dict[str, Any]) -> str:
        first = [found.pop(name) for name in ("time", "level", "logger", "message")]
        error = found.pop("error", "")
        rest = [f"{name}={value}" for name, value in found.items() if value not in ("", None)]
        return " ".join([*first, *rest]) + (f"\n{error}" if error else "")

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 - the name is the base class's
        lines = []
        exception: BaseException | None = ei[1]
        while exception is not None:
            place = traceback.format_tb(exception.__traceback__)
            lines.append("".join([*place, f"{type(exception).__module__}.{type(exception).__qualname__}"]))
            suppressed = None if exception.__suppress_context__ else exception.__context__
            exception = exception.__cause__ or suppressed
        return "\nraised from\n".join(lines)


class JsonLines(TextLines):
    def written(self, found: dict[str, Any]) -> str:
        return json.dumps(found, default=str)


FORMATTERS = {"json": JsonLines, "text": TextLines}


def said_by(record: logging.LogRecord) -> str:
    """The printing library names each sign it has no letter for, and so spells a name: only what it says of all of them is kept."""
    return str(record.msg) if record.name.startswith(PRINTING) else record.getMessage()


def message_of(record: logging.LogRecord) -> str:
    """Django's own words about a request quote its address, or what a stranger sent: the logger's name says enough."""
    if not record.name.startswith("django."):
        return record.getMessage()
    return responses.get(getattr(record, "status_code", 0), "Refused")


def about(request: HttpRequest) -> dict[str, Any]:
    """The route by its name, and the person by number: both known already, nothing is asked of the database."""
    found = getattr(request, "resolver_match", None)
    # What the request's lazy user keeps once somebody has asked for it.
    person = getattr(request, "_cached_user", None)
    return {
        "method": request.method,
        "route": found.view_name if found else request.path_info.strip("/") if request.path_info in PROBES else "",
        "user": getattr(person, "pk", None),
    }


class ReportWithoutValues(ExceptionReporter):
    """What Django would mail or show of an error: outside development its places, and nothing anybody typed."""

    def get_traceback_text(self) -> Any:
        if settings.DEBUG:
            return super().get_traceback_text()
        found: Any = (self.exc_type, self.exc_value, self.tb)
        return TextLines().formatException(found)

    def get_traceback_html(self) -> Any:
        if settings.DEBUG:
            return super().get_traceback_html()
        return f"<pre>{html.escape(self.get_traceback_text())}</pre>"
