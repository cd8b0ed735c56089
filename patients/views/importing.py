"""Results in a file for a clinic: understood and shown, and written by a worker once somebody agrees."""

import hashlib
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.htmx import is_swapped, render_page_or_partial
from config.uploads import takes_file
from patients.actions import Refused, agree_import, discard_import, record_accesses, start_import
from patients.forms.importing import ImportForm
from patients.models import Clinic, ResultImport, ResultSource
from patients.presentation.import_page import import_page
from patients.results.catalogue import Catalogue, catalogue_of_clinic
from patients.results.csv_file import COLUMNS, read_csv, template
from patients.results.fhir_bundle import read_bundle
from patients.results.sent import MOST_BYTES, MOST_ROWS, FileRefused, Sent
from patients.results.settling import settled
from patients.views.scope import clinics_chosen, page_name, page_number, person

MOST_IMPORTS = 20
NOT_YOURS = "Only physicians and nurses of a clinic may import its results."


def clinic_sent(request: HttpRequest, clinics: list[Clinic]) -> Clinic:
    """The one that was sent, where this person works there; else the first of those chosen in the bar."""
    wanted = request.POST.get("clinic", "")
    return next((clinic for clinic in clinics if str(clinic.pk) == wanted), clinics_chosen(request)[0])


@takes_file("File", MOST_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def result_import_start(request: HttpRequest) -> HttpResponse:
    clinics = Clinic.objects.clinical_for(request.user)
    if not clinics:
        return render(request, "patients/result_import_start.html", {"why_not": NOT_YOURS}, status=403)
    clinic = clinic_sent(request, list(clinics))
    form = ImportForm(request.POST or None, request.FILES or None, clinics=clinics, clinic=clinic)
    if request.method == "POST" and form.is_valid():
        file, catalogue = form.cleaned_data["file"], catalogue_of_clinic(clinic)
        raw = file.read(MOST_BYTES + 1)
        try:
            source, sent = read_file(raw, catalogue, clinic)
            run = start_import(
                clinic=clinic, by=person(request), source=source, file_name=file.name,
                file_hash=hashlib.sha256(raw).hexdigest(), laboratory=form.cleaned_data["laboratory"],
                rows=settled(sent, clinic, person(request), catalogue),
            )  # fmt: skip
        except (FileRefused, Refused) as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("result_import_detail", pk=run.pk)
    return start_page(request, form, clinic, status=422 if form.is_bound else 200)


def read_file(raw: bytes, catalogue: Catalogue, clinic: Clinic) -> tuple[ResultSource, list[Sent]]:
    """JSON begins with a bracket; no heading of a CSV file does."""
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return ResultSource.FHIR, read_bundle(raw, catalogue, clinic.zone, clinic.patient_number_system)
    return ResultSource.CSV, read_csv(raw)


def start_page(request: HttpRequest, form: ImportForm, clinic: Clinic, *, status: int) -> HttpResponse:
    imports = ResultImport.objects.visible_to(request.user).filter(clinic__in=clinics_chosen(request))
    context: dict[str, Any] = {
        "form": form, "columns": COLUMNS, "groups": catalogue_of_clinic(clinic).groups(), "section": "patients",
        "imports": imports.select_related("clinic", "uploaded_by")[:MOST_IMPORTS], "most_rows": MOST_ROWS, "most_mb": MOST_BYTES // 1_000_000,
        "demo": clinic.is_demo, "number_system": clinic.patient_number_system,
    }  # fmt: skip
    return render(request, "patients/result_import_start.html", context, status=status)


@require_safe
def result_import_template(request: HttpRequest) -> HttpResponse:
    clinic = next(iter(clinics_chosen(request)), None)
    if clinic is None:
        raise Http404("No clinic whose patients this person looks after.")
    return HttpResponse(
        template(catalogue_of_clinic(clinic)), content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="results.csv"'},
    )  # fmt: skip


def visible_import(request: HttpRequest, pk: UUID) -> ResultImport:
    runs = ResultImport.objects.visible_to(request.user)
    return get_object_or_404(runs.select_related("clinic", "laboratory", "uploaded_by", "agreed_by"), pk=pk)


@require_safe
def result_import_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whose results are listed leaves its trace; a poll of the progress lists nobody."""
    run = visible_import(request, pk)
    context = {**import_page(run, request.GET.get("show", ""), page_number(request)), "run": run, "section": "patients"}
    if not is_swapped(request):
        patients = [one.patient.pk for one in context["rows"] if one.patient]
        record_accesses(patients=patients, by=person(request), what=page_name(request))
    context["demo"] = run.clinic.is_demo
    return render_page_or_partial(
        request, "patients/result_import_detail.html", "patients/_import_progress.html", context
    )


@require_POST
def result_import_agree(request: HttpRequest, pk: UUID) -> HttpResponse:
    try:
        agree_import(run=visible_import(request, pk), by=person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("result_import_detail", pk=pk)


@require_POST
def result_import_discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    try:
        discard_import(run=visible_import(request, pk), by=person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("result_import_detail", pk=pk)
    messages.success(request, "The file is discarded. Nothing of it was written.")
    return redirect("result_import_start")
