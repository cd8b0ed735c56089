"""Who looked at a patient and who changed what, for whoever answers for a clinic and for the patient who asks.

Says which pages and which actions, never what stands in them.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import models
from django.db.models import F, Q, Value

from config.access import registry
from patients.models import (
    AccessEvent,
    CalendarFeed,
    ChangeAuthor,
    Clinic,
    Consultation,
    MonitoringTask,
    Observation,
    Patient,
    PatientNote,
    Plan,
    PlanHandling,
    ResultAlert,
    SecondFactor,
)

MOST = 5000
# Whose history is a patient's, and how it leads there. What is written together with one of these is the same action.
TRACKED: dict[type[models.Model], str] = {
    Patient: "pgh_obj",
    **dict.fromkeys(
        (Consultation, Plan, Observation, MonitoringTask, ResultAlert, CalendarFeed, PatientNote), "patient"
    ),
    PlanHandling: "plan__patient",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One look or one action. `patients` are those it was about, `user` None where nobody was signed in."""

    at: datetime
    user: int | None
    what: str
    is_change: bool
    patients: tuple[UUID, ...]


@dataclass
class DayOf:
    """What one person did on one day, or what was done with one patient on it; `more` says more of who that is."""

    on: date
    whose: str
    more: str
    times: list[str] = field(default_factory=list)
    looks: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)

    @property
    def hours(self) -> str:
        first, last = min(self.times), max(self.times)
        return first if first == last else f"{first} to {last}"

    @property
    def looked(self) -> str:
        return counted(self.looks)

    @property
    def changed(self) -> str:
        return counted(self.changes)


def counted(found: Counter[str]) -> str:
    return "; ".join(what if times == 1 else f"{what} ({times} times)" for what, times in found.most_common())


def entries_of(patient: Patient, since: datetime | None) -> list[Entry]:
    """Newest first, at most MOST of each kind."""
    looks = AccessEvent.objects.filter(clinic=patient.clinic_id).of(patient.pk)
    changes = {model: Q(**{path: patient.pk}) for model, path in TRACKED.items()}
    return entries(looks, changes, since, {patient.pk})


def entries_by(user: User, clinics: Collection[Clinic], since: datetime | None) -> list[Entry]:
    """What somebody did in these clinics."""
    looks = AccessEvent.objects.filter(clinic__in=clinics, user=user)
    by = Q(pgh_context__metadata__user=user.pk)
    changes = {model: by & Q(**{f"{path}__clinic__in": clinics}) for model, path in TRACKED.items()}
    return entries(looks, changes, since, None)


def entries(
    looks: "models.QuerySet[AccessEvent]", changes: dict[type[models.Model], Q], since: datetime | None,
    only: Collection[UUID] | None,
) -> list[Entry]:  # fmt: skip
    told = looks.filter(at__gte=since) if since else looks
    found = [
        Entry(look.at, look.user_id, page_in_words(look.what), False, tuple(only or look.patients))
        for look in told.order_by("-at", "-pk")[:MOST]
    ]
    found += actions(changes, since)
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def actions(changes: dict[type[models.Model], Q], since: datetime | None) -> Iterable[Entry]:
    """One for each action and patient, however many rows it wrote."""
    seen: dict[tuple[UUID | None, UUID, datetime | None], tuple[datetime, str]] = {}
    for model, asked in changes.items():
        rows = model.pgh_event_model.objects.filter(asked)  # type: ignore[attr-defined]  # made by the library
        rows = rows.filter(pgh_created_at__gte=since) if since else rows
        columns = ("pgh_context", "pgh_created_at", F(TRACKED[model]), Value(str(model._meta.verbose_name)))
        for context, at, patient, name in rows.order_by("-pgh_id").values_list(*columns)[:MOST]:
            # Without a context nothing says which rows were one action: those of one moment were.
            seen.setdefault((context, patient, None if context else at), (at, name))
    authors = ChangeAuthor.objects.in_bulk({context for context, _, _ in seen if context})
    for (context, patient, _), (at, name) in seen.items():
        said = authors[context].metadata if context in authors else {}
        what = in_words(said["action"]) if "action" in said else f"{name.capitalize()} written"
        yield Entry(at, said.get("user"), what, True, (patient,))


@dataclass(frozen=True)
class FactorChange:
    """A second factor of somebody that came or went; `by` None where nobody was signed in."""

    at: datetime
    what: str
    by: int | None


FACTORS = {"totp": "Authenticator app", "webauthn": "Passkey", "recovery_codes": "Recovery codes"}
CAME_OR_WENT = {"insert": "set up", "delete": "removed"}


def factor_changes(user: User, since: datetime | None) -> list[FactorChange]:
    """Newest first: whoever signs as somebody else would change these before."""
    rows = SecondFactor.pgh_event_model.objects.filter(user=user)
    rows = rows.filter(pgh_created_at__gte=since) if since else rows
    told = rows.order_by("-pgh_id").values_list("pgh_created_at", "type", "pgh_label", "pgh_context__metadata")
    return [
        FactorChange(at, f"{FACTORS.get(kind, kind)} {CAME_OR_WENT[label]}", (said or {}).get("user"))
        for at, kind, label, said in told[:MOST]
    ]


def page_in_words(name: str) -> str:
    """As the registry calls the address; what has none is called by its name."""
    rules = registry().rules.get(name)
    return next(iter(rules.values())).what if rules else in_words(name)


def in_words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def by_day(
    entries: Iterable[Entry], zone: ZoneInfo, of_whom: Callable[[Entry], Iterable[tuple[str, str]]]
) -> list[DayOf]:
    """Put together by day and whoever `of_whom` says that an entry is of: the person, or each patient."""
    found: dict[tuple[date, str, str], DayOf] = {}
    for entry in entries:
        at = entry.at.astimezone(zone)
        for name, more in dict.fromkeys(of_whom(entry)):
            day = found.setdefault((at.date(), name, more), DayOf(at.date(), name, more))
            day.times.append(f"{at:%H:%M}")
            (day.changes if entry.is_change else day.looks)[entry.what] += 1
    return list(found.values())
