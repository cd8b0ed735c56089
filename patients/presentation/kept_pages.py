"""Pages of patients as they were printed, kept in memory for as long as nothing that stands in them has changed.

The token of a form is the visitor's own: a mark stands for it in what is kept, and each answer gets its own. Refuses to
keep what is read inside a transaction: of what that writes later, nothing would be told.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.cache import patch_vary_headers
from django.utils.crypto import salted_hmac
from django.utils.safestring import SafeString

from config.htmx import is_swapped, render_page_or_partial
from config.kept import Kept
from patients.actions import Mark
from patients.context import roles_of
from patients.presentation.banner import Banner

MOST_KEPT, MOST_FRAMES = 48, 1
EMPTY = SafeString("")
ALONE = "the part alone"
# Never in what anybody types, and the same for all workers of a server.
TOKEN = salted_hmac("patients.presentation.kept_pages", "token").hexdigest()


@dataclass(frozen=True)
class KeptPage:
    """`stamp` is what else it depends on; `head` stays on the page when htmx swaps the `part`."""

    mark: Mark
    part: SafeString
    is_demo: bool
    head: SafeString = EMPTY
    stamp: Hashable = None
    patients: tuple[UUID, ...] = ()
    banner: Banner | None = None
    documents: Kept[Hashable, bytes] = field(
        default_factory=lambda: Kept(MOST_FRAMES)
    )  # with what stands around it, by frame

    def __reduce__(self) -> tuple[Any, ...]:
        """For another worker, which prints its own documents."""
        return KeptPage, (self.mark, self.part, self.is_demo, self.head, self.stamp, self.patients, self.banner)


pages: Kept[Hashable, KeptPage] = Kept(MOST_KEPT, shared="pages")


def keep(key: Hashable, page: KeptPage) -> KeptPage:
    return page if connection.in_atomic_block else pages.keep(key, page)


def frame_of(request: HttpRequest, also: Hashable) -> Hashable:
    """What stands around the content for one person; nothing where something is said once, or by nobody."""
    if not isinstance(request.user, User) or len(get_messages(request)):
        return None
    return request.user.get_full_name(), request.user.get_username(), roles_of(request).told(), also


def answered(
    request: HttpRequest,
    kept: KeptPage,
    template: str,
    context: Mapping[str, Any],
    *,
    also: Hashable = None,
    status: int = 200,
) -> HttpResponse:
    """The page around what is kept, or for htmx its part alone, with the visitor's own token in each form. `also` is
    whatever of the context may be another one for the same page."""
    frame = ALONE if is_swapped(request) else frame_of(request, also)
    body = kept.documents.get(frame) if frame else None
    if body is None:
        told = {"part": kept.part, "head": kept.head, "demo": kept.is_demo, "patient": kept.banner, "csrf_token": TOKEN}
        body = render_page_or_partial(request, template, "patients/_part.html", {**told, **context}).content
        if frame:
            kept.documents.keep(frame, body)
    response = HttpResponse(body.replace(TOKEN.encode(), get_token(request).encode()), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
