"""Every row says whose it is, and no row leads to another clinic's: the database refuses it, whoever writes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from patients import actions
from patients.models import (
    CalendarFeed,
    Clinic,
    Consultation,
    Laboratory,
    LaboratoryLimit,
    Letter,
    LetterRun,
    Membership,
    MonitoringTask,
    Observation,
    Override,
    Patient,
    PatientNote,
    Plan,
    PlanHandling,
    PlannedMedication,
    ResultAlert,
    ResultImport,
    ResultImportRow,
    ResultSource,
)
from tests import factories_patients as make
from tests.owner import as_owner
from tests.patients.clinic_catalogue import (
    WITHOUT_A_CLINIC,
    asked,
    histories,
    problems_of_columns,
    problems_of_keys,
    tables_with_a_clinic,
)

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]

PLANTED = {
    "a table of a patient that says no clinic": "patient_id uuid REFERENCES patients_patient",
    "a clinic that may be missing": "clinic_id bigint",
    "a key that does not hold the clinic": "clinic_id bigint NOT NULL, plan_id uuid REFERENCES patients_plan",
    "a key that holds the patient, whose clinic nothing holds": (
        "clinic_id bigint NOT NULL, patient_id uuid, plan_id uuid,"
        " FOREIGN KEY (plan_id, patient_id) REFERENCES patients_plan (id, patient_id)"
    ),
}


def test_every_table_of_a_patient_says_its_clinic_and_every_key_holds_it() -> None:
    assert [*problems_of_columns(), *problems_of_keys()] == []
    assert len(tables_with_a_clinic()) > 35
    assert len(histories()) > 12


def test_the_list_of_tables_without_a_clinic_names_none_that_is_gone() -> None:
    assert set(WITHOUT_A_CLINIC) <= {model._meta.db_table for model in apps.get_app_config("patients").get_models()}


@pytest.mark.parametrize("columns", PLANTED.values(), ids=PLANTED)
def test_a_new_table_is_not_forgotten(columns: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE patients_planted (id bigint PRIMARY KEY, {columns})")

    found = [*problems_of_columns(), *problems_of_keys()]

    assert found
    assert all("patients_planted" in one for one in found)


class Place:
    """One clinic with a patient and what can be a patient's."""

    def __init__(self, name: str) -> None:
        self.clinic = make.clinic(name)
        self.by = make.physician(self.clinic)
        self.patient = make.patient(self.by)
        self.plan = make.signed(make.answered(self.patient, self.by), self.by)
        self.laboratory = Laboratory.objects.create(clinic=self.clinic, name="Laboratory")


@pytest.fixture
def here() -> Place:
    return Place("Elbow Clinic")


@pytest.fixture
def elsewhere() -> Place:
    return Place("Knee Clinic")


def test_a_row_gets_the_clinic_of_whom_it_is_made_for(here: Place, elsewhere: Place) -> None:
    run = LetterRun.objects.create(clinic=here.clinic, written_on=here.clinic.today(), asked_by=here.by)
    Letter.objects.create(run=run, position=0, patient=here.patient)
    LaboratoryLimit.objects.create(laboratory=here.laboratory, fact_key="alt")
    actions.add_note(patient=here.patient, by=here.by, text="Likes tea.")
    actions.start_import(
        clinic=here.clinic, by=here.by, source=ResultSource.CSV, file_name="a.csv", file_hash="", laboratory=here.laboratory,
        rows=[ResultImportRow(position=0, place="line 1", patient=here.patient, state="ready")],
    )  # fmt: skip

    rows: tuple[Any, ...] = (
        Consultation, Observation, Plan, PlannedMedication, MonitoringTask, PatientNote, Letter, LaboratoryLimit,
        ResultImportRow,
    )  # fmt: skip
    for model in rows:
        of_clinic = model.objects.filter(clinic=here.clinic)
        assert of_clinic.exists(), model
        if hasattr(model, "patient"):
            assert not of_clinic.exclude(patient=here.patient).exists(), model
        event = model._meta.get_field("id") and model.__name__ + "Event"
        if event.lower() in apps.all_models["patients"]:
            history: Any = apps.get_model("patients", event)
            assert history.objects.filter(clinic=here.clinic).count() >= of_clinic.count(), event


