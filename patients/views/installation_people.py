"""The people of this installation, for its administrators: clinics, roles on guidelines, who may sign in. No patient."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from guidelines.workflow import PROFESSIONS
from patients.actions import Refused, change_installation_roles, open_clinic, resume_person, suspend_person
from patients.forms.joining import ClinicForm, InstallationRolesForm, ReasonForm
from patients.models import Clinic, Invitation, Membership, Role
from patients.permissions import why_not_change_person
from patients.presentation.people_page import IN_WORDS, called, invited_to, listed, members
from patients.views.people import explain
from patients.views.scope import administering, person

MOST_ROWS = 100
LONGEST_SEARCH = 100


def sorted_people() -> Any:
    memberships = Prefetch("memberships", Membership.objects.select_related("clinic"))
    people = User.objects.prefetch_related(memberships, "groups")
    return people.order_by("last_name", "first_name", "username")


@require_safe
@administering
def installation_people(request: HttpRequest) -> HttpResponse:
    term = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    found = sorted_people()
    for word in term.split()[:8]:
        found = found.filter(
            Q(username__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(email__icontains=word)
        )
    rows = list(found[: MOST_ROWS + 1])
    in_force = Q(memberships__suspended_at__isnull=True, memberships__user__is_active=True)
    clinics = Clinic.objects.annotate(
        people_count=Count("memberships__user", distinct=True),
        administrator_count=Count(
            "memberships", filter=in_force & Q(memberships__role=Role.ADMINISTRATOR), distinct=True
        ),
    )
    open_ones = Invitation.objects.open().visible_to(request.user).select_related("made_by", "clinic")
    context = {
        "people": [(one, roles_of(one), places_of(one)) for one in rows[:MOST_ROWS]],
        "has_more": len(rows) > MOST_ROWS, "most": MOST_ROWS, "term": term, "clinics": clinics,
        "invitations": [(one, invited_to(one)) for one in open_ones], "section": "installation",
    }  # fmt: skip
    return render(request, "patients/installation_people.html", context)


def groups_of(one: User) -> list[str]:
    return sorted(group.name for group in one.groups.all() if group.name in IN_WORDS)


def roles_of(one: User) -> str:
    return listed(groups_of(one))


def places_of(one: User) -> list[str]:
    """Such as: Elbow Clinic: Physician."""
    rows = sorted(one.memberships.all(), key=lambda row: (row.clinic.name, row.clinic_id))
    by_clinic = {row.clinic_id: [other for other in rows if other.clinic_id == row.clinic_id] for row in rows}
    found = (members(held)[0] for held in by_clinic.values())
    return [
        f"{member.rows[0].clinic}: {member.roles_in_words}{' (suspended there)' if member.suspension else ''}"
        for member in found
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@administering
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: roles in this installation, a suspension everywhere, and its end."""
    who, by = get_object_or_404(sorted_people(), pk=pk), person(request)
    what, refused, held = request.POST.get("what", ""), "", groups_of(who)
    initial = {
        "roles": held, "read": ",".join(held), "profession": next((name for name in held if name in PROFESSIONS), ""),
    }  # fmt: skip
    roles = InstallationRolesForm(request.POST if what == "roles" else None, initial=initial)
    reason = ReasonForm(request.POST if what == "suspend" else None)
    if request.method == "POST" and all(form.is_valid() for form in (roles, reason) if form.is_bound):
        try:
            messages.success(request, decide(what, who, by, roles, reason))
        except Refused as refusal:
            refused = str(refusal)
        else:
            return redirect("person_detail", pk=pk)
    context = {
        "who": who, "held": listed(held), "places": places_of(who), "roles": roles, "reason": reason,
        "refused": refused, "why_not": why_not_change_person(by, who), "section": "installation",
        "suspension": who.suspensions.filter(ended_at__isnull=True).select_related("suspended_by").first(),
    }  # fmt: skip
    return render(request, "patients/person_detail.html", context, status=422 if request.method == "POST" else 200)


def decide(what: str, who: User, by: User, roles: InstallationRolesForm, reason: ReasonForm) -> str:
    """Does it, and says so."""
    if what == "roles":
        change_installation_roles(person=who, roles=roles.chosen(), read=roles.cleaned_data["read"], by=by)
        return (
            f"{called(who)} is now: {listed(roles.chosen())}." if roles.chosen() else f"{called(who)} has no role here."
        )
    if what == "suspend":
        suspend_person(person=who, because=reason.cleaned_data["because"], by=by)
        return f"{called(who)} is suspended everywhere, and signed out."
    if what == "resume":
        resume_person(person=who, by=by)
        return f"{called(who)} may sign in again."
    raise Http404("Nothing that can be decided here.")


@require_http_methods(["GET", "HEAD", "POST"])
@administering
def clinic_add(request: HttpRequest) -> HttpResponse:
    """A clinic has nobody at first: the next page invites its administrator."""
    form = ClinicForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            clinic = open_clinic(by=person(request), **form.cleaned_data)
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, f"{clinic} is added. Invite its first administrator, who lets others in.")
            return redirect("clinic_invite", clinic=clinic.pk)
    context = {"form": form, "section": "installation"}
    return render(request, "patients/clinic_add.html", context, status=422 if form.is_bound else 200)
