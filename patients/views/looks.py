"""Who looked at whom and who changed what: for physicians about their patients, for a clinic's administrators about its
people. What was seen or written stands nowhere here."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count, Max, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from config.acting import acting_to_answer
from patients.actions import record_access, record_accesses
from patients.forms.people import NumberForm
from patients.investigation import MOST, Entry, by_day, entries_by, entries_of, factor_changes
from patients.models import AccessEvent, Clinic, Membership, Patient, Role
from patients.models.clinic import clinics_of
from patients.outputs.spreadsheet import csv_file
from patients.presentation.people_page import called, listed
from patients.views.scope import asking, page_name, person

PERIODS = {"30": "30 days", "90": "90 days", "365": "A year", "all": "All"}
ANSWERABLE = (Role.PHYSICIAN, Role.ADMINISTRATOR)  # see permissions.why_not_ask_who_looked
AT_THE_CONSOLE = "At the console"
COLUMNS = ("When", "Person", "User name", "Looked or changed", "What", "Patient's number")


# The database, too, shows administrators what these pages need of patients, and on no other page.
answering = asking(acting_to_answer)


def chosen(request: HttpRequest) -> tuple[str, datetime | None]:
    """The period that is asked for, and since when that is."""
    days = request.GET.get("days", "")
    days = days if days in PERIODS else "90"
    return days, None if days == "all" else timezone.now() - timedelta(days=int(days))


def administered(request: HttpRequest) -> QuerySet[Clinic]:
    return Clinic.objects.filter(pk__in=clinics_of(request.user, Role.ADMINISTRATOR))


def answered_for(request: HttpRequest, pk: UUID) -> Patient:
    """A patient about whom this person may ask: also an administrator, who reaches no other page of theirs."""
    found = Patient.objects.filter(clinic__in=clinics_of(request.user, *ANSWERABLE)).select_related("clinic")
    patient = get_object_or_404(found, pk=pk)
    record_access(patient=patient, by=person(request), what=page_name(request))
    return patient


def people_named(keys: Iterable[int | None]) -> dict[int | None, User]:
    return dict(User.objects.in_bulk([key for key in set(keys) if key is not None]))


def name_of(user: User | None) -> str:
    return called(user) if user else "Nobody who was signed in"


def roles_in(clinics: Collection[Clinic] | QuerySet[Clinic]) -> dict[int, str]:
    """What people are in these clinics today, by their keys."""
    found: dict[int, set[str]] = {}
    for user, role in Membership.objects.in_force().filter(clinic__in=clinics).values_list("user", "role"):
        found.setdefault(user, set()).add(role)
    return {user: listed(roles) for user, roles in found.items()}


@require_safe
@answering
def patient_looks(request: HttpRequest, pk: UUID) -> HttpResponse:
    patient = answered_for(request, pk)
    days, since = chosen(request)
    found = entries_of(patient, since)
    people, roles = people_named(entry.user for entry in found), roles_in([patient.clinic])
    named = {key: (name_of(user), roles.get(user.pk, "Not in the clinic today")) for key, user in people.items()}
    rows = by_day(found, patient.clinic.zone, lambda entry: [named.get(entry.user, (name_of(None), ""))])
    context = {
        "subject": patient, "days": days, "periods": PERIODS, "rows": rows, "is_cut": len(found) >= MOST, "most": MOST,
        "demo": patient.clinic.is_demo, "printed_on": patient.clinic.today(), "printed_by": person(request),
    }  # fmt: skip
    return render(request, "patients/patient_looks.html", context)


@require_safe
@answering
def patient_looks_csv(request: HttpRequest, pk: UUID) -> HttpResponse:
    patient = answered_for(request, pk)
    return table_of(entries_of(patient, chosen(request)[1]), {patient.pk: patient.number}, patient.clinic, "looks")


def table_of(found: list[Entry], numbers: dict[UUID, str], clinic: Clinic, name: str) -> HttpResponse:
    """Times are those of the clinic, each with how far it is from UTC."""
    people = people_named(entry.user for entry in found)
    rows = (
        (
            entry.at.astimezone(clinic.zone).isoformat(timespec="seconds"),
            name_of(people.get(entry.user)),
            people[entry.user].get_username() if entry.user in people else "",
            "Changed" if entry.is_change else "Looked",
            entry.what,
            numbers.get(patient, ""),
        )
        for entry in found
        for patient in entry.patients
    )
    return csv_file(COLUMNS, rows, f"{name}-{clinic.today().isoformat()}.csv")


# --- for a clinic's administrators --------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@answering
def clinic_looks(request: HttpRequest) -> HttpResponse:
    """Where an investigation begins: with a person, or with a patient's number."""
    clinics = administered(request)
    form = NumberForm(request.POST or None, patients=Patient.objects.filter(clinic__in=clinics))
    if form.is_valid():
        return redirect("patient_looks", pk=form.cleaned_data["number"].pk)
    days, since = chosen(request)
    looks = AccessEvent.objects.filter(Q(at__gte=since) if since else Q(), clinic__in=clinics).order_by()
    told = {row["user"]: row for row in looks.values("user").annotate(looks=Count("pk"), last_at=Max("at"))}
    roles = roles_in(clinics)
    people = people_named({*told, *roles})
    rows = sorted(
        ((name_of(user), user, roles.get(user.pk, ""), told.get(user.pk)) for user in people.values()),
        key=lambda row: row[0].casefold(),
    )
    context: dict[str, Any] = {
        "rows": rows, "days": days, "periods": PERIODS, "clinics": list(clinics), "form": form,
        "demo": any(clinic.is_demo for clinic in clinics),
    }  # fmt: skip
    return render(request, "patients/clinic_looks.html", context, status=422 if form.is_bound else 200)


