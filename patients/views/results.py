"""A patient's results: all of them with where they came from, and several typed in at once."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from patients.actions import Refused, ValuesRefused, enter_results
from patients.forms.answers import UnknownField
from patients.forms.results import DayAndLaboratoryForm, ResultsForm, TypedRow, read_results, with_limits_of
from patients.models import Laboratory, Observation, Patient
from patients.presentation.results_entry import entry_groups
from patients.presentation.results_log import results_log
from patients.presentation.results_said import say
from patients.results.catalogue import Catalogue, catalogue_of_patient
from patients.views.scope import page_number, patient_context, person, sentence_page, visible_patient


@require_safe
def patient_results(request: HttpRequest, pk: UUID) -> HttpResponse:
    patient = visible_patient(request, pk)
    log = results_log(patient, catalogue_of_patient(patient), page_number(request))
    context = patient_context(patient, clinic=patient.clinic, log=log, newer=log.page - 1, older=log.page + 1)
    return render(request, "patients/patient_results.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def patient_results_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    patient = visible_patient(request, pk)
    catalogue = catalogue_of_patient(patient)
    if request.method != "POST":
        return entry_page(request, patient, catalogue)
    try:
        form = read_results(request.POST, catalogue, patient, patient.clinic.today())
    except UnknownField as unknown:
        return sentence_page(request, str(unknown))
    if "use_laboratory" in request.POST:
        return offer_limits(request, patient, catalogue, form)
    problem = "" if form.entries or form.errors else "Type in at least one result."
    if form.is_valid:
        header = form.header.cleaned_data
        try:
            entered = enter_results(
                patient=patient, by=person(request), laboratory=header["laboratory"],
                laboratory_name=header["new_laboratory"],
                results=[(kind.compiled, entry) for kind, entry in form.entries],
            )  # fmt: skip
        except ValuesRefused as refusal:
            form.add_problems(refusal.problems)
        except Refused as refusal:
            problem = str(refusal)
        else:
            say(request, entered.rows, entered.alerts, catalogue)
            return redirect("patient_detail", pk=patient.pk)
    return entry_page(request, patient, catalogue, form, problem=problem, status=422)


def offer_limits(request: HttpRequest, patient: Patient, catalogue: Catalogue, form: ResultsForm) -> HttpResponse:
    """Another laboratory is chosen: nothing is judged yet, and nothing that was typed is lost."""
    offered = request.POST.get("offered", "")
    known = {str(row.pk): row for row in Laboratory.objects.filter(clinic=patient.clinic)}
    chosen = form.header.cleaned_data.get("laboratory")
    header = DayAndLaboratoryForm(
        initial={name: request.POST.get(name, "") for name in form.header.fields}, clinic=patient.clinic
    )
    typed = with_limits_of(form.typed, catalogue, chosen, known.get(offered))
    return entry_page(request, patient, catalogue, ResultsForm(header, typed), laboratory=chosen)


def entry_page(
    request: HttpRequest,
    patient: Patient,
    catalogue: Catalogue,
    form: ResultsForm | None = None,
    *,
    problem: str = "",
    laboratory: Laboratory | None = None,
    status: int = 200,
) -> HttpResponse:
    """A new page offers what the laboratory of the last results printed; later it is as it was sent."""
    today = patient.clinic.today()
    if form is None:
        laboratory = usual_laboratory(patient)
        header = DayAndLaboratoryForm(
            initial={"taken_on": today, "laboratory": laboratory and laboratory.pk}, clinic=patient.clinic
        )
        typed: dict[str, TypedRow] = with_limits_of({}, catalogue, laboratory, None)
    else:
        header, typed = form.header, form.typed
        if laboratory is None and header.is_bound:
            laboratory = header.cleaned_data.get("laboratory")
    now, rest = entry_groups(patient, catalogue, typed, form, today)
    context: dict[str, Any] = {
        "header": header, "now": now, "rest": rest, "problem": problem, "offered": laboratory,
        "is_refused": form is not None and status == 422,
        "rows_wrong": [row for group in (*now, *rest) for row in group.rows if row.error or row.doubt],
    }  # fmt: skip
    return render(request, "patients/patient_results_add.html", patient_context(patient, **context), status=status)


def usual_laboratory(patient: Patient) -> Laboratory | None:
    """Of the patient's newest result that names one; else the clinic's only one."""
    named = Observation.objects.filter(patient=patient, laboratory__isnull=False).select_related("laboratory")
    last = named.order_by("-taken_on", "-number").first()
    if last is not None:
        return last.laboratory
    known = list(Laboratory.objects.filter(clinic=patient.clinic)[:2])
    return known[0] if len(known) == 1 else None
