"""Reminder letters: one at once, or many for what was chosen, with who gets one before it is made and how far it is."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from config.htmx import is_swapped, render_page_or_partial
from guidelines.jobs import has_worker, is_queued
from patients.actions import Refused, letters_sent, record_accesses, restart_letters, start_letters
from patients.actions.following import LONGEST_AFTER_LETTER
from patients.actions.letters import MAKE_LETTERS, MOST, PART, parts_of
from patients.letter_texts import letter_text, letter_texts, to_remind_of
from patients.models import Clinic, JobState, LetterRun, MonitoringTask
from patients.outputs.letter import letters_pdf
from patients.presentation.banner import banner_of
from patients.views.plans import pdf
from patients.views.scope import clinics_chosen, page_name, person, sentence_page, visible_patient

RUNS_SHOWN = 20
USUAL_DAYS = 14


@require_safe
def patient_letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    patient = visible_patient(request, pk)
    clinic, today = patient.clinic, patient.clinic.today()
    found = to_remind_of(clinic, today).filter(patient=patient).select_related("plan__version")
    tasks = list(found.defer("plan__frozen", "plan__care_plan"))
    if not tasks:
        return sentence_page(
            request, "There is nothing to remind this patient of: no required test is due.", status=409
        )
    return pdf(letters_pdf([letter_text(clinic, patient, tasks, today)], paper=clinic.paper), "letter.pdf")


@require_safe
def letter_run_list(request: HttpRequest) -> HttpResponse:
    clinics = clinics_chosen(request)
    if not clinics:
        raise Http404("No clinic whose patients this person looks after.")
    runs = LetterRun.objects.visible_to(request.user).filter(clinic__in=clinics).select_related("clinic", "asked_by")
    counts = [(clinic, overdue(clinic).order_by().values("patient").distinct().count()) for clinic in clinics]
    context = {
        "counts": counts,
        "runs": runs.annotate(count=Count("letters"))[:RUNS_SHOWN],
        **shared_context(clinics),
    }
    return render(request, "patients/letter_run_list.html", context)


def overdue(clinic: Clinic) -> QuerySet[MonitoringTask]:
    today = clinic.today()
    return to_remind_of(clinic, today).filter(overdue_after_on__lt=today)


@require_POST
def letter_run_start(request: HttpRequest) -> HttpResponse:
    """What was chosen, as letters to look through; with the key of that page, they are made. Sent twice, once."""
    key = one_key(request)
    if key and LetterRun.objects.visible_to(request.user).filter(pk=key).exists():
        return redirect("letter_run_detail", pk=key)
    tasks = chosen_tasks(request)
    clinics = Clinic.objects.clinical_for(request.user).filter(pk__in=tasks.order_by().values("clinic"))
    if len(clinics) != 1:
        nothing = "Nothing is left to remind of. Choose tests that are still to be done."
        return sentence_page(request, "Choose tests of one clinic at a time." if clinics else nothing, status=422)
    [clinic] = clinics
    keys = list(tasks.order_by("overdue_after_on", "pk").values_list("pk", flat=True)[:MOST])
    if key:
        try:
            run = start_letters(key=key, clinic=clinic, tasks=keys, by=person(request))
        except Refused as refusal:
            return sentence_page(request, str(refusal), status=422)
        return redirect("letter_run_detail", pk=run.pk)
    letters = letter_texts(clinic, MonitoringTask.objects.filter(pk__in=keys), clinic.today())
    record_accesses(patients=[patient.pk for patient, _ in letters], by=person(request), what=page_name(request))
    context = {
        "rows": [(banner_of(patient), text) for patient, text in letters],
        "tasks": keys,
        "is_cut": tasks.count() > len(keys),
        "most": MOST,
        "key": uuid4(),
        **shared_context([clinic]),
    }
    return render(request, "patients/letter_run_start.html", context)


def chosen_tasks(request: HttpRequest) -> QuerySet[MonitoringTask]:
    """Tests by their keys, or lines of the worklist; patients, with what is due of theirs; all that is overdue in a clinic."""
    clinics = Clinic.objects.clinical_for(request.user)
    if wanted := request.POST.get("overdue"):
        clinic = next((one for one in clinics if str(one.pk) == wanted), None)
        if clinic is None:
            raise Http404("Not a clinic whose patients this person looks after.")
        return overdue(clinic)
    visible, sent = MonitoringTask.objects.visible_to(request.user).open(), request.POST.getlist
    if "patients" not in request.POST:
        return visible.filter(pk__in=uuids(" ".join(sent("tasks") + sent("rows")).split()))
    patients, found = uuids(request.POST.getlist("patients")), Q(pk__in=[])
    for clinic in clinics:
        found |= Q(pk__in=to_remind_of(clinic, clinic.today()).filter(patient__in=patients).order_by().values("pk"))
    return visible.filter(found)


def uuids(written: Iterable[str]) -> list[UUID]:
    """No page of ours sends anything else."""
    try:
        return [UUID(one) for one in written]
    except ValueError:
        raise Http404("Not a key.") from None


def one_key(request: HttpRequest) -> UUID | None:
    return next(iter(uuids(request.POST.getlist("key"))), None)


@require_safe
def letter_run_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    run = visible_run(request, pk)
    count = run.letters.count()
    made = parts_of(run).filter(document__isnull=False).values_list("position", flat=True)
    parts = [(number, at + 1, min(at + PART, count)) for number, at in enumerate(range(0, count, PART), start=1)]
    done = set(made)
    context: dict[str, Any] = {
        "run": run,
        "count": count,
        "parts": [(number, first, last, first - 1 in done) for number, first, last in parts],
        "percent": len(done) * 100 // len(parts) if parts else 0,
        "is_unfinished": run.is_unfinished,
        "is_waiting": run.is_unfinished and not has_worker(),
        "is_halted": run.is_unfinished and not is_queued(MAKE_LETTERS, str(run.pk)),
        "is_done": run.state == JobState.DONE,
        "usual_days": USUAL_DAYS,
        "longest_days": LONGEST_AFTER_LETTER.days,
        **shared_context([run.clinic]),
    }
    if not is_swapped(request):
        letters = list(run.letters.select_related("patient__clinic").defer("document"))
        record_accesses(patients=[row.patient_id for row in letters], by=person(request), what=page_name(request))
        context["letters"] = [banner_of(row.patient) for row in letters]
    return render_page_or_partial(request, "patients/letter_run_detail.html", "patients/_letter_run.html", context)


@require_safe
def letter_run_pdf(request: HttpRequest, pk: UUID, part: int) -> HttpResponse:
    run = visible_run(request, pk)
    first = (part - 1) * PART
    letter = get_object_or_404(parts_of(run).filter(document__isnull=False), position=first if part < MOST else -1)
    told = run.letters.filter(position__range=(first, first + PART - 1)).values_list("patient", flat=True)
    record_accesses(patients=told, by=person(request), what=page_name(request))
    return pdf(bytes(letter.document or b""), f"letters-{run.written_on}-{part}.pdf")


@require_POST
def letter_run_restart(request: HttpRequest, pk: UUID) -> HttpResponse:
    try:
        restart_letters(run=visible_run(request, pk), by=person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("letter_run_detail", pk=pk)


@require_POST
def letter_run_sent(request: HttpRequest, pk: UUID) -> HttpResponse:
    run = visible_run(request, pk)
    typed = request.POST.get("days", "").strip()
    try:
        days = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else 0
        count = letters_sent(run=run, by=person(request), days=days)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{count} test{'s are' if count != 1 else ' is'} set aside for {days} days.")
    return redirect("letter_run_detail", pk=pk)


def visible_run(request: HttpRequest, pk: UUID) -> LetterRun:
    runs = LetterRun.objects.visible_to(request.user).select_related("clinic", "asked_by")
    found: LetterRun = get_object_or_404(runs, pk=pk)
    return found


def shared_context(clinics: Iterable[Clinic]) -> dict[str, Any]:
    return {"demo": any(clinic.is_demo for clinic in clinics), "section": "patients"}
