"""The rows of patients: clinics and people, what was observed, what was consulted about, what was signed."""

from patients.models.access import AccessEvent, ChangeAuthor
from patients.models.clinic import CLINICAL_ROLES, Clinic, Membership, Paper, Role
from patients.models.consultation import Consultation, ConsultationState
from patients.models.impact import Handled, ImpactChunk, ImpactOutcome, PlanHandling
from patients.models.monitoring import MonitoringTask, TaskOutcome
from patients.models.observation import Observation
from patients.models.patient import Patient, Sex
from patients.models.plan import (
    FrequencyType,
    MedicationChange,
    Override,
    Per,
    Plan,
    PlannedMedication,
    PlanState,
    Weekday,
)  # fmt: skip

__all__ = [
    "CLINICAL_ROLES", "AccessEvent", "ChangeAuthor", "Clinic", "Consultation", "ConsultationState", "FrequencyType", "Handled", "ImpactChunk", "ImpactOutcome", "MedicationChange",
    "Membership", "MonitoringTask", "Observation", "Override", "Paper", "Patient", "Per", "Plan", "PlanHandling", "PlanState",
    "PlannedMedication", "Role", "Sex", "TaskOutcome", "Weekday",
]  # fmt: skip
