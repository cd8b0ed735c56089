"""What the database holds of one patient, as the pages that are looked at most read it. Who may see it was asked before."""

from uuid import UUID

from django.db.models import F

from config.written_once import ModelsOnce, WrittenOnce
from patients.models import (
    Consultation,
    MonitoringTask,
    Observation,
    Override,
    PatientNote,
    Plan,
    ResultAlert,
    TaskOutcome,
)

NOBODY = UUID(int=0)
FROZEN = ("frozen", "care_plan")  # large, and read only where a plan is opened

# Newest first.
plans = ModelsOnce(
    lambda: Plan.objects.filter(patient=NOBODY), NOBODY,
    related=["version", "version__guideline", "signed_by"], without=FROZEN,
)  # fmt: skip
followed = ModelsOnce(
    lambda: Plan.objects.active().filter(patient=NOBODY).order_by("-number"),
    NOBODY,
    related=["version"],
    without=FROZEN,
)
begun = ModelsOnce(
    lambda: Consultation.objects.open().filter(patient=NOBODY), NOBODY, related=["version", "version__guideline"]
)
observations = ModelsOnce(lambda: Observation.objects.filter(patient=NOBODY).order_by("taken_on", "number"), NOBODY)
latest = ModelsOnce(lambda: Observation.objects.filter(patient=NOBODY).latest_of_each(), NOBODY)
alerts = ModelsOnce(lambda: ResultAlert.objects.filter(patient=NOBODY).order_by("-raised_on", "pk"), NOBODY)
tasks = ModelsOnce(
    lambda: (
        MonitoringTask.objects.filter(patient=NOBODY)
        .exclude(outcome=TaskOutcome.SUPERSEDED)
        .order_by("opens_on", "overdue_after_on", "position")
    ),
    NOBODY,
)
due = ModelsOnce(
    lambda: MonitoringTask.objects.open().filter(patient=NOBODY).order_by("overdue_after_on", "opens_on"), NOBODY
)
notes = ModelsOnce(lambda: PatientNote.objects.filter(patient=NOBODY), NOBODY)
overrides = ModelsOnce(lambda: Override.objects.filter(plan__patient=NOBODY), NOBODY)
medicines = WrittenOnce(
    lambda: (
        Plan.objects.active()
        .filter(patient=NOBODY)
        .values_list("pk", F("care_plan__medications"))
        .query.sql_with_params()
    ),
    NOBODY,
)
