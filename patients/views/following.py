"""What becomes of a test, and of what a result asks for: each form sent from the patient's page or the worklist.

Sent right, it leads back to where it came from; refused, it is shown alone with its sentence and nothing typed is lost.
"""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from guidelines.package import compiled_version
from patients.actions import Refused, add_note, close_alert, close_task, latest_aside, set_aside
from patients.actions.tasks import next_of, without_results
from patients.forms.following import AsideForm, DoneForm, NoChangeForm, NoteForm, RemoveForm
from patients.models import Aside, MonitoringTask, Patient, ResultAlert, TaskOutcome
from patients.permissions import why_not_decide_alert
from patients.presentation import words
from patients.views.scope import looked_at, patient_context, person, visible_patient
from patients.views.worklist import FILTERS

# Where a form may lead back to, with what narrows it. Never an address that was sent along, and never a search.
LISTS = {"worklist": FILTERS}
LONGEST_FILTER = 100
SHOWN = ["GET", "HEAD", "POST"]


def visible_task(request: HttpRequest, pk: UUID) -> MonitoringTask:
    found = MonitoringTask.objects.visible_to(request.user).select_related("patient__clinic", "plan__version")
    task = get_object_or_404(found.defer("plan__frozen", "plan__care_plan"), pk=pk)
    looked_at(request, task.patient)
    return task


def visible_alert(request: HttpRequest, pk: UUID) -> ResultAlert:
    alert = get_object_or_404(ResultAlert.objects.visible_to(request.user).select_related("patient__clinic"), pk=pk)
    looked_at(request, alert.patient)
    return alert


@require_http_methods(SHOWN)
def task_close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Done on a day, or removed for a reason: `outcome` says which of the two forms was sent."""
    task = visible_task(request, pk)
    today = task.patient.clinic.today()
    removes = request.POST.get("outcome") == TaskOutcome.REMOVED
    sent = request.POST if request.method == "POST" else None
    missing = without_results(task, today)
    done = DoneForm(None if removes else sent, today=today, missing=missing, initial={"done_on": today})
    remove = RemoveForm(sent if removes else None)
    form: forms.Form = remove if removes else done
    if form.is_valid():
        outcome = TaskOutcome.REMOVED if removes else TaskOutcome.DONE
        try:
            close_task(task=task, by=person(request), outcome=outcome, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{tests_of(task)}: {'removed' if removes else 'done'}.")
            if missing and not removes:
                messages.warning(
                    request, f"{missing}: results that count for it are not on record, so no rule has looked at them."
                )
            return back(request, task.patient)
    context = {
        "task": task,
        "tests": tests_of(task),
        "done": done,
        "remove": remove,
        "removes": removes,
        "missing": missing,
        "ends_series": next_of(task, today) is not None,
    }
    return shown(request, "patients/task_close.html", task.patient, form, context)


@require_http_methods(SHOWN)
def task_set_aside(request: HttpRequest, pk: UUID) -> HttpResponse:
    task = visible_task(request, pk)
    return aside(request, task, tests_of(task), "patients/task_set_aside.html")


@require_http_methods(SHOWN)
def alert_set_aside(request: HttpRequest, pk: UUID) -> HttpResponse:
    alert = visible_alert(request, pk)
    return aside(request, alert, alert.message, "patients/alert_set_aside.html")


@require_http_methods(SHOWN)
def alert_close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """No change of the plan is needed. A change is a consultation, whose signature closes the alert."""
    alert = visible_alert(request, pk)
    form = NoChangeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            close_alert(
                alert=alert, by=person(request), because=form.cleaned_data["because"], seen=request.POST.get("seen", "")
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Kept as it is, with your reason in the record.")
            return back(request, alert.patient)
    context = {"alert": alert, "why_not": why_not_decide_alert(person(request), alert)}
    return shown(request, "patients/alert_close.html", alert.patient, form, context)


@require_http_methods(SHOWN)
def patient_note_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    patient = visible_patient(request, pk)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            add_note(patient=patient, by=person(request), text=form.cleaned_data["text"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The note is kept.")
            return back(request, patient)
    return shown(request, "patients/patient_note_add.html", patient, form, {})


def aside(request: HttpRequest, work: MonitoringTask | ResultAlert, title: str, template: str) -> HttpResponse:
    today = work.patient.clinic.today()
    form = AsideForm(
        request.POST if request.method == "POST" else None, today=today, last=latest_aside(work, today),
        initial={"why": Aside.CONTACTED},
    )  # fmt: skip
    if form.is_valid():
        try:
            set_aside(work=work, by=person(request), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, f"Set aside until {form.cleaned_data['until_on']:%-d %B %Y}. It stays to be done."
            )
            return back(request, work.patient)
    return shown(request, template, work.patient, form, {"work": work, "title": title})


def shown(
    request: HttpRequest, template: str, patient: Patient, form: forms.Form, context: dict[str, Any]
) -> HttpResponse:
    name, kept = origin(request)
    context = patient_context(
        patient, form=form, back=name, kept=kept, back_url=address_of(name, kept, patient), **context
    )
    return render(request, template, context, status=422 if form.is_bound else 200)


def origin(request: HttpRequest) -> tuple[str, dict[str, str]]:
    """The name of the page a form came from, of a fixed set, and what narrowed it there."""
    sent = request.POST if "back" in request.POST else request.GET
    name = sent.get("back", "")
    kept = {filter_: sent[filter_][:LONGEST_FILTER] for filter_ in LISTS.get(name, ()) if sent.get(filter_)}
    return (name, kept) if name in LISTS else ("patient", {})


def address_of(name: str, kept: dict[str, str], patient: Patient) -> str:
    if name not in LISTS:
        return reverse("patient_detail", args=[patient.pk])
    return reverse(name) + (f"?{urlencode(kept)}" if kept else "")


def back(request: HttpRequest, patient: Patient) -> HttpResponse:
    return redirect(address_of(*origin(request), patient))


def tests_of(task: MonitoringTask) -> str:
    """The names of its tests, as the version of the plan has them."""
    return words.tests(compiled_version(task.plan.version), task.test_keys)
