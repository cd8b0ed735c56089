"""Pages of patients that are kept in memory: never shown once something they say has changed, whoever changed it."""

import re
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guidelines.package import compiled_version
from patients import actions
from patients.models import (
    AccessEvent,
    Aside,
    Membership,
    MonitoringTask,
    Observation,
    Patient,
    PatientChange,
    Plan,
    ResultAlert,
    Role,
    TaskOutcome,
)
from patients.presentation.kept_pages import pages
from tests import factories_patients as make

pytestmark = pytest.mark.django_db(transaction=True)

# Rows of a patient that stand neither on the patient's page nor on the worklist.
ELSEWHERE = {
    "AccessEvent": "who looked, for the investigator's page",
    "PatientChange": "what this is about",
    "CalendarFeed": "on the page of calendars",
    "Letter": "on the page of its run",
    "ResultImportRow": "on the page of its import",
    "PlannedMedication": "written once, with its plan",
    "Override": "written once, with its plan",
}


@pytest.fixture
def plan(by: User, patient: Patient) -> Plan:
    pages.clear()
    return make.signed(make.answered(patient, by), by)


def record(plan: Plan, by: User, value: str, days_ago: int = 0) -> None:
    answer = {"value": value, "unit": "U/L", "upper_limit": "40", "taken_on": make.days_ago(days_ago).isoformat()}
    actions.record_observations(
        patient=plan.patient,
        compiled=compiled_version(plan.version),
        by=by,
        entries=[actions.Entry("itch_marker", answer)],
    )


def addresses(plan: Plan) -> list[tuple[str, dict[str, str]]]:
    pages_of = (reverse("worklist"), reverse("patient_detail", args=[plan.patient_id]))
    return [(address, headers) for address in pages_of for headers in ({}, {"HX-Request": "true"})]


