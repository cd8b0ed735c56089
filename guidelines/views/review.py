"""Reviewing: what waits for whom, and one version with everything that speaks for and against approving it."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guidelines.comparing.kept import compiled_of
from guidelines.impact_panel import impact_panel
from guidelines.knowledge_panel import knowledge_of
from guidelines.models import Version
from guidelines.permissions import EDITORS, REVIEWERS, has_role
from guidelines.review_forms import AnyEntryForm
from guidelines.reviewing.page import Review
from guidelines.reviewing.talk import subjects
from guidelines.reviewing.waiting import queue_of, scheduled, to_publish, to_review_again
from guidelines.views.at_work import of_version, worker


@require_safe
def review_queue(request: HttpRequest) -> HttpResponse:
    user = worker(request)
    context = {
        "queue": queue_of(user),
        "is_reviewer": has_role(user, REVIEWERS),
        "is_editor": has_role(user, EDITORS),
        "to_publish": to_publish(user),
        "scheduled": scheduled(),
        "reminders": to_review_again(Version.objects.current().select_related("guideline")),
        "section": "review",
    }
    return render(request, "guidelines/review_queue.html", context)


@require_safe
@of_version
def version_review(request: HttpRequest, version: Version, user: User) -> HttpResponse:
    return review_page(request, version, user)


def review_page(
    request: HttpRequest, version: Version, user: User, *, form: AnyEntryForm | None = None, status: int = 200
) -> HttpResponse:
    """The page, also with a comment that was refused: nothing typed is lost."""
    review = Review(version, user)
    form = form or AnyEntryForm(subjects=subjects(compiled_of(version).package), auto_id="comment-%s")
    context: dict[str, Any] = {
        "review": review,
        "version": version,
        "form": form,
        **impact_panel(version),
        "knowledge": knowledge_of(version, compiled_of(version).package),
        "demo": version.is_demonstration,
        "section": "review",
    }
    return render(request, "guidelines/version_review.html", context, status=status)
