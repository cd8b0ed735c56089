"""A file of results for a clinic: whose they are, what is on record, who may, and what is written once it is agreed to."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from guidelines.models import Version
from patients import actions
from patients.actions import importing
from patients.models import (
    AccessEvent,
    JobState,
    Observation,
    Patient,
    ResultAlert,
    ResultImport,
    ResultImportRow,
    ResultSource,
    Role,
    RowState,
)
from tests import factories_patients as make
from tests.factories_guidelines import published
from tests.patients import result_files as files
from tests.patients.imported_files import imported, states, uploaded, whys, written
from tests.patients.test_results_files import BROKEN

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]
TODAY = make.days_ago(0).isoformat()


@pytest.fixture(autouse=True)
def version() -> Version:
    return published()


def test_a_file_is_shown_before_anything_is_written(signed_in: Client, patient: Patient) -> None:
    run = imported(signed_in, files.csv_of(
        files.line(date=TODAY), files.line(test="weight_kg", value="140", unit="lb", upper_limit="", date=TODAY),
        files.line(value="5,5", date=TODAY), files.line("X-9", date=TODAY), separator=";",
    ))  # fmt: skip

    page = signed_in.get(reverse("result_import_detail", args=[run.pk])).content.decode()

    assert states(run) == [RowState.READY, RowState.READY, RowState.REFUSED, RowState.REFUSED]
    assert "140 lb × 0.453592 = 63.5029 kg" in page
    assert "comma" in page
    assert "No patient of Elbow Clinic has this number." in page
    assert "ELBOW, Ellen" in page
    assert not Observation.objects.exists()
    assert AccessEvent.objects.of(patient.pk).filter(what="result_import_detail").exists()


def test_what_was_agreed_to_is_written_with_where_it_came_from(signed_in: Client, patient: Patient, by: User) -> None:
    run = written(signed_in, files.csv_of(files.line(date=TODAY, id="L-1")))

    row = Observation.objects.get()
    assert (row.patient, row.fact_key, row.value_typed, row.unit) == (patient, "itch_marker", "55", "U/L")
    assert (row.upper_limit_typed, row.source, row.external_id) == ("40", ResultSource.CSV, "L-1")
    assert row.recorded_by == by
    assert run.rows.get().observation == row  # type: ignore[attr-defined]


def test_results_of_a_file_raise_what_they_ask_for(
    signed_in: Client, patient: Patient, by: User, version: Version
) -> None:
    make.signed(make.answered(patient, by, version), by)

    written(signed_in, files.csv_of(files.line(value="200", date=TODAY)))

    assert ResultAlert.objects.open().get().rule_key == "CAL-W-MARK"


def test_the_same_file_again_writes_nothing(signed_in: Client, patient: Patient) -> None:
    raw = files.csv_of(
        files.line(date=TODAY, id="L-1"),
        files.line(test="weight_kg", value="62", unit="kg", upper_limit="", date=TODAY),
    )
    written(signed_in, raw)

    again = imported(signed_in, raw)

    assert states(again) == [RowState.KNOWN, RowState.KNOWN]
    answer = signed_in.post(reverse("result_import_agree", args=[again.pk]), follow=True)
    assert "There is nothing to write" in answer.content.decode()
    assert Observation.objects.count() == 2


def test_two_previews_of_one_file_that_are_both_agreed_to_write_once(signed_in: Client, patient: Patient) -> None:
    raw = files.csv_of(files.line(date=TODAY))
    colleague = Client()
    colleague.force_login(make.nurse(patient.clinic))
    runs = [imported(signed_in, raw), imported(colleague, raw)]
    for run in runs:
        signed_in.post(reverse("result_import_agree", args=[run.pk]))

    for run in runs:
        actions.write_import(run.pk)

    assert Observation.objects.count() == 1
    assert [states(run) for run in runs] == [[RowState.WRITTEN], [RowState.KNOWN]]


def test_a_file_that_is_sent_twice_is_looked_at_once_unless_more_of_it_is_understood_now(
    signed_in: Client, patient: Patient
) -> None:
    raw = files.csv_of(files.line("E-2", date=TODAY))
    first, again = imported(signed_in, raw), imported(signed_in, raw)
    make.patient(patient.registered_by, number="E-2")

    now = imported(signed_in, raw)

    assert first == again != now
    assert (states(first), states(now)) == ([RowState.REFUSED], [RowState.READY])


def test_another_clinics_number_and_none_get_the_same_sentence(signed_in: Client, patient: Patient) -> None:
    elsewhere = make.physician(make.clinic("Knee Clinic"))
    make.patient(elsewhere, number="K-1")

    run = imported(signed_in, files.csv_of(files.line("K-1", date=TODAY), files.line("nobody", date=TODAY)))

    assert whys(run) == ["No patient of Elbow Clinic has this number."] * 2
    assert [row.patient for row in run.rows.all()] == [None, None]  # type: ignore[attr-defined]


def test_a_birth_date_that_is_another_refuses_the_result(signed_in: Client, patient: Patient) -> None:
    heading = (*files.HEADING, "born")
    lines = [(*files.line(date=TODAY), "1980-05-17"), (*files.line(date=make.days_ago(1).isoformat()), "1981-05-17")]

    run = imported(signed_in, files.csv_of(*lines, heading=heading))

    assert states(run) == [RowState.READY, RowState.REFUSED]
    assert "born on another day" in whys(run)[1]


def test_results_of_one_file_that_contradict_each_other_are_all_refused(signed_in: Client, patient: Patient) -> None:
    run = imported(signed_in, files.csv_of(
        files.line(value="55", date=TODAY), files.line(value="56", date=TODAY),
        files.line(value="57", date=make.days_ago(1).isoformat(), id="A"), files.line(value="58", date=make.days_ago(2).isoformat(), id="A"),
        files.line(value="59", date=make.days_ago(3).isoformat()), files.line(value="59", date=make.days_ago(3).isoformat()),
    ))  # fmt: skip

    assert states(run) == [RowState.REFUSED] * 4 + [RowState.READY, RowState.KNOWN]
    assert "another result of the same day (Line 3)" in whys(run)[0]
    assert "with the same identifier (Line 5)" in whys(run)[2]


def test_a_file_is_discarded_and_then_not_written(signed_in: Client, patient: Patient) -> None:
    run = imported(signed_in, files.csv_of(files.line(date=TODAY)))

    signed_in.post(reverse("result_import_discard", args=[run.pk]))
    answer = signed_in.post(reverse("result_import_agree", args=[run.pk]), follow=True)
    actions.write_import(run.pk)

    assert "was discarded" in answer.content.decode()
    assert not Observation.objects.exists()


def test_a_file_that_is_agreed_to_twice_has_its_work_queued_and_cannot_be_discarded(
    signed_in: Client, patient: Patient
) -> None:
    run = imported(signed_in, files.csv_of(files.line(date=TODAY)))

    for _ in range(2):
        signed_in.post(reverse("result_import_agree", args=[run.pk]))
    answer = signed_in.post(reverse("result_import_discard", args=[run.pk]), follow=True)

    assert ProcrastinateJob.objects.filter(task_name="write_import").count() == 2
    assert "agreed to already" in answer.content.decode()


def test_while_it_is_written_the_page_asks_for_its_progress_and_then_no_more(
    signed_in: Client, patient: Patient
) -> None:
    run = imported(signed_in, files.csv_of(files.line(date=TODAY)))
    address = reverse("result_import_detail", args=[run.pk])
    before = signed_in.get(address).content.decode()
    signed_in.post(reverse("result_import_agree", args=[run.pk]))

    running = signed_in.get(address, headers={"HX-Request": "true"}).content.decode()
    actions.write_import(run.pk)
    done = signed_in.get(address, headers={"HX-Request": "true"}).content.decode()

    assert 'hx-trigger="every 2s"' in running
    assert "<html" not in running
    assert 'hx-trigger="every 2s"' not in before + done


def test_work_that_came_to_a_halt_is_said_and_queued_again(signed_in: Client, patient: Patient) -> None:
    run = imported(signed_in, files.csv_of(files.line(date=TODAY)))
    address = reverse("result_import_detail", args=[run.pk])
    signed_in.post(reverse("result_import_agree", args=[run.pk]))
    queued = signed_in.get(address).context["is_halted"]
    with connection.cursor() as cursor:  # as after an error that nobody foresaw
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = 'write_import'")

    halted = signed_in.get(address).context["is_halted"]
    signed_in.post(reverse("result_import_agree", args=[run.pk]))

    assert (queued, halted) == (False, True)
    assert ProcrastinateJob.objects.filter(task_name="write_import", status="todo").count() == 1


def test_somebody_who_has_left_meanwhile_writes_nothing(signed_in: Client, patient: Patient, by: User) -> None:
    run = imported(signed_in, files.csv_of(files.line(date=TODAY)))
    signed_in.post(reverse("result_import_agree", args=[run.pk]))
    by.is_active = False
    by.save()

    actions.write_import(run.pk)

    assert not Observation.objects.exists()
    assert whys(run) == ["Only physicians and nurses of the patient's clinic may do this."]


def test_nobody_of_another_clinic_sees_or_agrees_to_a_file(client: Client, signed_in: Client, patient: Patient) -> None:
    run = imported(signed_in, files.csv_of(files.line(date=TODAY)))
    client.force_login(make.nurse(make.clinic("Knee Clinic")))

    assert client.get(reverse("result_import_detail", args=[run.pk])).status_code == 404
    for name in ("result_import_agree", "result_import_discard"):
        assert client.post(reverse(name, args=[run.pk])).status_code == 404
    assert "results.csv" not in client.get(reverse("result_import_start")).content.decode()


def test_an_administrator_imports_nothing(client: Client, by: User) -> None:
    client.force_login(make.clinic_administrator(by.memberships.get().clinic))

    assert client.get(reverse("result_import_start")).status_code == 403
    assert client.get(reverse("result_import_template")).status_code == 403


def test_a_file_for_another_clinic_than_ones_own_is_for_ones_own(signed_in: Client, patient: Patient) -> None:
    elsewhere = make.clinic("Knee Clinic")

    answer = uploaded(signed_in, files.csv_of(files.line(date=TODAY)), clinic=elsewhere.pk)

    assert answer.status_code == 422
    assert not ResultImport.objects.exists()


@pytest.mark.parametrize("raw", [pytest.param(raw, id=name) for name, raw in BROKEN[5::50]])
def test_a_broken_file_comes_back_as_one_error_and_writes_no_row(
    signed_in: Client, patient: Patient, raw: bytes
) -> None:
    answer = uploaded(signed_in, raw, "broken")

    assert answer.status_code == 422
    assert len(answer.context["form"].errors["file"]) == 1
    assert not ResultImport.objects.exists()
    assert not ResultImportRow.objects.exists()


def test_a_chunk_that_fails_midway_leaves_nothing_and_is_free_again(
    signed_in: Client, patient: Patient, by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    run = imported(signed_in, files.csv_of(*files.many_lines(["E-1"], 3, make.days_ago(0))))
    signed_in.post(reverse("result_import_agree", args=[run.pk]))
    keep = importing.keep_outcomes
    calls: list[int] = []

    def fails_at_the_second(rows: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the lights went out")
        keep(rows)

    monkeypatch.setattr(importing, "keep_outcomes", fails_at_the_second)
    with pytest.raises(RuntimeError):
        actions.write_import(run.pk)
    half = Observation.objects.count()
    monkeypatch.setattr(importing, "keep_outcomes", keep)
    actions.write_import(run.pk)

    assert half == 2
    assert Observation.objects.count() == 6
    assert states(run) == [RowState.WRITTEN] * 6


def test_a_page_of_a_file_asks_the_database_as_often_for_many_results_as_for_few(
    signed_in: Client, by: User, patient: Patient, django_assert_max_num_queries: Any
) -> None:
    others = [make.patient(by, number=f"N-{number}") for number in range(20)]
    run = imported(signed_in, files.csv_of(*files.many_lines([one.number for one in others], 5, make.days_ago(0))))

    with django_assert_max_num_queries(16):
        page = signed_in.get(reverse("result_import_detail", args=[run.pk]))

    assert len(page.context["rows"]) == 100
    assert page.context["pages"] == 2


def test_a_nurse_may_import(client: Client, patient: Patient) -> None:
    client.force_login(make.member(patient.clinic, Role.NURSE))

    assert written(client, files.csv_of(files.line(date=TODAY))).state == JobState.DONE
