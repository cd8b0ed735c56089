"""Consultations begun, taken up again and discarded."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from guidelines.models import Version
from patients.actions import Refused, discard_consultation, start_consultation
from patients.presentation.run import Run
from patients.views.scope import person, sentence_page, visible_consultation, visible_patient
from patients.views.wizard import closed


@require_POST
def consultation_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One open consultation for each guideline: a second press leads to the first."""
    patient = visible_patient(request, pk)
    versions = Version.objects.current(patient.clinic.today()).select_related("guideline")
    slug = request.POST.get("guideline", "")
    version = get_object_or_404(versions, guideline__slug=slug)
    try:
        consultation = start_consultation(patient=patient, version=version, by=person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("patient_detail", pk=patient.pk)
    return redirect("consultation_resume", pk=consultation.pk)


@require_safe
def consultation_resume(request: HttpRequest, pk: UUID) -> HttpResponse:
    consultation = visible_consultation(request, pk)
    if not consultation.is_open:
        return closed(request, consultation)
    return redirect(Run(consultation).next_open.url_name, pk=consultation.pk)


@require_POST
def consultation_discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    consultation = visible_consultation(request, pk)
    try:
        discard_consultation(consultation=consultation, by=person(request))
    except Refused as refusal:
        return sentence_page(request, str(refusal), status=403)
    messages.success(request, "The consultation is discarded. Nothing of it is on a plan.")
    return redirect("patient_detail", pk=consultation.patient_id)