def looked_into(request: HttpRequest, pk: int) -> tuple[User, list[Clinic]]:
    """Somebody who is or was at work in a clinic that this person administers."""
    clinics = list(administered(request))
    known = Membership.objects.filter(clinic__in=clinics, user=pk).exists()
    if not known and not AccessEvent.objects.filter(clinic__in=clinics, user=pk).exists():
        raise Http404
    return get_object_or_404(User, pk=pk), clinics


def with_numbers(request: HttpRequest, found: list[Entry]) -> dict[UUID, Patient]:
    """The patients that are named, each with a trace of being named here."""
    keys = {patient for entry in found for patient in entry.patients}
    patients = Patient.objects.in_bulk(keys)
    record_accesses(patients=patients, by=person(request), what=page_name(request))
    return patients


@require_safe
@answering
def person_looks(request: HttpRequest, pk: int) -> HttpResponse:
    user, clinics = looked_into(request, pk)
    days, since = chosen(request)
    found = entries_by(user, clinics, since)
    patients = with_numbers(request, found)
    named = {key: (str(patient), patient.number) for key, patient in patients.items()}
    clinic = clinics[0]  # in several time zones, all is told in one
    rows = by_day(found, clinic.zone, lambda entry: [named[key] for key in entry.patients if key in named])
    factors = factor_changes(user, since)
    people = people_named(change.by for change in factors)
    context = {
        "factors": [
            (change.at, change.what, name_of(people[change.by]) if change.by in people else AT_THE_CONSOLE)
            for change in factors
        ],
        "subject": user, "clinic": clinic, "name": name_of(user), "role": roles_in(clinics).get(user.pk, ""), "rows": rows, "days": days,
        "periods": PERIODS, "is_cut": len(found) >= MOST, "most": MOST, "printed_on": clinic.today(),
        "printed_by": person(request), "demo": any(clinic.is_demo for clinic in clinics),
    }  # fmt: skip
    return render(request, "patients/person_looks.html", context)


@require_safe
@answering
def person_looks_csv(request: HttpRequest, pk: int) -> HttpResponse:
    user, clinics = looked_into(request, pk)
    found = entries_by(user, clinics, chosen(request)[1])
    numbers = {key: patient.number for key, patient in with_numbers(request, found).items()}
    return table_of(found, numbers, clinics[0], f"looks-of-{user.pk}")
