"""Asking a guideline, sending what it does not answer to its editors, and their list of such questions.

A question is posted, so that it stands in no address, no log and no history of a browser.
"""

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.htmx import render_page_or_partial
from guidelines.actions import Refused, close_question, draft_for_question, reopen_question, send_question
from guidelines.asking.answering import answer
from guidelines.asking.page import shown
from guidelines.forms import AskForm, CloseForm, SendForm
from guidelines.models import QUESTION, Comment, Outcome, UnansweredQuestion, Version
from guidelines.package import compiled_version
from guidelines.permissions import why_not_answer_questions
from guidelines.reading import Audience
from guidelines.rendered import audience_urls, in_use
from guidelines.standing import standing_of
from guidelines.views.reading import ask_to_sign_in, readable

MOST_CLOSED = 20
TOO_MANY = "Too many questions were sent from here. Please wait an hour and send it again."


@require_http_methods(["GET", "HEAD", "POST"])
def guideline_ask(request: HttpRequest, slug: str, number: int, audience: Audience = "clinician") -> HttpResponse:
    version = readable(request.user, slug).filter(number=number).first()
    if version is None and not request.user.is_authenticated:
        return ask_to_sign_in(request)
    version = get_object_or_404(readable(request.user, slug), number=number)
    context: dict[str, Any] = {"form": AskForm(), **page_of(version, audience)}
    status = 200
    if "send" in request.POST:
        context, status = sent(request, version, audience, context)
    elif request.method == "POST":
        context, status = asked(request, version, audience, context)
    page, partial = "guidelines/guideline_ask.html", "guidelines/_ask.html"
    return render_page_or_partial(request, page, partial, context, status=status)


def page_of(version: Version, audience: Audience) -> dict[str, Any]:
    names = {"slug": version.guideline.slug, "number": version.number}
    standing = standing_of(version)
    return {
        "version": version,
        "standing": standing,
        **in_use(standing, audience),
        "audience": audience,
        "audience_urls": audience_urls("guideline_ask", **names),
        "ask_url": audience_urls("guideline_ask", **names)[audience],
        "version_url": audience_urls("guideline_version", **names)[audience],
        "demo": version.is_demonstration,
        "section": "guidelines",
    }


def asked(
    request: HttpRequest, version: Version, audience: Audience, context: dict[str, Any]
) -> tuple[dict[str, Any], int]:
    form = AskForm(request.POST)
    if not form.is_valid():
        return context | {"form": form}, 422
    question = form.cleaned_data["question"]
    compiled = compiled_version(version)
    found = shown(answer(compiled, question, is_plain=audience == "patient"), compiled, audience)
    send_form = SendForm(initial={"text": question})
    return context | {"form": form, "question": question, "answer": found, "send_form": send_form}, 200


def sent(
    request: HttpRequest, version: Version, audience: Audience, context: dict[str, Any]
) -> tuple[dict[str, Any], int]:
    form = SendForm(request.POST)
    if not form.is_valid():
        return context | {"send_form": form}, 422
    if not request.user.is_authenticated and not ratelimit.consume(request, action="send_question"):
        form.add_error(None, TOO_MANY)
        return context | {"send_form": form}, 429
    try:
        send_question(version=version, audience=audience, text=form.cleaned_data["text"])
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return context | {"send_form": form}, 422
    return context | {"is_sent": True}, 200


@require_safe
def question_list(request: HttpRequest) -> HttpResponse:
    """What readers asked and no guideline answered: the open ones, and those closed last."""
    context: dict[str, Any] = {"section": "questions"}
    if refusal := why_not_answer_questions(editor(request)):
        return render(request, "guidelines/question_list.html", {**context, "why_not": refusal}, status=403)
    questions = UnansweredQuestion.objects.select_related("version__guideline", "closed_by")
    drafts = drafts_by_question()
    context |= {
        "questions": [(question, drafts.get(str(question.pk))) for question in questions.open()],
        "closed": questions.closed().order_by("-closed_at")[:MOST_CLOSED],
        "outcomes": Outcome.choices,
    }
    return render(request, "guidelines/question_list.html", context)


@require_POST
def question_close(request: HttpRequest, pk: int) -> HttpResponse:
    question = get_object_or_404(UnansweredQuestion, pk=pk)
    form = CloseForm(request.POST)
    outcome = form.cleaned_data["outcome"] if form.is_valid() else ""
    try:
        close_question(question=question, by=editor(request), outcome=outcome)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The question is closed. You can undo that below.")
    return redirect("question_list")


@require_POST
def question_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    question = get_object_or_404(UnansweredQuestion, pk=pk)
    try:
        reopen_question(question=question, by=editor(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The question is open again.")
    return redirect("question_list")


@require_POST
def question_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Begins a change that is to answer the question, or leads to the one that was begun for it."""
    question = get_object_or_404(UnansweredQuestion.objects.select_related("version__guideline"), pk=pk)
    try:
        draft = draft_for_question(question=question, by=editor(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("question_list")
    messages.success(request, f"Version {draft.number} is to answer it. The question is closed when it is approved.")
    return redirect("version_review", slug=draft.guideline.slug, number=draft.number)


def drafts_by_question() -> dict[str, Version]:
    """The versions under way that are to answer a question, by its key."""
    under_way = Comment.objects.filter(part=QUESTION, version__in=Version.objects.drafts())
    return {comment.key: comment.version for comment in under_way.select_related("version__guideline")}


def editor(request: HttpRequest) -> User:
    """The person who is signed in; every address here that writes asks for one."""
    if not isinstance(request.user, User):
        raise TypeError("Only somebody who is signed in reaches this.")
    return request.user
