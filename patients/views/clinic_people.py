"""Who works in a clinic, for its administrators. Another clinic's people and none are the same 404. No patient is here."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from patients.actions import Refused, change_roles, remove_member, resume_member, suspend_member
from patients.forms.joining import ReasonForm, RolesForm
from patients.models import Clinic, Invitation, Membership, Role
from patients.permissions import why_not_change_member
from patients.presentation.people_page import Member, called, invited_to, listed, members
from patients.views.scope import person


@require_safe
def people_list(request: HttpRequest) -> HttpResponse:
    clinics = list(Clinic.objects.clinical_for(request.user, Role.ADMINISTRATOR))
    rows = Membership.objects.filter(clinic__in=clinics).select_related("user", "given_by", "suspended_by")
    open_ones = Invitation.objects.open().filter(clinic__in=clinics).select_related("made_by", "clinic")
    by_clinic = [
        (
            clinic,
            members(row for row in rows if row.clinic_id == clinic.pk),
            [(one, invited_to(one)) for one in open_ones if one.clinic_id == clinic.pk],
        )
        for clinic in clinics
    ]
    return render(request, "patients/people_list.html", {**framed(clinics), "by_clinic": by_clinic})


def framed(clinics: list[Clinic]) -> dict[str, Any]:
    return {"section": "people", "demo": any(clinic.is_demo for clinic in clinics)}


def member_at(request: HttpRequest, clinic: int, pk: int) -> Member:
    held = Clinic.objects.clinical_for(request.user, Role.ADMINISTRATOR).filter(pk=clinic)
    rows = Membership.objects.filter(clinic__in=held, user=pk)
    found = members(rows.select_related("user", "clinic", "given_by", "suspended_by"))
    if not found:
        raise Http404("No such person in a clinic of which this person is an administrator.")
    return found[0]


@require_http_methods(["GET", "HEAD", "POST"])
def member_detail(request: HttpRequest, clinic: int, pk: int) -> HttpResponse:
    """One person in one clinic: other roles, a suspension, its end, or leaving."""
    member = member_at(request, clinic, pk)
    where, who, by = member.rows[0].clinic, member.person, person(request)
    what, refused = request.POST.get("what", ""), ""
    initial = {"roles": member.roles, "read": ",".join(member.roles)}
    roles = RolesForm(request.POST if what == "roles" else None, initial=initial)
    reason = ReasonForm(request.POST if what == "suspend" else None)
    if request.method == "POST" and all(form.is_valid() for form in (roles, reason) if form.is_bound):
        try:
            messages.success(request, decide(what, where, who, by, roles, reason))
        except Refused as refusal:
            refused = str(refusal)
        else:
            return redirect("people_list") if what == "remove" else redirect("member_detail", clinic=clinic, pk=pk)
    context = {
        "member": member, "clinic": where, "roles": roles, "reason": reason, "refused": refused,
        "why_not": why_not_change_member(by, where, who), **framed([where]),
    }  # fmt: skip
    return render(request, "patients/member_detail.html", context, status=422 if request.method == "POST" else 200)


def decide(what: str, clinic: Clinic, who: User, by: User, roles: RolesForm, reason: ReasonForm) -> str:
    """Does it, and says so."""
    if what == "roles":
        chosen, read = roles.cleaned_data["roles"], roles.cleaned_data["read"]
        change_roles(clinic=clinic, person=who, roles=chosen, read=read, by=by)
        return f"{called(who)} is now: {listed(chosen)}."
    if what == "suspend":
        suspend_member(clinic=clinic, person=who, because=reason.cleaned_data["because"], by=by)
        return f"{called(who)} is suspended in {clinic}, from this moment on."
    if what == "resume":
        resume_member(clinic=clinic, person=who, by=by)
        return f"{called(who)} works in {clinic} again."
    if what == "remove":
        remove_member(clinic=clinic, person=who, by=by)
        return f"{called(who)} does not work in {clinic} any more."
    raise Http404("Nothing that can be decided here.")
