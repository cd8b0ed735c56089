"""Moving a version on its way: submitted, sent back, approved, published, withdrawn. Each asks on a page of its own."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from guidelines import permissions
from guidelines.actions import Refused, approve, publish, request_changes, submit, withdraw
from guidelines.models import Version
from guidelines.review_forms import PublishForm, SubmitForm, WhyForm
from guidelines.reviewing.page import Review
from guidelines.views.at_work import address_of, of_version

WITHDRAW = {
    "label": "Why it is withdrawn",
    "hint": "Everybody who reads this version is told, patients too. Say what is wrong and what to do instead.",
    "required": "Say why this version is withdrawn.",
}
SEND_BACK = {
    "label": "What should change",
    "hint": "The editors read this first. Comments on single entries stay where they are.",
    "required": "Say what should change.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@of_version
def version_submit(request: HttpRequest, version: Version, user: User) -> HttpResponse:
    form = SubmitForm(request.POST or None)
    return moved(
        request, version, user, form, "version_submit", permissions.why_not_submit(user, version),
        lambda: submit(version=version, by=user, why=form.cleaned_data["why"]),
        "It is submitted. The reviewers find it among what waits for them.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@of_version
def version_request_changes(request: HttpRequest, version: Version, user: User) -> HttpResponse:
    form = WhyForm(request.POST or None, **SEND_BACK)
    return moved(
        request, version, user, form, "version_request_changes", permissions.why_not_request_changes(user, version),
        lambda: request_changes(version=version, by=user, why=form.cleaned_data["why"]),
        "It is a draft again, and its editors are told why.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@of_version
def version_withdraw(request: HttpRequest, version: Version, user: User) -> HttpResponse:
    form = WhyForm(request.POST or None, **WITHDRAW)
    return moved(
        request, version, user, form, "version_withdraw", permissions.why_not_withdraw(user, version),
        lambda: withdraw(version=version, by=user, why=form.cleaned_data["why"]),
        "It is withdrawn, at once and everywhere.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@of_version
def version_publish(request: HttpRequest, version: Version, user: User) -> HttpResponse:
    form = PublishForm(request.POST or None, version=version)
    return moved(
        request, version, user, form, "version_publish", permissions.why_not_publish(user, version),
        lambda: publish(
            version=version, by=user, content_hash=request.POST.get("content_hash", ""),
            effective_on=form.cleaned_data["effective_on"], why=form.cleaned_data["why"],
        ),
        "It is published, and nobody can change it any more.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@of_version
def version_approve(request: HttpRequest, version: Version, user: User) -> HttpResponse:
    """Shows exactly what is approved. The hash that is sent back is the one that was shown."""
    refusal = ""
    if request.method == "POST":
        try:
            approve(version=version, by=user, content_hash=request.POST.get("content_hash", ""))
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, f"You have approved version {version.number}, content {version.short_hash}.")
            return redirect("version_review", **address_of(version))
    context = {
        "review": Review(version, user),
        "version": version,
        "profession": permissions.profession_of(user),
        "why_not": permissions.why_not_approve(user, version),
        "refusal": refusal,
        "demo": version.is_demonstration,
        "section": "review",
    }
    return render(request, "guidelines/version_approve.html", context, status=422 if refusal else 200)


def moved(
    request: HttpRequest, version: Version, user: User, form: forms.Form, name: str, why_not: str,
    act: Callable[[], Any], done: str,
) -> HttpResponse:  # fmt: skip
    """Asks, and acts when the answer is complete and allowed; a refusal keeps what was typed."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act()
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, done)
                return redirect("version_review", **address_of(version))
    context = {
        "review": Review(version, user),
        "version": version,
        "form": form,
        "why_not": why_not,
        "demo": version.is_demonstration,
        "section": "review",
    }
    return render(request, f"guidelines/{name}.html", context, status=status)
