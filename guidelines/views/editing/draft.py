"""The draft that a page is about, for whoever works on guidelines. Others are refused with a sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from guidelines import labels
from guidelines.draft_content import draft_content
from guidelines.editing import PARTS
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Head, Package
from guidelines.engine.values import Content
from guidelines.models import HEAD, Edit, Version
from guidelines.permissions import has_role, why_not_edit
from guidelines.workflow import AT_WORK

NOT_AT_WORK = "Only people who work on guidelines see how they are made: editors, reviewers and administrators."
RECENT = 5


@dataclass
class Draft:
    """A version as an editor or reviewer sees it. `why_not` says why this person cannot change it, empty if they can."""

    version: Version
    user: User

    @cached_property
    def why_not(self) -> str:
        return why_not_edit(self.user, self.version)

    @property
    def may_edit(self) -> bool:
        return not self.why_not

    @cached_property
    def compiled(self) -> CompiledPackage:
        return draft_content(self.version)

    @property
    def package(self) -> Package:
        return self.compiled.package

    @cached_property
    def base(self) -> Package | None:
        """What the draft is compared with: the content it began with."""
        return draft_content(self.version.based_on).package if self.version.based_on else None

    @property
    def place(self) -> dict[str, Any]:
        """Its part of every address."""
        return {"slug": self.version.guideline.slug, "number": self.version.number}

    def edits(self, part: str, key: str) -> list[Edit]:
        found = Edit.objects.filter(version=self.version, part=part, key=key).select_related("edited_by")
        return list(found[:RECENT])


View = Callable[..., HttpResponse]


def of_draft(view: View) -> View:
    """Hands a view the draft of its address. Who does not work on guidelines is refused."""

    @wraps(view)
    def opened(request: HttpRequest, slug: str, number: int, **names: Any) -> HttpResponse:
        user = signed_in(request)
        if not has_role(user, *AT_WORK):
            return refused(request, NOT_AT_WORK)
        versions = Version.objects.readable_by(user).with_status().select_related("guideline", "based_on__guideline")
        version = get_object_or_404(versions, guideline__slug=slug, number=number)
        return view(request, Draft(version, user), **names)

    return opened


def changing(view: View) -> View:
    """For views that write, behind `of_draft`: who may not change the draft is told why."""

    @wraps(view)
    def guarded(request: HttpRequest, draft: Draft, **names: Any) -> HttpResponse:
        return refused(request, draft.why_not, draft) if draft.why_not else view(request, draft, **names)

    return guarded


def refused(request: HttpRequest, why_not: str, draft: Draft | None = None) -> HttpResponse:
    return render(request, "guidelines/editing_refused.html", page(draft, why_not=why_not), status=403)


def page(draft: Draft | None, **context: Any) -> dict[str, Any]:
    """What every page of an editor prints."""
    found = {"section": "editing", **context}
    if draft is not None:
        found |= {"draft": draft, "version": draft.version, "demo": draft.version.is_demonstration}
    return found


def part_label(part: str) -> labels.PartLabel:
    found = labels.parts().get(part)
    if found is None or (part != HEAD and part not in PARTS):
        raise Http404("A guideline has no such part.")
    return found


def class_of(part: str) -> type[Content]:
    return Head if part == HEAD else PARTS[part].entry_class


def signed_in(request: HttpRequest) -> User:
    """The person who is signed in; every address here asks for one."""
    if not isinstance(request.user, User):
        raise TypeError("Only somebody who is signed in reaches this.")
    return request.user
