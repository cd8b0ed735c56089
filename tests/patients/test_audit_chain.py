"""The chain of records: what was written cannot be changed unseen, whoever changes it, and writers do not fork it."""

import threading
from contextvars import copy_context
from datetime import timedelta
from pathlib import Path

import pghistory
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import Error, connection

from patients import actions, daily_tasks
from patients.audit import LINKS, faults, heads
from patients.models import AccessEvent, AuditLink, Clinic, Patient
from tests import factories_patients as make
from tests.owner import as_owner
from tests.patients.audit_tampering import as_an_owner_of_the_tables, chained, not_found, run

WITHOUT = {
    "patients_auditlink": "the chain itself",
    "pghistory_context": "its person is in the digest of each row that leads to it",
    "patients_impactoutcome": "worked out by the machine, and again when asked for",
}


@pytest.fixture
def here() -> Clinic:
    """A clinic where some things were looked at and changed, and links for all of it."""
    clinic = make.clinic()
    by = make.physician(clinic)
    patients = [make.patient(by, number=f"A-{number}") for number in range(3)]
    for patient in patients:
        with pghistory.context(user=by.pk):
            consultation = make.consultation(patient, by)
            make.plan_row(consultation, by)
            actions.add_note(patient=patient, by=by, text="Asked about the elbow.")
        actions.record_access(patient=patient, by=by, what="patient_detail")
    actions.record_accesses(patients=[patient.pk for patient in patients], by=by, what="worklist")
    now()
    return clinic


def now() -> None:
    """What waits for the end of the transaction is done."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.django_db
def test_no_table_of_record_is_forgotten() -> None:
    models = [model for app in ("guidelines", "patients") for model in apps.get_app_config(app).get_models()]
    locks = {
        model._meta.db_table: {trigger.name for trigger in getattr(model._meta, "triggers", ())} for model in models
    }
    # What is tracked has its record in its history.
    records = {
        table for table, names in locks.items()
        if "insert_insert" not in names and any(name.endswith(("_are_records", "_is_a_record")) for name in names)
    }  # fmt: skip

    assert len(records) > 40
    assert records - set(chained()) == set(WITHOUT)
    assert set(chained()) <= records


@pytest.mark.django_db
def test_each_row_has_its_link_in_the_chain_of_its_clinic(here: Clinic) -> None:
    other = make.physician(make.clinic("Far Clinic"))
    actions.record_access(patient=make.patient(other), by=other, what="patient_detail")
    now()

    written = {table: run(f'SELECT count(*) FROM "{table}"')[0][0] for table in chained()}
    linked = dict(run(f"SELECT of_table, count(*) FROM {LINKS} GROUP BY 1"))

    assert {table: count for table, count in written.items() if count} == linked
    assert faults() == []
    looks = AuditLink.objects.filter(of_table="patients_accessevent")
    assert set(looks.filter(chain=here.pk).values_list("row", flat=True)) == set(
        AccessEvent.objects.filter(clinic=here).values_list("pk", flat=True)
    )
    assert looks.exclude(chain=here.pk).count() == 1


# --- tampering ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_whatever_somebody_changes_is_found(here: Clinic) -> None:
    assert not_found(25, seed=1) == []


@pytest.mark.soak
@pytest.mark.django_db
def test_a_thousand_changes_are_all_found(here: Clinic) -> None:
    assert not_found(1000, seed=2) == []


@pytest.mark.django_db
def test_the_first_bad_row_is_named(here: Clinic) -> None:
    looks = AuditLink.objects.filter(of_table="patients_accessevent").order_by("number")
    first, second = looks[0], looks[1]
    with as_an_owner_of_the_tables("patients_accessevent"):
        AccessEvent.objects.filter(pk__in=[first.row, second.row]).update(what="nothing")
        with pytest.raises(CommandError) as refused:
            call_command("verify_audit")

    assert str(refused.value) == (
        f"In the chain of clinic {here.pk}, link {first.number}: row {first.row} of patients_accessevent"
        " is not as it was written."
    )


# --- what it is held against --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_end_that_is_cut_off_is_found_by_what_was_printed_before(
    here: Clinic, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_audit")
    printed = tmp_path / "heads.txt"
    printed.write_text(capsys.readouterr().out)
    call_command("verify_audit", "--against", str(printed))
    last = AuditLink.objects.filter(chain=here.pk).order_by("-number")[0]
    with as_an_owner_of_the_tables(last.of_table, LINKS):
        AccessEvent.objects.filter(pk=last.row)._raw_delete("default")
        AuditLink.objects.filter(pk=last.pk)._raw_delete("default")
        call_command("verify_audit")
        with pytest.raises(CommandError, match=f"link {last.number}: it was written down as the end"):
            call_command("verify_audit", "--against", str(printed))


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "chain 1", "chain 1, link 2: xyz", "\x00"])
def test_a_file_that_says_nothing_is_no_proof(text: str, tmp_path: Path) -> None:
    path = tmp_path / "heads.txt"
    path.write_text(text)

    with pytest.raises(CommandError, match=r"heads\.txt"):
        call_command("verify_audit", "--against", str(path))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_audit", "--against", str(tmp_path / "nowhere"))


@pytest.mark.django_db
def test_the_ends_are_in_the_log_once_a_day(here: Clinic, caplog: pytest.LogCaptureFixture) -> None:
    daily_tasks.note_ends_of_audit(0)

    assert [record.getMessage() for record in caplog.records] == [str(head) for head in heads()]


# --- how it is written --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_another_time_zone_or_one_more_column_is_no_change(here: Clinic) -> None:
    run("SET LOCAL timezone = 'Asia/Tokyo'")
    with as_owner():
        run("ALTER TABLE patients_accessevent ADD COLUMN remark text")

    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_linked_is_not_written() -> None:
    by = make.physician(make.clinic())
    patient = make.patient(by)
    with as_owner():
        run(f"ALTER TABLE {LINKS} ADD CONSTRAINT shut CHECK (false) NOT VALID")
    try:
        with pytest.raises(Error):
            actions.record_access(patient=patient, by=by, what="patient_detail")
        with pytest.raises(Error):
            actions.add_note(patient=patient, by=by, text="Lost.")
    finally:
        with as_owner():
            run(f"ALTER TABLE {LINKS} DROP CONSTRAINT shut")

    assert not AccessEvent.objects.exists() and not patient.notes.exists()
    assert faults() == []


def write_together(writers: int, rows_each: int) -> int:
    """So many people look and write at once, each on a connection of their own. Gives the number of rows."""
    clinic = make.clinic()
    people = [make.nurse(clinic, f"nurse-{number}") for number in range(writers)]
    patients = [make.patient(by, number=by.username) for by in people]
    failures: list[BaseException] = []
    before = AuditLink.objects.count()

    def write(by: User, patient: Patient) -> None:
        try:
            for number in range(rows_each):
                if number % 10:
                    actions.record_access(patient=patient, by=by, what="patient_detail")
                else:
                    actions.add_note(patient=patient, by=by, text=f"Note {number}.")
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=copy_context().run, args=(write, *pair)) for pair in zip(people, patients, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timedelta(minutes=20).total_seconds())
    assert failures == []
    return AuditLink.objects.count() - before


@pytest.mark.django_db(transaction=True)
def test_writers_neither_fork_it_nor_leave_a_gap() -> None:
    assert write_together(8, 25) == 200
    assert faults() == []


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_fifty_thousand_rows_of_eight_writers_are_one_chain() -> None:
    assert write_together(8, 6250) == 50_000
    assert faults() == []
