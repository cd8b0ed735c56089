"""A patient's page: the plan that is followed, what is unfinished, earlier plans, and the last results with their dates."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F

from guidelines.engine.compiled import CompiledPackage
from guidelines.models import Version
from guidelines.package import compiled_version
from patients.facts import answer_of
from patients.forms.answers import is_stale
from patients.impact.affected import Affected, concerning
from patients.models import Consultation, MonitoringTask, Observation, Patient, Plan
from patients.presentation import words
from patients.presentation.run import Run
from patients.wizard import Step

COMING_TESTS = 6


@dataclass(frozen=True)
class ResultRow:
    label: str
    value: str
    taken_on: date
    is_stale: bool


@dataclass(frozen=True)
class TaskRow:
    tests: str
    opens_on: date
    overdue_after_on: date
    is_overdue: bool
    is_due: bool
    is_required: bool


@dataclass(frozen=True)
class MedicationLine:
    word: str
    tag: str
    name: str
    dose: str
    is_weekly: bool
    weekday: int | None
    weekday_name: str


@dataclass(frozen=True)
class Unfinished:
    consultation: Consultation
    step: Step


@dataclass(frozen=True)
class PatientPage:
    unfinished: list[Unfinished]
    current: list[tuple[Plan, str, list[MedicationLine]]]
    earlier: list[Plan]
    tasks: list[TaskRow]
    more_tasks: int
    results: list[tuple[str, list[ResultRow]]]
    startable: list[Version]
    concerns: list[Affected]


def patient_page(patient: Patient) -> PatientPage:
    today = patient.clinic.today()
    plans = list(
        Plan.objects.filter(patient=patient).select_related("version__guideline", "signed_by")
        .prefetch_related("medications").defer("frozen", "care_plan").annotate(told=F("care_plan__medications"))
    )  # fmt: skip
    begun = list(
        Consultation.objects.open().filter(patient=patient).select_related("patient__clinic", "version__guideline")
    )
    versions = list(Version.objects.current(today).select_related("guideline"))
    packages = {version.guideline_id: compiled_version(version) for version in versions}
    tasks = MonitoringTask.objects.open().filter(patient=patient).select_related("plan")
    rows = [task_row(packages.get(task.plan.guideline_id), task, today) for task in tasks]
    begun_guidelines = {consultation.guideline_id for consultation in begun}
    return PatientPage(
        unfinished=[Unfinished(consultation, Run(consultation).next_open) for consultation in begun],
        current=[current_plan(plan, plan.told) for plan in plans if plan.state == "active"],  # type: ignore[attr-defined]  # annotated above
        earlier=[plan for plan in plans if plan.state != "active"],
        tasks=rows[:COMING_TESTS],
        more_tasks=max(0, len(rows) - COMING_TESTS),
        results=results_of(patient, packages, today),
        startable=[
            version for version in versions
            if version.guideline_id not in begun_guidelines and (patient.clinic.is_demo or not version.is_demonstration)
        ],
        concerns=concerning(Plan.objects.filter(patient=patient), patient.clinic, versions),
    )  # fmt: skip


def current_plan(plan: Plan, told: list[dict[str, Any]] | None) -> tuple[Plan, str, list[MedicationLine]]:
    """`told` are the medications as the signed plan tells them: this page says what the paper says."""
    said = {medication["drug"]: medication["clinician_line"] for medication in told or ()}
    compiled = compiled_version(plan.version)
    step = compiled.steps[plan.step].step.title if plan.step in compiled.steps else ""
    lines = []
    for row in plan.medications.all():
        lines.append(
            MedicationLine(
                words.CHANGES[row.change], words.CHANGE_TAGS.get(row.change, ""), compiled.drugs[row.drug_key].name,
                said.get(row.drug_key, "") if row.is_given else "", row.weekday is not None, row.weekday,
                row.get_weekday_display() or "",
            )
        )  # fmt: skip
    return plan, step, lines


def task_row(compiled: CompiledPackage | None, task: MonitoringTask, today: date) -> TaskRow:
    labels = [compiled.tests[key].label if compiled and key in compiled.tests else key for key in task.test_keys]
    return TaskRow(
        ", ".join(labels), task.opens_on, task.overdue_after_on, task.overdue_after_on < today,
        task.opens_on <= today <= task.overdue_after_on, task.required,
    )  # fmt: skip


def results_of(
    patient: Patient, packages: dict[int, CompiledPackage], today: date
) -> list[tuple[str, list[ResultRow]]]:
    """The latest of each result, under the catalogue's groups; what no guideline in use names comes last."""
    rows = {row.fact_key: row for row in Observation.objects.filter(patient=patient).latest_of_each()}
    found: dict[str, list[ResultRow]] = {}
    for compiled in packages.values():
        titles = {group.key: group.title for group in compiled.package.fact_groups}
        for key, fact in compiled.facts.items():
            row = rows.pop(key, None)
            if row is None:
                continue
            limit = f", upper limit {row.upper_limit_typed}" if row.upper_limit_typed else ""
            shown = words.typed_value(fact, row.value_typed, row.unit) + limit
            found.setdefault(titles.get(fact.group, fact.group), []).append(
                ResultRow(fact.label, shown, row.taken_on, is_stale(fact, answer_of(row), today))
            )
    if rows:
        found["Other"] = [ResultRow(key, str(row.value_typed), row.taken_on, False) for key, row in rows.items()]
    return list(found.items())
