"""The rows of patients: clinics and people, what was observed, what was consulted about, what was signed."""

from guidelines.models import JobState
from patients.models.access import AccessEvent, ChangeAuthor
from patients.models.alert import AlertKind, AlertOutcome, ResultAlert
from patients.models.audit import INSTALLATION, AuditLink
from patients.models.calendar import CalendarFeed
from patients.models.change import PatientChange
from patients.models.clinic import CLINICAL_ROLES, Clinic, Membership, Paper, Role
from patients.models.consultation import Consultation, ConsultationState
from patients.models.impact import Handled, ImpactChunk, ImpactOutcome, PlanHandling
from patients.models.importing import ResultImport, ResultImportRow, RowState
from patients.models.joining import HeldRole, Invitation, SecondFactor, Suspension
from patients.models.laboratory import Laboratory, LaboratoryLimit
from patients.models.letters import Letter, LetterRun
from patients.models.monitoring import MonitoringTask, TaskOutcome
from patients.models.note import PatientNote
from patients.models.observation import Observation, ResultSource
from patients.models.open_work import Aside
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
    "CLINICAL_ROLES", "INSTALLATION", "AccessEvent", "AlertKind", "AlertOutcome", "Aside", "AuditLink", "CalendarFeed", "ChangeAuthor", "Clinic", "Consultation", "ConsultationState", "FrequencyType", "Handled", "HeldRole", "ImpactChunk", "ImpactOutcome", "Invitation", "JobState", "Laboratory", "LaboratoryLimit", "Letter", "LetterRun", "MedicationChange",
    "Membership", "MonitoringTask", "Observation", "Override", "Paper", "Patient", "PatientChange", "PatientNote", "Per", "Plan", "PlanHandling", "PlanState",
    "PlannedMedication", "ResultAlert", "ResultImport", "ResultImportRow", "ResultSource", "Role", "RowState", "SecondFactor", "Sex", "Suspension", "TaskOutcome", "Weekday",
]  # fmt: skip
