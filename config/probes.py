"""Whether this process answers, and whether it can work: asked every few seconds by whatever watches over it.

Answered ahead of sessions, host names and the redirect to https, by which a probe on a bare address would fail. Tells
strangers one plain word, never why.
"""

import threading
import time
from collections.abc import Callable
from functools import cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

SECONDS = 2.0
READY = "ready"
# One at a time: behind a database that hangs, probes do not pile up.
_asking = threading.Lock()


def answer_probes(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    answers = {"/healthz": lambda: "ok", "/readyz": how_ready}

    def middleware(request: HttpRequest) -> HttpResponse:
        answer = answers.get(request.path_info)
        if answer is None:
            return get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        word = answer()
        is_well = word in ("ok", READY)
        response = HttpResponse(word, status=200 if is_well else 503, content_type="text/plain; charset=utf-8")
        response.is_quiet = is_well  # type: ignore[attr-defined]  # see config.request_ids
        return response

    return middleware


def how_ready() -> str:
    """ "ready", "database" when it does not answer in time, or "migrations" when tables of this release are missing.

    Asked in a thread of its own, on a connection of its own: a frozen database keeps no promise about time.
    """
    until = time.monotonic() + SECONDS
    if not _asking.acquire(timeout=SECONDS):
        return "database"
    found: list[str] = []

    def ask() -> None:
        try:
            found.append(READY if is_migrated() else "migrations")
        except Exception:  # noqa: S110 - whatever it is: the word for it is below
            pass
        finally:
            connection.close()
            _asking.release()

    asker = threading.Thread(target=ask, name="readyz", daemon=True)
    asker.start()
    asker.join(timeout=max(0.0, until - time.monotonic()))
    return found[0] if found else "database"


def is_migrated() -> bool:
    """Whether the last migration of each app has been applied."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        if cursor.fetchone() != (True,):
            return False
        cursor.execute("SELECT app, name FROM django_migrations")
        return last_migrations() <= set(cursor.fetchall())


@cache
def last_migrations() -> frozenset[tuple[str, str]]:
    """As the code has them: read from the files once."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
