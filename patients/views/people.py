"""Patients: found, registered, corrected, and their page. A search term never stands in an address."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_safe

from config.htmx import is_swapped, render_page_or_partial
from patients.actions import (
    Conflict,
    Refused,
    ValuesRefused,
    edit_patient,
    look_at_patient,
    record_accesses,
    register_patient,
)
from patients.context import roles_of
from patients.forms.people import EditForm, RegisterForm, differences, initial_of, onto_saved
from patients.models import Clinic, Consultation, Patient, Plan
from patients.presentation.banner import banner_of
from patients.presentation.events import KINDS
from patients.presentation.kept_pages import TOKEN, KeptPage, answered, keep, pages
from patients.presentation.patient_page import patient_page
from patients.views.scope import clinics_chosen, page_name, page_number, patient_context, person, visible_patient

MOST_ROWS = 50
LONGEST_SEARCH = 100


@require_http_methods(["GET", "HEAD", "POST"])
def patient_list(request: HttpRequest) -> HttpResponse:
    """A search is posted, so that no name lands in an address, a log or the browser's history."""
    term = request.POST.get("q", "").strip()[:LONGEST_SEARCH]
    clinics = clinics_chosen(request)
    plans = Prefetch(
        "plans", Plan.objects.active().only("patient", "number", "signed_on", "state"), to_attr="active_plans"
    )
    begun = Prefetch(
        "consultations", Consultation.objects.open().only("patient", "furthest_step", "state"), to_attr="begun"
    )
    found = (
        Patient.objects.visible_to(request.user)
        .filter(clinic__in=clinics)
        .select_related("clinic")
        .prefetch_related(plans)
        .prefetch_related(begun)
    )
    rows = list((found.found_by(term) if term else found)[: MOST_ROWS + 1])
    record_accesses(patients=[row.pk for row in rows[:MOST_ROWS]], by=person(request), what=page_name(request))
    context = {
        "rows": [(row, banner_of(row)) for row in rows[:MOST_ROWS]],
        "has_more": len(rows) > MOST_ROWS,
        "most": MOST_ROWS,
        "term": term,
        "clinics": clinics,
        "section": "patients",
        "demo": any(clinic.is_demo for clinic in clinics),
    }
    return render_page_or_partial(request, "patients/patient_list.html", "patients/_patient_rows.html", context)


@require_safe
def patient_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What happened is filtered and paged by `kind` and `page`, and can be fetched alone."""
    kind, number, by = request.GET.get("kind", ""), page_number(request), person(request)
    held = tuple(sorted(roles_of(request).held))  # the page is the same for all who are that in the patient's clinic
    key = ("patient", str(pk), held, kind if kind in KINDS else "", number, is_swapped(request))
    kept = pages.get(key)
    look = look_at_patient(pk, by=by, what=page_name(request), since=kept.mark if kept else None)
    if look is None:
        raise Http404
    if kept is None or kept.stamp != look.stamp or kept.mark.changes != look.changes:
        patient = Patient.objects.select_related("clinic").get(pk=pk)
        context = patient_context(patient, page=patient_page(patient, by, kind=kind, page=number), csrf_token=TOKEN)
        part = render_to_string(
            "patients/_events.html" if is_swapped(request) else "patients/_patient_page.html", context
        )
        kept = keep(key, KeptPage(look.mark, part, context["demo"], stamp=look.stamp, banner=context["patient"]))
    return answered(request, kept, "patients/patient_detail.html", {"section": "patients"})


@require_http_methods(["GET", "HEAD", "POST"])
def patient_register(request: HttpRequest) -> HttpResponse:
    clinics = Clinic.objects.clinical_for(request.user)
    context: dict[str, Any] = {"section": "patients", "demo": any(clinic.is_demo for clinic in clinics)}
    if not clinics:
        context["why_not"] = "Only physicians and nurses of a clinic may register patients."
        return render(request, "patients/patient_register.html", context, status=403)
    chosen = roles_of(request).workplace
    form = RegisterForm(request.POST or None, clinics=clinics, initial={"clinic": chosen.pk} if chosen else None)
    if request.method == "POST" and form.is_valid():
        try:
            patient = register_patient(by=person(request), **form.cleaned_data)
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, f"{banner_of(patient).name} is registered.")
            return redirect("patient_detail", pk=patient.pk)
    status = 422 if form.is_bound else 200
    return render(request, "patients/patient_register.html", {**context, "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def patient_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    patient = visible_patient(request, pk)
    form = EditForm(request.POST or None, initial=initial_of(patient))
    context, status = patient_context(patient, form=form), 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        typed = dict(form.cleaned_data)
        try:
            edit_patient(patient=patient, by=person(request), **typed)
        except Conflict as conflict:
            current = Patient.objects.select_related("clinic").get(pk=conflict.current.pk)
            values, is_clash = onto_saved(current, typed["lock_version"], typed)
            differing = differences(current, values)
            if not differing:
                return saved(request, pk)
            # Saving again is then a choice and not an accident, and takes nothing back that somebody else has changed.
            form = EditForm({**values, "lock_version": current.lock_version})
            context |= {"form": form, "differences": differing, "conflict": str(conflict), "is_clash": is_clash}
            status = 409
        except Refused as refusal:
            explain(form, refusal)
        else:
            return saved(request, pk)
    return render(request, "patients/patient_edit.html", context, status=status)


def saved(request: HttpRequest, pk: UUID) -> HttpResponse:
    messages.success(request, "Saved.")
    return redirect("patient_detail", pk=pk)


def explain(form: forms.Form, refusal: Refused) -> None:
    """Puts what an action refused beside the field it is about."""
    if not isinstance(refusal, ValuesRefused):
        form.add_error(None, str(refusal))
        return
    for place, message in refusal.problems:
        form.add_error(place if place in form.fields else None, f"{message}.")
