"""The rows a person may see, and the trace every look at a patient leaves. Another clinic's row and none are the same 404."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from config.acting import acting_to_administer
from config.written_once import ModelsOnce
from patients.actions import Glance, glance_at, record_access
from patients.context import roles_of
from patients.models import Clinic, Consultation, Patient, Plan
from patients.presentation.banner import banner_of

View = Callable[..., HttpResponse]
# What the pages of a consultation read of the rows around it: not the whole texts of a version.
SHOWN_COLUMNS = (
    *(field.attname for field in Consultation._meta.concrete_fields),
    *(f"patient__{field.attname}" for field in Patient._meta.concrete_fields),
    *(f"patient__clinic__{name}" for name in ("name", "is_demo", "time_zone", "paper")),
    *(
        f"version__{name}"
        for name in ("guideline_id", "number", "content_hash", "effective_on", "is_demonstration", "title")
    ),
    "version__guideline__slug",
)

NOBODY, NOWHERE = User(pk=-1), UUID(int=0)
patients_seen = ModelsOnce(
    lambda: Patient.objects.visible_to(NOBODY).filter(pk=NOWHERE), NOBODY.pk, NOWHERE, related=["clinic"]
)


def asking(how: Callable[[int], AbstractContextManager[None]]) -> Callable[[View], View]:
    """For views that ask the database for more than a person's own clinics: `how` is one of config.acting."""

    def made(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *arguments: Any, **parts: Any) -> HttpResponse:
            with how(person(request).pk):
                return view(request, *arguments, **parts)

        return asked

    return made


def person(request: HttpRequest) -> User:
    """Whoever is signed in: the middleware lets nobody else in here."""
    if not isinstance(request.user, User):
        raise TypeError("this page is for people who are signed in")
    return request.user


# For pages of administrators of the installation, who may belong to no clinic.
administering = asking(acting_to_administer)


def clinics_chosen(request: HttpRequest) -> list[Clinic]:
    """Those among which lists are made: all of them, or the one that was chosen in the bar."""
    found = roles_of(request)
    return [one.clinic for one in found.workplaces if found.workplace in (None, one)]


def visible_patient(request: HttpRequest, pk: UUID) -> Patient:
    found = patients_seen.row(request.user.pk, pk) if request.user.is_active else None
    if found is None:
        raise Http404
    return looked_at(request, found)


def visible_consultation(request: HttpRequest, pk: UUID) -> Consultation:
    consultation = get_object_or_404(consultations(request), pk=pk)
    looked_at(request, consultation.patient)
    return consultation


def consultations(request: HttpRequest) -> QuerySet[Consultation]:
    found = Consultation.objects.visible_to(request.user)
    return found.select_related("patient__clinic", "version__guideline").only(*SHOWN_COLUMNS)


def glance_or_404(request: HttpRequest, pk: UUID) -> Glance:
    """What is needed to show a step that is kept in memory. Leaves the same trace as reading it anew."""
    glance = glance_at(pk, by=person(request), what=page_name(request))
    if glance is None:
        raise Http404
    return glance


def visible_plan(request: HttpRequest, pk: UUID) -> Plan:
    found = Plan.objects.visible_to(request.user)
    plan = get_object_or_404(
        found.select_related("patient__clinic", "version__guideline", "signed_by", "replaced_by", "replaces"), pk=pk
    )
    looked_at(request, plan.patient)
    return plan


def looked_at(request: HttpRequest, patient: Patient) -> Patient:
    record_access(patient=patient, by=person(request), what=page_name(request))
    return patient


def page_name(request: HttpRequest) -> str:
    match = request.resolver_match
    return (match.url_name if match else None) or "page"


def page_number(request: HttpRequest) -> int:
    """Of a list that is turned over; whatever else stands in its form or in the address is the first page."""
    wanted = request.POST.get("page") or request.GET.get("page", "")
    return int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 6 else 1


def patient_context(patient: Patient, **more: Any) -> dict[str, Any]:
    """What every page with an open record has: the band, and the demonstration's band."""
    return {"patient": banner_of(patient), "demo": patient.clinic.is_demo, "section": "patients", **more}


def sentence_page(request: HttpRequest, sentence: str, *, status: int = 400) -> HttpResponse:
    """A request no page of ours sends, answered with what is wrong with it."""
    return render(request, "patients/sentence.html", {"sentence": sentence}, status=status)
