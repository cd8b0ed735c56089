"""A result that is wrong: written anew, or marked as another patient's."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from patients.actions import Refused, ValuesRefused, asked_for, correct_observation, disown_observation
from patients.forms.correcting import CorrectionForm, as_it_stands
from patients.models import Observation
from patients.presentation.results_log import CORRECTABLE, log_row
from patients.presentation.results_said import say
from patients.results.catalogue import Kind, catalogue_of_patient
from patients.views.scope import looked_at, patient_context, person, sentence_page

NOT_HERE = (
    "This is no result that can be typed in on its own: answer it anew in a consultation, "
    "or mark it as not this patient’s on the page of results."
)


def visible_observation(request: HttpRequest, pk: UUID) -> Observation:
    found = Observation.objects.visible_to(request.user).select_related("patient__clinic", "recorded_by", "laboratory")
    row = get_object_or_404(found, pk=pk)
    looked_at(request, row.patient)
    return row


@require_http_methods(["GET", "HEAD", "POST"])
def observation_correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = visible_observation(request, pk)
    patient = row.patient
    catalogue = catalogue_of_patient(patient)
    content = catalogue.content_of(row.fact_key)
    fact = content.facts[row.fact_key] if content else None
    if content is None or fact is None or fact.type not in CORRECTABLE:
        return sentence_page(request, NOT_HERE, status=409)
    kind = catalogue.kinds.get(row.fact_key) or Kind(fact, content)
    form = CorrectionForm(
        request.POST or None,
        initial=as_it_stands(row, fact),
        kind=kind,
        today=patient.clinic.today(),
        born_on=patient.born_on,
    )
    if request.method == "POST" and form.is_valid():
        try:
            written = correct_observation(observation=row, compiled=content, answer=form.answer, by=person(request))
        except ValuesRefused as refusal:
            for place, message in refusal.problems:
                form.add_error("upper_limit" if place.endswith("upper_limit") else "value", f"{message}.")
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            say(request, [written], asked_for(patient, [written]), catalogue, verb="Corrected to")
            return redirect("patient_results", pk=patient.pk)
    context = patient_context(patient, form=form, was=log_row(row, catalogue), kind=kind)
    return render(request, "patients/observation_correct.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def observation_disown(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = visible_observation(request, pk)
    catalogue = catalogue_of_patient(row.patient)
    was = log_row(row, catalogue)
    if request.method == "POST":
        try:
            disown_observation(observation=row, by=person(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request, f"{was.label} {was.value} is marked as not this patient’s. No rule reads it any more."
            )
        return redirect("patient_results", pk=row.patient_id)
    return render(request, "patients/observation_disown.html", patient_context(row.patient, was=was))
