"""A patient's page: what is asked for now, the plan that is followed, results over time, what is due, what happened.

Each part is worked out when the page first asks for it, once: a part that is fetched alone costs what it shows. Old plans
are told from their rows; what they froze stays closed until a plan is opened.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import prefetch_related_objects
from django.utils import timezone

from guidelines.engine.compiled import CompiledPackage
from guidelines.in_use import versions_in_use
from guidelines.models import Version
from guidelines.package import compiled_version
from guidelines.reading import Source
from patients import rows_of_patient
from patients.facts import answer_of
from patients.forms.answers import is_stale
from patients.impact.affected import Affected, concerning
from patients.models import (
    Consultation,
    MonitoringTask,
    Observation,
    Patient,
    PatientNote,
    Plan,
    ResultAlert,
)
from patients.permissions import why_not_ask_who_looked, why_not_decide_alert
from patients.presentation import words
from patients.presentation.asides import SetAside, asides_of
from patients.presentation.asked_now import Asked, asked_of
from patients.presentation.current_plan import CurrentPlan, current_plan
from patients.presentation.due import COMING_TESTS, Due, due_of
from patients.presentation.events import KINDS, Events, Told, events_of
from patients.presentation.plans_lines import PlansLines
from patients.presentation.sources import Sources
from patients.presentation.starting import Startable, startable
from patients.presentation.trend_page import Trends, trends_of
from patients.wizard import STEPS, Step

STEP_BY_KEY = {step.key: step for step in STEPS}


@dataclass(frozen=True)
class Unfinished:
    consultation: Consultation
    step: Step


@dataclass(frozen=True)
class Answer:
    """What is known besides numbers: the last answer to each question."""

    label: str
    value: str
    on: date
    is_stale: bool


class PatientPage:
    """See the properties. `kind` and `page` are what is shown of what happened."""

    def __init__(
        self, patient: Patient, user: User | AnonymousUser | None = None, *, kind: str = "", page: int = 1
    ) -> None:
        self.patient, self.user, self.kind, self.number = patient, user, kind, page
        self.today = patient.clinic.today()
        self.kinds = KINDS

    @cached_property
    def plans(self) -> list[Plan]:
        """Newest first, without what they froze."""
        found = rows_of_patient.plans.rows(self.patient.pk)
        prefetch_related_objects(found, "medications")
        return found

    @cached_property
    def active(self) -> list[Plan]:
        return [plan for plan in self.plans if plan.state == "active"]

    @property
    def followed(self) -> set[int]:
        """The guidelines of the plans that are followed."""
        return {plan.guideline_id for plan in self.active}

    @property
    def earlier(self) -> list[Plan]:
        return [plan for plan in self.plans if plan.state != "active"]

    @cached_property
    def versions(self) -> list[Version]:
        return versions_in_use(self.today)

    @cached_property
    def compiled(self) -> Mapping[int, CompiledPackage]:
        """By guideline: the version of the plan that is followed, else the one in use. Old plans are named by it."""
        found = {version.guideline_id: version for version in self.versions}
        found |= {plan.guideline_id: plan.version for plan in self.active}
        wanted = {plan.guideline_id for plan in self.plans} | set(found)
        for plan in self.plans:
            if plan.guideline_id in wanted - set(found):
                found[plan.guideline_id] = plan.version
        return {guideline: compiled_version(version) for guideline, version in found.items()}

    @cached_property
    def by_plan(self) -> Mapping[Any, CompiledPackage]:
        return {plan.pk: self.compiled[plan.guideline_id] for plan in self.plans}

    @cached_property
    def observations(self) -> list[Observation]:
        """All of them, corrected ones too, in one question to the database."""
        return rows_of_patient.observations.rows(self.patient.pk)

    @cached_property
    def effective(self) -> list[Observation]:
        corrected = {row.corrects_id for row in self.observations if row.corrects_id}
        return [row for row in self.observations if row.pk not in corrected and not row.not_this_patients]

    @cached_property
    def lines(self) -> PlansLines:
        """By every plan that is followed; what their guidelines do not know, by the others."""
        followed = {plan.guideline_id for plan in self.active}
        others = [compiled for guideline, compiled in self.compiled.items() if guideline not in followed]
        plans = [(plan, self.by_plan[plan.pk]) for plan in self.active]
        return PlansLines(plans, others, self.patient, self.effective)

    @cached_property
    def trends(self) -> Trends | None:
        return (
            trends_of(self.lines, self.by_plan, self.plans, self.today, self.drug_name) if self.lines.measured else None
        )

    @cached_property
    def answers(self) -> list[tuple[str, list[Answer]]]:
        """The last answer of each question that is no number, under the catalogue's groups."""
        latest = {row.fact_key: row for row in self.effective}
        contents = [side.compiled for side in reversed(self.lines.sides)]
        titles = {group.key: group.title for compiled in contents for group in compiled.package.fact_groups}
        found: dict[str, list[Answer]] = {}
        for key, fact in self.lines.facts.items():
            row = latest.get(key)
            if row is None or fact.type == "number":
                continue
            said = words.typed_value(fact, row.value_typed, row.unit)
            found.setdefault(titles.get(fact.group, fact.group), []).append(
                Answer(fact.label, said, row.taken_on, is_stale(fact, answer_of(row), self.today))
            )
        return list(found.items())

    @cached_property
    def alerts(self) -> list[ResultAlert]:
        return rows_of_patient.alerts.rows(self.patient.pk)

    @cached_property
    def sources(self) -> dict[Any, Sources]:
        """By plan: guidelines number their sources each for itself."""
        return {
            plan.pk: Sources(self.by_plan[plan.pk], prefix=f"{place}-" if place else "")
            for place, plan in enumerate(self.active)
        }

    @cached_property
    def asked(self) -> list[Asked]:
        still_open = [alert for alert in self.alerts if alert.closed_at is None]
        if not still_open:
            return []
        return asked_of(still_open, self.by_plan, self.sources, self.today, self.lines.judges)

    @property
    def cards(self) -> list[Source]:
        """The sources that were cited above: read after `asked`."""
        return [card for sources in self.sources.values() for card in sources.cards] if self.asked else []

    @cached_property
    def quiet_since(self) -> tuple[date, str] | None:
        """Since when nothing is asked for, and because of what."""
        if not self.active:
            return None
        found = [(plan.signed_on, f"when plan {plan.number} was signed") for plan in self.active]
        followed = {plan.pk for plan in self.active}
        closed = [row for row in self.alerts if row.closed_at is not None and row.plan_id in followed]
        for row in closed:
            how = row.get_outcome_display().lower()
            found.append(
                (timezone.localdate(row.closed_at, self.patient.clinic.zone), f"when the last call was closed: {how}")
            )
        return max(found, key=lambda one: one[0])

    @cached_property
    def why_not_decide(self) -> str:
        if not self.asked or self.user is None:
            return ""
        alert = self.asked[0].alert
        alert.patient = self.patient
        return why_not_decide_alert(self.user, alert)

    @cached_property
    def may_ask_who_looked(self) -> bool:
        return self.user is not None and not why_not_ask_who_looked(self.user, self.patient.clinic)

    @cached_property
    def tasks(self) -> list[MonitoringTask]:
        return rows_of_patient.tasks.rows(self.patient.pk)

    @cached_property
    def due(self) -> list[Due]:
        return due_of((task for task in self.tasks if task.closed_at is None), self.by_plan, self.today)

    @property
    def overdue(self) -> int:
        return sum(one.is_overdue for one in self.due)

    @property
    def coming(self) -> list[Due]:
        """What may be done already, and the next ones."""
        is_open = sum(one.is_open for one in self.due)
        return self.due[: max(COMING_TESTS, is_open)]

    @property
    def more_due(self) -> list[Due]:
        return self.due[len(self.coming) :]

    @cached_property
    def events(self) -> Events:
        notes, asides = rows_of_patient.notes.rows(self.patient.pk), asides_of(self.patient)
        told = Told(
            zone=self.patient.clinic.zone, names=self.names_of(notes, asides), compiled=self.by_plan,
            label=self.lines.labelled, is_number=self.lines.is_number, judged=self.lines.judged, drug=self.drug_name,
            observations=self.observations, plans=self.plans,
            overrides=rows_of_patient.overrides.rows(self.patient.pk), alerts=self.alerts, tasks=self.tasks,
            notes=notes, asides=asides,
        )  # fmt: skip
        return events_of(told, self.kind, self.number)

    def drug_name(self, key: str) -> str:
        return next((package.drugs[key].name for package in self.compiled.values() if key in package.drugs), key)

    def names_of(self, notes: list[PatientNote], asides: Mapping[Any, Sequence[SetAside]]) -> dict[int, str]:
        """Everybody who did something here, in one question to the database."""
        people = {plan.signed_by_id for plan in self.plans} | {plan.ended_by_id for plan in self.plans}
        people |= {row.recorded_by_id for row in self.observations} | {row.noted_by_id for row in notes}
        people |= {row.closed_by_id for row in self.alerts} | {row.closed_by_id for row in self.tasks}
        people |= {one.by for times in asides.values() for one in times}
        found = User.objects.filter(pk__in=[key for key in people if key is not None]).only(
            "username", "first_name", "last_name"
        )
        return {user.pk: user.get_full_name() or user.get_username() for user in found}

    @cached_property
    def unfinished(self) -> list[Unfinished]:
        begun = rows_of_patient.begun.rows(self.patient.pk)
        return [Unfinished(one, STEP_BY_KEY.get(one.furthest_step, STEPS[0])) for one in begun]

    @property
    def startable(self) -> Startable:
        begun = {one.consultation.guideline_id for one in self.unfinished}
        return startable(self.versions, self.patient.clinic, begun, self.followed)

    @cached_property
    def concerns(self) -> list[Affected]:
        """Asked only where a plan follows something else than what is in use: most follow that."""
        in_use = {version.guideline_id: version.content_hash for version in self.versions}
        if all(
            plan.version.withdrawn_at is None and in_use.get(plan.guideline_id, plan.content_hash) == plan.content_hash
            for plan in self.active
        ):
            return []
        return concerning(Plan.objects.filter(patient=self.patient), self.patient.clinic, self.versions)

    @cached_property
    def current(self) -> list[CurrentPlan]:
        """Told as the signed plan tells it: this page says what the paper says."""
        rows = rows_of_patient.medicines.rows(self.patient.pk)
        told = {plan: json.loads(medicines) for plan, medicines in rows if medicines}
        return [current_plan(plan, self.compiled[plan.guideline_id], told.get(plan.pk)) for plan in self.active]


def patient_page(
    patient: Patient, user: User | AnonymousUser | None = None, *, kind: str = "", page: int = 1
) -> PatientPage:
    return PatientPage(patient, user, kind=kind, page=page)
