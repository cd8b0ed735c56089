"""Invitations: the forms, the link that is shown once, taking it back, and the page it leads to, which strangers may open."""

import logging
from typing import Any
from uuid import UUID, uuid4

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from patients.actions import (
    Refused,
    accept_as_new_person,
    accept_invitation,
    invitation_behind,
    invite,
    revoke_invitation,
)
from patients.forms.joining import ClinicInviteForm, InstallationInviteForm, NewPersonForm
from patients.models import Clinic, Invitation, Role
from patients.models.joining import LASTS
from patients.outputs.invitation import invitation_mail
from patients.permissions import why_not_invite, why_not_manage_people
from patients.presentation.people_page import called, invited_to
from patients.views.scope import administering, person, sentence_page

TOKENS = Signer(salt="invitation")
TOO_MANY = "Too many links were tried from here within an hour. Wait a while, then open the link again."
NOT_OURS = "This form is not from here. Press the button again."
logger = logging.getLogger("config.invitations")


@require_http_methods(["GET", "HEAD", "POST"])
@administering
def clinic_invite(request: HttpRequest, clinic: int) -> HttpResponse:
    """By an administrator of the clinic; or, to give it one, by an administrator of the installation."""
    by = person(request)
    where = get_object_or_404(Clinic, pk=clinic)
    offered = list(Role.values) if not why_not_manage_people(by, where) else [Role.ADMINISTRATOR]
    if why_not_invite(by, where, offered):
        raise Http404("Not a clinic to which this person may invite.")
    initial = {"roles": offered if len(offered) == 1 else []}
    form = ClinicInviteForm(request.POST or None, offered=offered, initial=initial)
    context = {"clinic": where, "is_founding": len(offered) == 1, "section": "people", "demo": where.is_demo}
    return invited(request, "patients/clinic_invite.html", form, where, context)


@require_http_methods(["GET", "HEAD", "POST"])
@administering
def installation_invite(request: HttpRequest) -> HttpResponse:
    form = InstallationInviteForm(request.POST or None)
    return invited(request, "patients/installation_invite.html", form, None, {"section": "installation"})


def invited(
    request: HttpRequest,
    template: str,
    form: ClinicInviteForm | InstallationInviteForm,
    clinic: Clinic | None,
    context: dict[str, Any],
) -> HttpResponse:
    """The form, and the link that was just made: shown this once, and mailed where that is asked for. Sent twice, a form
    makes one."""
    if request.method == "POST" and form.is_valid():
        try:
            token = UUID(TOKENS.unsign(request.POST.get("token", "")))
            typed = {name: form.cleaned_data[name] for name in ("name", "email")}
            invitation = invite(clinic=clinic, roles=form.chosen(), by=person(request), token=token, **typed)
        except BadSignature:
            form.add_error(None, NOT_OURS)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return shown_once(request, invitation, token, context)
    status = 422 if form.is_bound else 200
    found = {**context, "form": form, "token": TOKENS.sign(str(uuid4())), "has_mail": settings.HAS_MAIL}
    return render(request, template, found, status=status)


def shown_once(request: HttpRequest, invitation: Invitation, token: UUID, context: dict[str, Any]) -> HttpResponse:
    address = f"{settings.SITE_URL}{reverse('invitation_accept', args=[token])}"
    wants_mail = bool(invitation.email and settings.HAS_MAIL and request.POST.get("mail"))
    told = {
        "invitation": invitation, "address": address, "to": invited_to(invitation),
        "until": invitation.made_at + LASTS, "wants_mail": wants_mail,
        "is_mailed": wants_mail and mailed(invitation, address),
    }  # fmt: skip
    return render(request, "patients/invitation_made.html", {**context, **told})


def mailed(invitation: Invitation, address: str) -> bool:
    """Whether the mail server took it. If not, the link is handed over: the invitation is there all the same."""
    try:
        invitation_mail(invitation, address, invitation.made_at + LASTS).send()
    except OSError as error:
        logger.error("An invitation could not be mailed: %s", type(error).__name__)
        return False
    return True


@require_POST
@administering
def invitation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    by = person(request)
    invitation = get_object_or_404(Invitation.objects.visible_to(by), pk=pk)
    try:
        revoke_invitation(invitation=invitation, by=by)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"The invitation of {invitation.name} is taken back. Its link leads nowhere.")
    is_of_the_clinic = invitation.clinic_id and "installation" not in request.POST
    return redirect("people_list" if is_of_the_clinic else "installation_people")


@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, token: UUID) -> HttpResponse:
    """Who invites to what. A link that is false, used, taken back or too old is the same page, which tells nothing."""
    # The library's public way counts no GET.
    is_counted = {"app": "allauth.account", "action": "open_invitation", "limit_get": True}
    if not request.user.is_authenticated and not ratelimit.consume(request, **is_counted):
        return sentence_page(request, TOO_MANY, status=429)
    invitation = invitation_behind(token)
    if invitation is None:
        return render(request, "patients/invitation_ended.html", status=404)
    form, refused = NewPersonForm(request.POST or None), ""
    if request.method == "POST" and (request.user.is_authenticated or form.is_valid()):
        try:
            return accepted(request, token, form)
        except Refused as refusal:
            refused = str(refusal)
    context = {
        "invitation": invitation, "to": invited_to(invitation), "by": called(invitation.made_by), "form": form,
        "until": invitation.made_at + LASTS, "refused": refused, "again": request.path,
    }  # fmt: skip
    return render(request, "patients/invitation_accept.html", context, status=422 if request.method == "POST" else 200)


def accepted(request: HttpRequest, token: UUID, form: NewPersonForm) -> HttpResponse:
    """A new person signs in next, as everybody does: with all that is asked of whoever signs in."""
    if request.user.is_authenticated:
        invitation = accept_invitation(token=token, by=person(request))
        messages.success(request, f"You are now {invited_to(invitation)}.")
        return redirect("home")
    typed = {name: form.cleaned_data[name] for name in ("username", "first_name", "last_name")}
    accept_as_new_person(token=token, password=form.cleaned_data["password1"], **typed)
    messages.success(request, "Your account is made. Sign in with it.")
    return redirect("account_login")
