"""What waits in a clinic: which group it stands in, in which order, and that the day alone changes it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from patients import actions
from patients.models import Aside, Clinic, MonitoringTask, TaskOutcome
from patients.presentation.worklist_rows import Line, sections
from patients.worklist import GROUPS, counts, lines
from patients.worklist_items import items_of, versions_followed
from patients.worklist_sql import Wanted, Work, work_in
from tests import factories_patients as make
from tests.factories_guidelines import itching_elbow, published
from tests.patients.worklist_samples import Clock, asking_for, marker, plan_of, published_with, with_a_review

pytestmark = pytest.mark.django_db


def work_of(user: User, **wanted: object) -> Work:
    clinics = Clinic.objects.clinical_for(user)
    return work_in(clinics, user, versions_followed(), Wanted(**wanted))  # type: ignore[arg-type]


def listed(user: User, **wanted: object) -> dict[str, list[Line]]:
    """By group, the lines as they are read. What is counted is what is listed."""
    work = work_of(user, **wanted)
    told = counts(work)
    rows = list(lines(work, told, [group.key for group in GROUPS], 0, 100))
    found = {
        section.key: list(section.lines)
        for section in sections(work, rows, told, versions_followed(), {1: "a", 2: "b"})
    }
    assert {key: len(held) for key, held in found.items()} == {
        group.key: told[group.key] for group in GROUPS if told[group.key]
    }
    return found


def statuses(user: User, **wanted: object) -> dict[str, list[str]]:
    return {key: [line.status for line in held] for key, held in listed(user, **wanted).items()}


# --- tests and days -----------------------------------------------------------------------------------------------


def test_a_test_comes_is_due_and_is_overdue_by_the_day_alone(by: User, days_later: Clock) -> None:
    plan_of(by, published())

    assert statuses(by) == {}
    days_later(23)
    assert statuses(by) == {"due": ["In 7 days"]}
    days_later(30)
    assert statuses(by) == {"due": ["Due now"]}
    days_later(45)
    assert statuses(by) == {"due": ["Due today"]}
    days_later(46)
    assert statuses(by) == {"overdue": ["1 day over"]}
    days_later(55)
    assert statuses(by) == {"overdue": ["10 days over"], "due": ["In 5 days"]}


def test_a_result_closes_the_line_of_its_test(by: User, days_later: Clock) -> None:
    task = closing_at_first(plan_of(by, published()).pk)
    days_later(46)
    actions.close_task(task=task, by=by, outcome=TaskOutcome.DONE, done_on=task.opens_on, because="Letter of May.")

    assert statuses(by) == {}


def closing_at_first(plan: object) -> MonitoringTask:
    return MonitoringTask.objects.filter(plan=plan).order_by("opens_on")[0]


def test_the_day_is_that_of_each_clinic(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    here, version = make.clinic("East Clinic"), published()
    Clinic.objects.filter(pk=here.pk).update(time_zone="Pacific/Auckland")
    plans = [plan_of(by, version), plan_of(make.physician(here, "east"), version, 2)]
    last = max(closing_at_first(plan.pk).overdue_after_on for plan in plans)
    for plan in plans:
        MonitoringTask.objects.filter(pk=closing_at_first(plan.pk).pk).update(opens_on=last, overdue_after_on=last)
    actions.add_member(clinic=here, user=by, role="nurse")  # type: ignore[arg-type]

    noon = datetime(last.year, last.month, last.day, 18, tzinfo=ZoneInfo("UTC"))  # the next morning in the east
    monkeypatch.setattr(timezone, "now", lambda: noon)

    assert {line.name: line.status for held in listed(by).values() for line in held} == {
        "ELBOW, Ellen 1": "Due today", "ELBOW, Ellen 2": "1 day over",
    }  # fmt: skip


def test_tests_of_one_patient_on_the_same_days_are_one_line_with_required_first(by: User, days_later: Clock) -> None:
    task = closing_at_first(plan_of(by, published()).pk)
    MonitoringTask.objects.create(
        plan=task.plan, patient=task.patient, position=0, item_key="MON-CAL-2", test_keys=["skin_look"],
        phase="now and then", required=False, opens_on=task.opens_on, overdue_after_on=task.overdue_after_on,
    )  # fmt: skip
    days_later(46)

    [line] = listed(by)["overdue"]

    assert line.what == "Itch panel, Inspection of the skin"
    assert line.more == "intensive; now and then"
    assert (line.is_required, len(line.parts)) == (True, 2)


def test_the_longest_overdue_comes_first_and_what_is_only_considered_last(by: User, days_later: Clock) -> None:
    version = published()
    tasks = [closing_at_first(plan_of(by, version, number).pk) for number in (1, 2, 3)]
    MonitoringTask.objects.filter(pk=tasks[1].pk).update(overdue_after_on=tasks[1].overdue_after_on - timedelta(days=3))
    MonitoringTask.objects.filter(pk=tasks[0].pk).update(required=False)
    days_later(46)

    assert [line.name for line in listed(by)["overdue"]] == ["ELBOW, Ellen 2", "ELBOW, Ellen 3", "ELBOW, Ellen 1"]
    assert [line.name for line in listed(by, by_name=True)["overdue"]] == [
        "ELBOW, Ellen 1", "ELBOW, Ellen 2", "ELBOW, Ellen 3",
    ]  # fmt: skip


def test_a_line_says_the_medicine_with_its_weekday_and_the_last_result(by: User, days_later: Clock) -> None:
    plan_of(by, published())
    days_later(46)

    [line] = listed(by)["overdue"]

    assert line.medicine == ("Calmine", "10\u00a0mg", "Tuesday", "Weekly")
    assert line.last == "Itch marker 30\u00a0U/L"
    assert (line.number, line.who) == ("E-1", "Nurse or physician")


def test_what_is_asked_in_a_visit_is_a_review(by: User, days_later: Clock) -> None:
    plan_of(by, published_with(with_a_review()))
    days_later(84)

    found = listed(by)

    assert [line.what for line in found["review"]] == ["How it itches, Itch panel"]
    brings = {line.what: line.brings_results for line in found["due"]}
    assert brings == {"Inspection of the skin": False, "Itch panel, Inspection of the skin": True}


def test_reviews_are_told_from_the_data_of_the_version() -> None:
    assert items_of(published(itching_elbow())).reviews == frozenset()


# --- alerts -------------------------------------------------------------------------------------------------------


def test_a_result_that_stops_a_drug_is_first_and_red(by: User, days_later: Clock) -> None:
    version = published_with(asking_for("stop"))
    plans = [plan_of(by, version, number) for number in (1, 2)]
    days_later(46)

    marker(plans[1].patient, by, "200")

    found = listed(by)
    assert list(found) == ["act", "overdue"]
    [line] = found["act"]
    assert (line.tone, line.status, line.due, line.name) == ("stop", "Stop", "Today", "ELBOW, Ellen 2")
    assert line.last == "Itch marker 200\u00a0U/L"


def test_what_need_not_be_done_today_is_to_be_looked_at_until_its_day(by: User, days_later: Clock) -> None:
    plan = plan_of(by, published_with(asking_for("refer", within_days="5")))
    marker(plan.patient, by, "200")

    assert statuses(by) == {"look": ["Refer"]}
    days_later(5)
    assert statuses(by) == {"act": ["Refer"]}


def test_another_result_clears_the_line(by: User, days_later: Clock) -> None:
    plan = plan_of(by, published())
    marker(plan.patient, by, "200")
    assert statuses(by) == {"look": ["Repeat"]}

    days_later(1)
    marker(plan.patient, by, "20")

    assert statuses(by) == {}


# --- set aside, filters, strangers --------------------------------------------------------------------------------


def test_what_is_set_aside_is_hidden_until_its_day(by: User, days_later: Clock) -> None:
    task = closing_at_first(plan_of(by, published()).pk)
    days_later(46)
    until = task.patient.clinic.today() + timedelta(days=3)
    actions.set_aside(work=task, by=by, why=Aside.CONTACTED, until_on=until, note="Comes on Monday")

    assert statuses(by) == {}
    assert counts(work_of(by))["aside"] == 1
    [line] = listed(by, is_aside=True)["overdue"]
    assert line.aside.startswith("Patient contacted, again on")
    assert line.aside.endswith(": Comes on Monday")
    days_later(49)
    assert statuses(by) == {"overdue": ["4 days over"]}


def test_lines_are_found_by_medicine_test_and_who_acts(by: User, days_later: Clock) -> None:
    plan = plan_of(by, published())
    marker(plan.patient, by, "200")
    days_later(46)
    both = {"look": ["Repeat"], "overdue": ["1 day over"]}

    assert statuses(by, drug="calmine") == statuses(by, test="itch_panel", facts=("itch_marker",)) == both
    assert statuses(by, drug="soothine") == statuses(by, test="nothing") == statuses(by, who="nobody") == {}
    assert statuses(by, who="team") == {"overdue": ["1 day over"]}


def test_another_clinics_lines_are_nobody_elses(by: User, days_later: Clock) -> None:
    plan = plan_of(by, published())
    marker(plan.patient, by, "200")
    days_later(46)

    assert listed(make.physician(make.clinic("Knee Clinic"))) == {}
    assert listed(make.clinic_administrator(plan.patient.clinic)) == {}


def test_lines_are_the_same_when_turned_page_by_page(by: User, days_later: Clock) -> None:
    version = published_with(asking_for("stop"))
    for number in range(1, 6):
        plan = plan_of(by, version, number)
        if number % 2:
            marker(plan.patient, by, "200")
    days_later(46)
    work, groups = work_of(by), [group.key for group in GROUPS]
    told = counts(work)

    whole = list(lines(work, told, groups, 0, 50))
    pages = [row for start in range(0, 12, 2) for row in lines(work, told, groups, start, 2)]

    assert pages == whole
    assert len(whole) == 8
