"""Calendars: a plan's days as a file, and private addresses a calendar program reads by itself, until they are revoked."""

from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_http_methods, require_safe

from config.acting import acting_in_clinic
from patients.actions import Refused, clinic_of_feed, open_feed, read_feed, revoke_feed
from patients.calendar_days import entries_of_feed, entries_of_plan
from patients.models import CalendarFeed, Clinic, Patient, Plan
from patients.outputs.calendar import calendar_file
from patients.views.scope import clinics_chosen, patient_context, person, visible_patient, visible_plan

TOKENS = Signer(salt="calendar_feed")


@require_safe
def plan_calendar(request: HttpRequest, pk: UUID) -> HttpResponse:
    plan = visible_plan(request, pk)
    return ics(calendar_file(entries_of_plan(plan)), f'attachment; filename="plan-{plan.number}.ics"')


@require_safe
def calendar_feed(request: HttpRequest, token: UUID) -> HttpResponse:
    """Revoked, left behind by somebody who is gone, and never made are the same 404."""
    clinic = clinic_of_feed(token)
    if clinic is None:
        raise Http404
    with acting_in_clinic(clinic):
        feed = read_feed(token)
        if feed is None:
            raise Http404
        content = calendar_file(entries_of_feed(feed, reverse("worklist")), is_feed=True)
    response = ics(content, 'inline; filename="appointments.ics"')
    response["ETag"] = f'"{sha256(content).hexdigest()}"'
    found = get_conditional_response(request, etag=response["ETag"], response=response)
    return response if found is None else found


@require_http_methods(["GET", "HEAD", "POST"])
def patient_calendar(request: HttpRequest, pk: UUID) -> HttpResponse:
    patient = visible_patient(request, pk)
    feeds = CalendarFeed.objects.visible_to(request.user).filter(patient=patient)
    again = reverse("patient_calendar", args=[pk])
    context = patient_context(
        patient, plans=Plan.objects.active().filter(patient=patient).order_by("number"), address=again
    )
    return shared(request, "patients/patient_calendar.html", feeds, context, again, patient.clinic, patient)


@require_http_methods(["GET", "HEAD", "POST"])
def clinic_calendar(request: HttpRequest) -> HttpResponse:
    clinics = list(Clinic.objects.clinical_for(request.user))
    if not clinics:
        raise Http404("No clinic whose patients this person looks after.")
    feeds = CalendarFeed.objects.visible_to(request.user).filter(patient__isnull=True)
    clinic = next((clinic for clinic in clinics if str(clinic.pk) == request.POST.get("clinic")), None)
    if request.method == "POST" and clinic is None:
        raise Http404("Not a clinic whose patients this person looks after.")
    chosen = clinics_chosen(request)
    context = {"clinics": chosen, "demo": any(one.is_demo for one in chosen), "section": "patients"}
    return shared(request, "patients/clinic_calendar.html", feeds, context, reverse("clinic_calendar"), clinic, None)


def shared(
    request: HttpRequest, template: str, feeds: Any, context: dict[str, Any], again: str,
    clinic: Clinic | None, patient: Patient | None,
) -> HttpResponse:  # fmt: skip
    """The addresses there are, one that was just made, and the form for another. Sent twice, a form makes one."""
    made, status = "", 200
    if clinic is not None and request.method == "POST":
        try:
            if "revoke" in request.POST:
                revoke_feed(feed=chosen(request, feeds), by=person(request))
                messages.success(request, "The address is revoked. Calendars that use it get nothing any more.")
                return redirect(again)
            token = UUID(TOKENS.unsign(request.POST.get("token", "")))
            open_feed(clinic=clinic, patient=patient, by=person(request), token=token)
            made = f"{settings.SITE_URL}{reverse('calendar_feed', args=[token])}"
        except BadSignature:
            context["refusal"], status = "This form is not from here. Press the button again.", 422
        except Refused as refusal:
            context["refusal"], status = str(refusal), 422
    context |= {
        "feeds": feeds.with_right().select_related("clinic", "made_by", "revoked_by"),
        "made": made,
        "subscribe": made.replace("https:", "webcal:").replace("http:", "webcal:"),
        "token": TOKENS.sign(str(uuid4())),
    }
    return render(request, template, context, status=status)


def chosen(request: HttpRequest, feeds: Any) -> CalendarFeed:
    wanted = request.POST.get("revoke", "")
    if not (wanted.isascii() and wanted.isdecimal() and len(wanted) < 18):
        raise Http404
    found: CalendarFeed = get_object_or_404(feeds, pk=int(wanted))
    return found


def ics(content: bytes, disposition: str) -> HttpResponse:
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