def shown(client: Client, plan: Plan) -> list[str]:
    """What is shown, but for the token of each look."""
    bodies = [client.get(address, headers=headers).content.decode() for address, headers in addresses(plan)]
    return [re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", body) for body in bodies]


def shown_anew(client: Client, plan: Plan) -> list[str]:
    pages.clear()
    return shown(client, plan)


Change = Callable[[Plan, User], object]


def alert_of(plan: Plan) -> ResultAlert:
    return ResultAlert.objects.open().get(plan=plan)


def task_of(plan: Plan) -> MonitoringTask:
    return MonitoringTask.objects.open().filter(plan=plan).order_by("opens_on")[0]


def later(plan: Plan) -> dict[str, object]:
    return {"why": Aside.REMIND, "until_on": plan.patient.clinic.today() + timedelta(days=2)}


CHANGES: dict[str, Change] = {
    "a result comes": lambda plan, by: record(plan, by, "150", days_ago=1),
    "another comes": lambda plan, by: record(plan, by, "170"),
    "a result is corrected": lambda plan, by: actions.correct_observation(
        observation=Observation.objects.filter(patient=plan.patient, value_typed="170").get(), by=by,
        answer={"value": "180", "unit": "U/L", "upper_limit": "40", "taken_on": make.days_ago(0).isoformat()},
        compiled=compiled_version(plan.version),
    ),
    "the physician is a nurse from now on": lambda plan, by: Membership.objects.filter(user=by).update(role=Role.NURSE),
    "and a physician again": lambda plan, by: Membership.objects.filter(user=by).update(role=Role.PHYSICIAN),
    "an alert is set aside": lambda plan, by: actions.set_aside(work=alert_of(plan), by=by, **later(plan)),
    "it is put back": lambda plan, by: actions.put_back(work=[alert_of(plan)], by=by),
    "it is closed": lambda plan, by: actions.close_alert(alert=alert_of(plan), by=by, because="Known."),
    "a test is set aside": lambda plan, by: actions.set_aside(work=task_of(plan), by=by, **later(plan)),
    "a test is removed": lambda plan, by: actions.close_task(
        task=task_of(plan), by=by, outcome=TaskOutcome.REMOVED, because="Done elsewhere."
    ),
    "a note is written": lambda plan, by: actions.add_note(patient=plan.patient, by=by, text="Moves in May."),
    "a name is corrected": lambda plan, by: actions.edit_patient(
        patient=plan.patient, by=by, lock_version=plan.patient.lock_version, family_name="Knee"
    ),
    "a consultation begins": lambda plan, by: make.consultation(plan.patient, by, plan.version),
    "the clinic has another name": lambda plan, by: type(plan.patient.clinic).objects.update(name="Hip Clinic"),
    "the version is withdrawn": lambda plan, by: type(plan.version).objects.filter(pk=plan.version_id).update(
        withdrawn_at=plan.signed_at, withdrawn_by=by
    ),
}  # fmt: skip


def test_every_change_is_seen_at_once(signed_in: Client, plan: Plan, by: User) -> None:
    before = shown(signed_in, plan)
    for what, change in CHANGES.items():
        change(Plan.objects.get(pk=plan.pk), by)

        after = shown(signed_in, plan)

        assert after == shown_anew(signed_in, plan), what
        assert after != before, what
        before = after


def test_a_page_is_made_once_while_nothing_changes(signed_in: Client, plan: Plan) -> None:
    shown(signed_in, plan)
    for address, headers in addresses(plan):
        with CaptureQueriesContext(connection) as queries:
            signed_in.get(address, headers=headers)

        assert not any(name in query["sql"] for query in queries for name in ("monitoringtask", 'patients_plan"')), (
            address
        )


def test_what_another_transaction_had_written_and_not_yet_committed_is_seen_once_it_is(
    signed_in: Client, plan: Plan, by: User
) -> None:
    """It has a lower number than what is committed when the page is made, and comes after it."""
    is_written, may_commit = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                actions.add_note(patient=plan.patient, by=by, text="Written before, kept after.")
                record(plan, by, "150")
                is_written.set()
                assert may_commit.wait(20)
        finally:
            connection.close()

    writer = threading.Thread(target=copy_context().run, args=(write,))
    writer.start()
    assert is_written.wait(20)
    other = make.patient(by, number="E-2", family_name="Wrist")  # committed, with a higher number
    before = shown(signed_in, plan)
    may_commit.set()
    writer.join(20)

    after = shown(signed_in, plan)

    assert other.pk and after == shown_anew(signed_in, plan)
    assert "Written before, kept after." in after[2] and "Written before, kept after." not in before[2]
    assert after[0] != before[0]


def test_each_look_at_a_kept_page_leaves_a_row(signed_in: Client, plan: Plan, by: User) -> None:
    record(plan, by, "150")
    for _ in range(3):
        shown(signed_in, plan)

    looks = AccessEvent.objects.of(plan.patient.pk).filter(user=by)
    assert looks.filter(what="worklist").count() == looks.filter(what="patient_detail").count() == 6


def test_nobody_gets_what_was_kept_for_others(signed_in: Client, plan: Plan, by: User) -> None:
    mine = shown(signed_in, plan)
    stranger = Client()
    stranger.force_login(make.physician(make.clinic("Far Clinic"), "stranger"))

    assert stranger.get(reverse("patient_detail", args=[plan.patient_id])).status_code == 404
    assert plan.patient.family_name.upper() not in stranger.get(reverse("worklist")).content.decode()
    Membership.objects.filter(user=by).delete()
    assert signed_in.get(reverse("patient_detail", args=[plan.patient_id])).status_code == 403
    assert plan.patient.family_name.upper() in mine[2]


def test_what_stands_around_is_each_persons_own_and_what_is_said_once_is_said_once(
    signed_in: Client, plan: Plan, by: User
) -> None:
    colleague = make.nurse(plan.patient.clinic, "colleague")
    other = Client()
    other.force_login(colleague)
    for _ in range(2):
        assert by.username in shown(signed_in, plan)[0]
        assert colleague.username in (page := shown(other, plan)[0]) and by.username not in page

    signed_in.post(reverse("patient_note_add", args=[plan.patient_id]), {"text": "Moves in May.", "back": "patient"})

    said = [signed_in.get(reverse("worklist")).content.count(b"alert--ok") for _ in range(2)]
    assert said == [1, 0]


def test_one_page_of_a_patient_for_each_role_and_not_for_each_person(signed_in: Client, plan: Plan, by: User) -> None:
    record(plan, by, "150")
    clinic, address = plan.patient.clinic, reverse("patient_detail", args=[plan.patient_id])
    elsewhere = make.clinic("Far Clinic")
    people = {
        "nurse": make.nurse(clinic, "nurse"), "other": make.physician(clinic, "other"),
        "asks": make.nurse(clinic, "asks"), "elsewhere": make.nurse(clinic, "elsewhere"),
    }  # fmt: skip
    for name, where in (("asks", clinic), ("elsewhere", elsewhere)):
        Membership.objects.create(user=people[name], clinic=where, role=Role.ADMINISTRATOR)
    clients = {"physician": signed_in} | {name: Client() for name in people}
    for name, user in people.items():
        clients[name].force_login(user)

    def main(name: str) -> str:
        page = clients[name].get(address).content.decode()
        return re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", page.split("<main")[1].split("</main>")[0])

    anew = {}
    for name in clients:
        pages.clear()
        anew[name] = main(name)
    pages.clear()

    kept = {name: main(name) for _ in range(2) for name in clients}

    assert kept == anew
    assert anew["physician"] == anew["other"] and anew["nurse"] == anew["elsewhere"]
    assert len({anew["physician"], anew["nurse"], anew["asks"]}) == 3


def test_every_look_has_a_token_of_its_own(signed_in: Client, plan: Plan) -> None:
    address = reverse("patient_detail", args=[plan.patient_id])
    tokens = [re.findall(r'csrfmiddlewaretoken" value="(\w+)"', signed_in.get(address).content.decode()) for _ in "ab"]

    assert tokens[0] and tokens[0] != tokens[1]
    assert not any(
        token.encode() in body for page in pages.values() for body in page.documents.values() for token in tokens[0]
    )
    assert all(page.documents.values() for page in pages.values())


def test_nothing_is_kept_of_what_is_read_inside_a_transaction(signed_in: Client, plan: Plan) -> None:
    with transaction.atomic():
        shown(signed_in, plan)

    assert not pages.values()


def test_every_table_with_a_patient_says_what_changed_or_is_shown_elsewhere() -> None:
    for model in apps.get_app_config("patients").get_models():
        of_whom = {field.related_model for field in model._meta.fields if isinstance(field, models.ForeignKey)}
        if (model is not Patient and not of_whom & {Patient, Plan}) or "pgh_id" in {f.name for f in model._meta.fields}:
            continue
        tells = "tells_who_changed" in {trigger.name for trigger in getattr(model._meta, "triggers", ())}
        assert tells != (model.__name__ in ELSEWHERE), model.__name__


@pytest.mark.alone  # any transaction of another test, in any database of the server, keeps what it may still read
def test_what_days_past_have_changed_is_forgotten_and_nothing_of_today(plan: Plan) -> None:
    there = PatientChange.objects.count()
    assert actions.forget_changes(timezone.now() + timedelta(hours=47)) == 0

    gone, until = 0, time.monotonic() + 60
    while gone < there and time.monotonic() < until:  # transactions of other tests are waited for
        gone += actions.forget_changes(timezone.now() + timedelta(hours=49))

    assert gone == there > 0
