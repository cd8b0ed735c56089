"""Plans that a version of their guideline concerns: the list of them, and what becomes of each."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guidelines.actions import begin_impact
from guidelines.impact import impact_on
from guidelines.in_use import versions_in_use
from guidelines.models import Version
from guidelines.package import compiled_version
from patients.actions import Refused, keep_plan, move_plan, open_elsewhere, record_accesses, stop_plan
from patients.impact.affected import Affected, concerning, rows, to_handle
from patients.models import Clinic, Plan
from patients.permissions import why_not_handle
from patients.presentation.banner import banner_of
from patients.views.scope import clinics_chosen, page_name, patient_context, person, visible_plan

MOST_ROWS = 100


def targets_for(request: HttpRequest) -> list[Version]:
    """What is in use today where this person works. Clinics of two time zones may be a day apart: the earlier counts."""
    days = [clinic.today() for clinic in Clinic.objects.clinical_for(request.user)]
    return versions_in_use(min(days)) if days else []


@require_safe
def newer_version_list(request: HttpRequest) -> HttpResponse:
    targets = targets_for(request)
    in_clinics = Plan.objects.visible_to(request.user).filter(patient__clinic__in=clinics_chosen(request))
    found = to_handle(in_clinics, targets)
    shown = found.select_related("patient__clinic", "version").defer("frozen", "care_plan")[:MOST_ROWS]
    listed = [(row, banner_of(row.plan.patient)) for row in rows(shown, targets)]
    groups = [(title, list(group)) for title, group in groupby(listed, key=lambda entry: heading(entry[0]))]
    record_accesses(
        patients=[row.plan.patient_id for row, _ in listed], by=person(request), what=page_name(request)
    )  # fmt: skip
    context: dict[str, Any] = {
        "groups": groups,
        "more": found.count() - len(listed) if len(listed) == MOST_ROWS else 0,
        "has_uncompared": any(not row.is_compared and row.newer for row, _ in listed),
        "is_clinical": Clinic.objects.clinical_for(request.user).exists(),
        "section": "patients",
    }
    return render(request, "patients/newer_version_list.html", context)


def heading(row: Affected) -> str:
    if row.is_urgent:
        return "Urgent"
    return "Changed by a newer version" if row.is_compared else "Not compared yet"


@require_POST
def newer_version_compare(request: HttpRequest) -> HttpResponse:
    """Queues the comparison for what was not compared yet."""
    targets = targets_for(request)
    waiting = to_handle(Plan.objects.visible_to(request.user), targets).filter(is_compared=False, newer__isnull=False)
    wanted = set(waiting.order_by().values_list("newer", flat=True).distinct())
    for version in targets:
        if version.pk in wanted:
            begin_impact(version=version, by=person(request), anew=True)
    messages.info(request, "The comparison is queued. Open this page again in a moment.")
    return redirect("newer_version_list")


@require_http_methods(["GET", "HEAD", "POST"])
def plan_newer_version(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One plan beside the version that concerns it, worked out anew: keep it, move it or stop it."""
    plan = visible_plan(request, pk)
    row = next(iter(concerning(Plan.objects.filter(pk=plan.pk), plan.patient.clinic)), None)
    problem, sent = "", request.POST.get("what", "")
    if request.method == "POST":
        try:
            return dealt_with(request, plan, row, sent)
        except Refused as refusal:
            problem = str(refusal)
    context = patient_context(
        plan.patient,
        plan=plan,
        row=row,
        problem=problem,
        sent=sent,
        reason=request.POST.get("reason", ""),
        why_not=why_not_handle(person(request), plan),
        unfinished=open_elsewhere(plan, row.newer) if row else None,
        handlings=plan.handlings.select_related("version", "handled_by"),
        impact=impact_on(plan.frozen, compiled_version(row.newer)) if row and row.newer else None,
    )
    return render(request, "patients/plan_newer_version.html", context, status=422 if problem else 200)


def dealt_with(request: HttpRequest, plan: Plan, row: Affected | None, what: str) -> HttpResponse:
    by, reason = person(request), request.POST.get("reason", "")
    if what == "move" and row is not None and row.newer is not None:
        consultation = move_plan(plan=plan, version=row.newer, by=by, discards=request.POST.get("discards", ""))
        return redirect("consultation_resume", pk=consultation.pk)
    if what == "keep":
        keep_plan(plan=plan, by=by, reason=reason, because=request.POST.getlist("because"))
        messages.success(request, f"Plan {plan.number} is kept.")
    elif what == "stop":
        stop_plan(plan=plan, by=by, reason=reason)
        messages.success(request, f"Plan {plan.number} is stopped. Tell the patient.")
    else:
        raise Refused("Nothing is open for this plan. Somebody may have dealt with it meanwhile.")
    return redirect("newer_version_list")
