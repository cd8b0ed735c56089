"""Signed plans: the record, and the same plan as pages and as PDF. All of it comes from the one frozen CarePlan."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guidelines.package import compiled_version
from guidelines.reading import Audience
from guidelines.rendered import audience_urls
from patients.filled_results import Filled, filled_in
from patients.impact.affected import concerning
from patients.models import Observation, Paper, Plan
from patients.outputs.every_page import standing_of
from patients.outputs.html import patient_plan_context
from patients.outputs.pdf import clinician_summary_pdf, patient_plan_pdf, visit_pdf
from patients.outputs.summary import clinician_summary_context
from patients.outputs.visit import visit_context
from patients.permissions import why_not_end
from patients.plan_parts import CarePlan
from patients.plan_standing import over_on, what_it_replaces, why_over
from patients.print_rules import PrintRefused
from patients.rederiving import rederive
from patients.views.scope import patient_context, person, sentence_page, visible_plan


@require_safe
def plan_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    plan = visible_plan(request, pk)
    care_plan = care_plan_of(plan)
    context = patient_context(
        plan.patient,
        plan=plan,
        care_plan=care_plan,
        standing=standing_of(care_plan, printed_on=plan.patient.clinic.today(), over=why_over(plan)),
        papers=Paper.values,
        paper=plan.patient.clinic.paper,
        concerns=concerning(Plan.objects.filter(pk=plan.pk), plan.patient.clinic),
        replaced_by=getattr(plan, "replaced_by", None),
        may_end=not why_not_end(person(request), plan),
    )
    return render(request, "patients/plan_detail.html", context)


@require_safe
def plan_patient_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    plan = visible_plan(request, pk)
    try:
        context = patient_plan_context(
            care_plan_of(plan),
            large="large" in request.GET,
            replaces=what_it_replaces(plan),
            filled=results_since(plan) if "results" in request.GET else None,
            **printed(plan, "patient"),
        )
    except PrintRefused as refusal:
        return refused(request, refusal)
    return render(request, "patients/plan_patient_page.html", patient_context(plan.patient, signed=plan, **context))


@require_safe
def plan_visit_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the patient brings to the next visit."""
    plan = visible_plan(request, pk)
    return render(request, "patients/plan_visit_page.html", patient_context(plan.patient, signed=plan, **visit(plan)))


@require_safe
def plan_visit_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    plan = visible_plan(request, pk)
    return pdf(visit_pdf(visit(plan), paper=paper_of(request, plan)), f"plan-{plan.number}-visit.pdf")


@require_safe
def plan_rederive(request: HttpRequest, pk: UUID) -> HttpResponse:
    """On a page of its own, so that the plan's stays fast."""
    plan = visible_plan(request, pk)
    context = patient_context(plan.patient, plan=plan, found=rederive(plan))
    return render(request, "patients/plan_rederive.html", context)


@require_safe
def plan_clinician_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    plan = visible_plan(request, pk)
    context = clinician_summary_context(care_plan_of(plan), **printed(plan, "clinician"))
    return render(request, "patients/plan_clinician_page.html", patient_context(plan.patient, signed=plan, **context))


@require_safe
def plan_patient_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """As it was signed; with `results`, a later print whose table of tests has been filled in."""
    plan, is_filled = visible_plan(request, pk), "results" in request.GET
    try:
        content = patient_plan_pdf(
            care_plan_of(plan),
            large="large" in request.GET,
            paper=paper_of(request, plan),
            replaces=what_it_replaces(plan),
            filled=results_since(plan) if is_filled else None,
            **printed(plan, "patient"),
        )
    except PrintRefused as refusal:
        return refused(request, refusal)
    return pdf(content, f"plan-{plan.number}-patient{'-with-results' if is_filled else ''}.pdf")


@require_safe
def plan_clinician_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    plan = visible_plan(request, pk)
    content = clinician_summary_pdf(care_plan_of(plan), paper=paper_of(request, plan), **printed(plan, "clinician"))
    return pdf(content, f"plan-{plan.number}-clinician.pdf")


def results_since(plan: Plan) -> Filled:
    observations = Observation.objects.filter(patient=plan.patient_id).effective()
    today = plan.patient.clinic.today()
    return filled_in(care_plan_of(plan), compiled_version(plan.version), observations, today, over_on(plan))


def visit(plan: Plan) -> dict[str, Any]:
    return visit_context(
        care_plan_of(plan),
        compiled_version(plan.version),
        plan.monitoring_tasks.open(),
        printed_on=plan.patient.clinic.today(),
        over=why_over(plan),
    )


def care_plan_of(plan: Plan) -> CarePlan:
    return CarePlan.from_json(plan.care_plan)


def printed(plan: Plan, audience: Audience) -> dict[str, Any]:
    """What a plan does not know of itself: the day it is printed, and whether it is still followed then."""
    return {
        "printed_on": plan.patient.clinic.today(),
        "public_url": guideline_url(plan, audience),
        "over": why_over(plan),
    }


def pdf(content: bytes, name: str) -> HttpResponse:
    # No name of a person in a file name: it stays in the folder of downloads.
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def guideline_url(plan: Plan, audience: Audience) -> str:
    """What the printed code opens, in the reader's wording. A patient gets none that would ask for a password."""
    if audience == "patient" and not plan.version.publications.open().exists():
        return ""
    guideline = plan.care_plan["header"]["guideline"]
    addresses = audience_urls("guideline_version", slug=guideline["slug"], number=guideline["version"])
    return f"{settings.SITE_URL}{addresses[audience]}"


def paper_of(request: HttpRequest, plan: Plan) -> str:
    wanted = request.GET.get("paper", "")
    return wanted if wanted in Paper.values else plan.patient.clinic.paper


def refused(request: HttpRequest, refusal: PrintRefused) -> HttpResponse:
    sentences = " ".join(problem.message for problem in refusal.problems)
    return sentence_page(request, f"This plan must not be printed. {sentences}", status=409)
