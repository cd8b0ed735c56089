"""Comments on a version under way: said, answered, resolved, taken up again. Each leads back to where it stands."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from guidelines.actions import Refused, add_comment, reopen_comment, reply_to_comment, resolve_comment
from guidelines.comparing.kept import compiled_of
from guidelines.models import Comment, Version
from guidelines.review_forms import AnyEntryForm, CommentForm
from guidelines.reviewing.talk import part_and_key, subjects
from guidelines.views.at_work import address_of, of_version, worker
from guidelines.views.review import review_page


@require_POST
@of_version
def comment_add(request: HttpRequest, version: Version, user: User) -> HttpResponse:
    form = AnyEntryForm(request.POST, subjects=subjects(compiled_of(version).package), auto_id="comment-%s")
    if not form.is_valid():
        return review_page(request, version, user, form=form, status=422)
    part, key = part_and_key(form.cleaned_data["about"])
    try:
        comment = add_comment(version=version, by=user, text=form.cleaned_data["text"], part=part, key=key)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return review_page(request, version, user, form=form, status=422)
    return back_to(comment)


@require_POST
def comment_reply(request: HttpRequest, pk: int) -> HttpResponse:
    comment, user = found(request, pk)
    form = CommentForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return back_to(comment)
    return acted(request, comment, lambda: reply_to_comment(comment=comment, by=user, text=form.cleaned_data["text"]))


@require_POST
def comment_resolve(request: HttpRequest, pk: int) -> HttpResponse:
    comment, user = found(request, pk)
    return acted(request, comment, lambda: resolve_comment(comment=comment, by=user))


@require_POST
def comment_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    comment, user = found(request, pk)
    return acted(request, comment, lambda: reopen_comment(comment=comment, by=user))


def found(request: HttpRequest, pk: int) -> tuple[Comment, User]:
    user = worker(request)
    return get_object_or_404(Comment.objects.select_related("version__guideline", "answers"), pk=pk), user


def acted(request: HttpRequest, comment: Comment, act: Callable[[], Any]) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    return back_to(comment)


def back_to(comment: Comment) -> HttpResponse:
    """The review page, at the conversation."""
    first = comment.answers_id or comment.pk
    return redirect(f"{reverse('version_review', kwargs=address_of(comment.version))}#comment-{first}")