LEADS_ELSEWHERE: dict[str, tuple[Callable[[Place, Place], Any], str]] = {
    "an observation of another clinic's patient": (
        lambda here, there: Observation.objects.create(
            clinic=here.clinic, patient=there.patient, fact_key="alt", value_typed="1", taken_on=here.clinic.today(),
            recorded_by=here.by,
        ), "an_observation_is_in_the_clinic_of_its_patient",
    ),
    "an observation by another clinic's laboratory": (
        lambda here, there: Observation.objects.create(
            patient=here.patient, laboratory=there.laboratory, fact_key="alt", value_typed="1",
            taken_on=here.clinic.today(), recorded_by=here.by,
        ), "an_observation_names_a_laboratory_of_its_clinic",
    ),
    "a note about another clinic's patient": (
        lambda here, there: PatientNote.objects.create(
            clinic=here.clinic, patient=there.patient, text="No.", noted_on=here.clinic.today(), noted_by=here.by
        ), "a_note_is_in_the_clinic_of_its_patient",
    ),
    "an override in another clinic's plan": (
        lambda here, there: Override.objects.create(
            clinic=here.clinic, plan=there.plan, rule_key="R", reason_key="r", text="No.", overridden_by=here.by,
            overridden_at=there.plan.signed_at,
        ), "an_override_is_in_the_clinic_of_its_plan",
    ),
    "a handling of another clinic's plan": (
        lambda here, there: PlanHandling.objects.create(
            clinic=here.clinic, plan=there.plan, version=there.plan.version, outcome="kept", reason="No.",
            handled_by=here.by,
        ), "a_handling_is_in_the_clinic_of_its_plan",
    ),
    "a task of another clinic's plan": (
        lambda here, there: MonitoringTask.objects.create(
            plan=there.plan, patient=here.patient, position=99, item_key="X", phase="p", required=True,
            opens_on=here.clinic.today(), overdue_after_on=here.clinic.today(),
        ), "a_task_is_of_the_patient_of_its_plan",
    ),
    "an alert about another clinic's plan": (
        lambda here, there: ResultAlert.objects.create(
            plan=there.plan, patient=here.patient, kind="abnormal", rule_key="R", severity="stop", action="hold",
            raised_on=here.clinic.today(),
        ), "an_alert_is_of_the_patient_of_its_plan",
    ),
    "a letter to another clinic's patient": (
        lambda here, there: Letter.objects.create(
            run=LetterRun.objects.create(clinic=here.clinic, written_on=here.clinic.today(), asked_by=here.by),
            position=0, patient=there.patient,
        ), "a_letter_is_in_the_clinic_of_its_patient",
    ),
    "a file of another clinic's laboratory": (
        lambda here, there: ResultImport.objects.create(
            clinic=here.clinic, laboratory=there.laboratory, source="csv", file_hash="", uploaded_by=here.by
        ), "an_import_names_a_laboratory_of_its_clinic",
    ),
    "a row of a file about another clinic's patient": (
        lambda here, there: ResultImportRow.objects.create(
            run=ResultImport.objects.create(clinic=here.clinic, source="csv", file_hash="", uploaded_by=here.by),
            position=0, place="line 1", patient=there.patient, state="ready",
        ), "an_imported_row_is_in_the_clinic_of_its_patient",
    ),
    "a calendar of another clinic's patient": (
        lambda here, there: CalendarFeed.objects.create(
            clinic=here.clinic, patient=there.patient, token_hash="x", made_by=here.by
        ), "a_feed_is_in_the_clinic_of_its_patient",
    ),
    "a limit of another clinic's laboratory": (
        lambda here, there: LaboratoryLimit.objects.create(
            clinic=here.clinic, laboratory=there.laboratory, fact_key="alt"
        ), "a_limit_is_in_the_clinic_of_its_laboratory",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("write", "key"), LEADS_ELSEWHERE.values(), ids=LEADS_ELSEWHERE)
def test_no_row_leads_to_another_clinics(
    here: Place, elsewhere: Place, write: Callable[[Place, Place], Any], key: str
) -> None:
    with pytest.raises(IntegrityError, match=key), transaction.atomic():
        write(here, elsewhere)


@pytest.mark.parametrize(
    "table", ["patient", "membership", "laboratory", "consultation", "monitoringtask", "observation"]
)
def test_a_row_stays_in_its_clinic(here: Place, elsewhere: Place, table: str) -> None:
    with (
        pytest.raises(IntegrityError, match=r"stays_|record"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE patients_{table} SET clinic_id = %s", [elsewhere.clinic.pk])


def test_every_table_that_can_be_written_to_keeps_its_rows_where_they_are() -> None:
    kept = {
        table
        for (table,) in asked(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname ~"
            " '(a_row_stays_in_its_clinic|stays_with_the_clinic|are_records|history_is_a_record)'"
        )
    }

    assert set(tables_with_a_clinic()) - kept == {"patients_patientchange"}


def test_a_row_that_is_saved_as_it_was_made_keeps_its_clinic(here: Place) -> None:
    made = LaboratoryLimit.objects.create(laboratory=here.laboratory, fact_key="alt")
    made.unit = "U/L"

    made.save()

    found = LaboratoryLimit.objects.get()
    assert (found.unit, found.clinic_id) == ("U/L", here.clinic.pk)


def test_nobody_belongs_to_two_clinics_by_one_row(here: Place, elsewhere: Place) -> None:
    membership = Membership.objects.get(user=here.by)
    membership.clinic = elsewhere.clinic

    with pytest.raises(IntegrityError, match="a_row_stays_in_its_clinic"), transaction.atomic():
        membership.save()
    assert {patient.clinic_id for patient in Patient.objects.all()} == set(Clinic.objects.values_list("pk", flat=True))
