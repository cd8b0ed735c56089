"""Results pasted from a table: shown as they were understood, and written once somebody agrees."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from patients.actions import Refused, enter_results
from patients.forms.results import DayAndLaboratoryForm
from patients.models import Patient, ResultSource, RowState
from patients.presentation.results_said import say
from patients.results.catalogue import Catalogue, catalogue_of_patient
from patients.results.preview import Preview, preview_of
from patients.results.table import TableRefused, read_table
from patients.views.results import usual_laboratory
from patients.views.scope import patient_context, person, visible_patient

LONGEST = 100_000


class PasteForm(DayAndLaboratoryForm):
    """The table, and the day of the lines that name none."""

    text = forms.CharField(
        label="Lines", max_length=LONGEST, strip=False,
        help_text="One result a line: name, value, unit, and if they are there the range of normal, such as 10 - 40 or < 40, "
        "and the day. With the line of headings, a column of upper limits is read too.",
        widget=forms.Textarea({"rows": 10, "spellcheck": "false", "autocomplete": "off", "class": "input--file"}),
        error_messages={"required": "Paste at least one line."},
    )  # fmt: skip
    field_order: tuple[str, ...] = ("taken_on", "laboratory", "new_laboratory", "text")


@require_http_methods(["GET", "HEAD", "POST"])
def patient_results_paste(request: HttpRequest, pk: UUID) -> HttpResponse:
    patient = visible_patient(request, pk)
    catalogue, today = catalogue_of_patient(patient), patient.clinic.today()
    if request.method != "POST":
        initial = {"taken_on": today, "laboratory": usual_laboratory(patient)}
        return paste_page(request, patient, PasteForm(initial=initial, clinic=patient.clinic))
    form = PasteForm(request.POST, clinic=patient.clinic)
    if not form.is_valid():
        return paste_page(request, patient, form, status=422)
    try:
        told = read_table(form.cleaned_data["text"], catalogue)
    except TableRefused as refusal:
        form.add_error("text", str(refusal))
        return paste_page(request, patient, form, status=422)
    preview = preview_of(told, catalogue, patient, today, form.cleaned_data["taken_on"])
    if "agree" not in request.POST:
        return paste_page(request, patient, form, preview)
    return agreed(request, patient, catalogue, form, preview)


def agreed(
    request: HttpRequest, patient: Patient, catalogue: Catalogue, form: PasteForm, preview: Preview
) -> HttpResponse:
    """Exactly what was shown is written, and what is unusual only if it was ticked."""
    why_not = ""
    sure = set(request.POST.getlist("sure"))
    if request.POST.get("digest") != preview.digest:
        why_not = "The lines are understood otherwise than they were shown. Look at them again, then agree."
    elif unsure := [line for line in preview.ready if line.doubt and line.read.told.place not in sure]:
        why_not = f"{unsure[0].read.told.place}: say that it is right, or take the line out."
    elif not preview.entries:
        why_not = "There is nothing to write."
    else:
        header = form.cleaned_data
        kinds = catalogue.kinds
        try:
            entered = enter_results(
                patient=patient, by=person(request), source=ResultSource.TABLE, laboratory=header["laboratory"],
                laboratory_name=header["new_laboratory"],
                results=[(kinds[entry.fact_key].compiled, entry) for entry in preview.entries],
            )  # fmt: skip
        except Refused as refusal:
            why_not = str(refusal)
        else:
            say(request, entered.rows, entered.alerts, catalogue)
            if left_out := preview.in_state(RowState.REFUSED):
                places = ", ".join(line.read.told.place.lower() for line in left_out)
                messages.warning(request, f"Not written, because not understood: {places}.")
            return redirect("patient_detail", pk=patient.pk)
    return paste_page(request, patient, form, preview, why_not=why_not, sure=sure, status=422)


def paste_page(
    request: HttpRequest,
    patient: Patient,
    form: PasteForm,
    preview: Preview | None = None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = patient_context(patient, form=form, preview=preview, **more)
    return render(request, "patients/patient_results_paste.html", context, status=status)
