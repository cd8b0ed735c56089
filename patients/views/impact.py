"""What new content means for plans: counts to those who may read the version, patients to those who look after them."""

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from config.htmx import is_swapped, render_page_or_partial
from guidelines import actions as guideline_actions
from guidelines.impact import Change, changes_of
from guidelines.impact_panel import panel_of
from guidelines.models import ImpactRun, JobState, Version
from patients.actions import record_accesses
from patients.models import Clinic, ImpactOutcome
from patients.presentation.banner import Banner, banner_of
from patients.views.scope import page_name, person

MOST_ROWS = 50
# An outcome stands once, under the gravest of what it changes.
GROUPS = (
    ("Cannot be compared", ~Q(failure="")),
    ("What warns changes", Q(safety=True)),
    ("The dose changes", Q(dose=True)),
    ("The proposal changes", Q(proposal=True)),
    ("The tests change", Q(monitoring=True)),
)
Row = tuple[ImpactOutcome, Banner, dict[str, list[Change]]]


def readable_run(request: HttpRequest, pk: int) -> ImpactRun:
    versions = Version.objects.readable_by(request.user)
    runs = ImpactRun.objects.select_related("version__guideline", "cancelled_by", "knowledge")
    return get_object_or_404(runs.filter(version__in=versions), pk=pk)


@require_safe
def impact_detail(request: HttpRequest, pk: int) -> HttpResponse:
    run = readable_run(request, pk)
    chunks = run.chunks
    progress = (chunks.filter(is_done=True).count(), chunks.count())
    context: dict[str, Any] = {**panel_of(run, run.version, progress), "section": "guidelines"}
    if run.state == JobState.DONE and not is_swapped(request):
        is_clinical = Clinic.objects.clinical_for(request.user).exists()
        context |= {"is_listed": is_clinical, "is_nobodys": not is_clinical, "is_whole_page": True}
        if is_clinical:
            context["groups"] = groups(request, ImpactOutcome.objects.visible_to(request.user).filter(run=run))
    return render_page_or_partial(request, "patients/impact_detail.html", "guidelines/_impact.html", context)


def groups(request: HttpRequest, outcomes: QuerySet[ImpactOutcome]) -> list[tuple[str, list[Row], int]]:
    """What is listed leaves its trace: it says more of a patient than who it is."""
    found, graver = [], Q(pk__in=[])
    listed = outcomes.select_related("plan__patient__clinic").defer("plan__frozen", "plan__care_plan")
    for title, condition in GROUPS:
        matching = listed.filter(condition).exclude(graver).order_by("plan__patient__family_name", "pk")
        graver |= condition
        rows = [(row, banner_of(row.plan.patient), changes_of(row.summary)) for row in matching[:MOST_ROWS]]
        if rows:
            more = max(0, matching.count() - len(rows)) if len(rows) == MOST_ROWS else 0
            found.append((title, rows, more))
    patients = [row.plan.patient_id for _, rows, _ in found for row, *_ in rows]
    record_accesses(patients=patients, by=person(request), what=page_name(request))
    return found


@require_POST
def impact_start(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    versions = Version.objects.readable_by(request.user)
    version = get_object_or_404(versions, guideline__slug=slug, number=number)
    try:
        run = guideline_actions.start_impact(version=version, by=person(request))
    except guideline_actions.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("guideline_version", slug=slug, number=number)
    return redirect("impact_detail", pk=run.pk)


@require_POST
def impact_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    run = readable_run(request, pk)
    try:
        guideline_actions.cancel_impact(run=run, by=person(request))
    except guideline_actions.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("impact_detail", pk=run.pk)
