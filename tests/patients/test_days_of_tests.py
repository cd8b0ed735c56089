"""The days of tests under actions: a change of dose begins the close ones again, and a test that is done brings the next."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from guidelines.engine.content import Package
from guidelines.models import Version
from patients import actions
from patients.models import MonitoringTask, Patient, Plan, TaskOutcome
from tests import factories_patients as make
from tests.factories_guidelines import itching_elbow, published

pytestmark = pytest.mark.django_db

START = date(2026, 3, 2)
Clock = Callable[[int], None]


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the clock to noon, so many days after the start."""

    def set_clock(days: int) -> None:
        moment = datetime.combine(START + timedelta(days=days), datetime.min.time(), tzinfo=UTC) + timedelta(hours=12)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    set_clock(0)
    return set_clock


def counted_from_the_start() -> Package:
    """The close tests of the small guideline, counted from the first dose and not from the last test."""
    package = itching_elbow()
    monitoring = tuple(
        item.model_copy(update={"anchor": "start"}) if item.restarts_on_dose_change else item
        for item in package.monitoring
    )
    return package.model_copy(update={"monitoring": monitoring})


def signed(patient: Patient, by: User, version: Version, amount: str) -> Plan:
    begun = make.consultation(patient, by, version)
    saved = actions.save_answers(
        consultation=begun, answers=make.ENOUGH_ANSWERS, by=by, lock_version=begun.lock_version
    )
    ready = actions.save_choices(
        consultation=saved.consultation, choices=make.ENOUGH_CHOICES | {"amounts": {"calmine": amount}}, by=by,
        lock_version=saved.consultation.lock_version,
    )  # fmt: skip
    return make.signed(ready, by)


def days(plan: Plan, item: str) -> list[int]:
    """On which days after the start the open tests of an item begin."""
    opens = MonitoringTask.objects.open().filter(plan=plan, item_key=item).values_list("opens_on", flat=True)
    found = [(on - START).days for on in opens]
    return [on for on in found if on < 1000]


@pytest.mark.parametrize(
    ("before", "now", "change", "close"),
    [
        pytest.param("12.5", "12.5", "continue", [30, 60, 90], id="the same dose: the close tests go on"),
        pytest.param("12.5", "10", "reduce", [30, 80, 110, 140], id="a lower dose: they begin again"),
        # Begun at 10 and to be raised by the patient's doctor: nobody wrote down what is taken today.
        pytest.param("10", "10", "continue", [30, 60, 90], id="what it was begun with: they go on"),
        pytest.param(
            "10", "12.5", "continue", [30, 80, 110, 140], id="a higher one than it was begun with: they begin again"
        ),
        pytest.param("10", "7.5", "continue", [30, 80, 110, 140], id="a lower one: they begin again"),
    ],
)
def test_a_change_of_dose_and_nothing_else_begins_the_close_tests_again(
    on_day: Clock, before: str, now: str, change: str, close: list[int]
) -> None:
    by = make.physician(make.clinic())
    patient, version = make.patient(by), published(counted_from_the_start())
    first = signed(patient, by, version, before)
    assert days(first, "MON-CAL-1") == [30, 60, 90]
    on_day(50)  # the first of them was missed, and is still to be done whatever the dose

    second = signed(patient, by, version, now)

    assert second.medications.get().change == change
    assert days(second, "MON-CAL-1") == close
    assert days(second, "MON-CAL-2") == [84]
    assert not MonitoringTask.objects.open().filter(plan=first).exists()


def close_one(plan: Plan, by: User, *, done: int, on_day: Clock, item: str = "MON-CAL-1") -> MonitoringTask:
    """The first open test of an item is done on a day."""
    on_day(done)
    task = MonitoringTask.objects.open().filter(plan=plan, item_key=item).first()
    assert task is not None
    told = {"done_on": START + timedelta(days=done), "because": "Letter of the hospital."}
    return actions.close_task(task=task, by=by, outcome=TaskOutcome.DONE, **told)


@pytest.mark.parametrize(
    ("done", "opens"),
    [
        pytest.param(84, 168, id="on its first day"),
        pytest.param(90, 174, id="in its window"),
        pytest.param(70, 154, id="two weeks early"),
        pytest.param(120, 204, id="weeks late"),
    ],
)
def test_the_next_of_an_open_ended_series_is_counted_from_the_day_it_was_done(
    on_day: Clock, by: User, done: int, opens: int
) -> None:
    on_day(0)
    plan = make.signed(make.answered(make.patient(by), by), by)

    closed = close_one(plan, by, done=done, on_day=on_day, item="MON-CAL-2")
    actions.close_task(task=closed, by=by, outcome=TaskOutcome.DONE, done_on=closed.done_on)  # sent twice

    [following] = MonitoringTask.objects.open().filter(plan=plan, item_key="MON-CAL-2")
    assert (following.opens_on - START).days == opens
    assert (following.overdue_after_on - following.opens_on).days == 10
    assert following.test_keys == closed.test_keys


def test_a_series_that_ends_brings_nothing_more(on_day: Clock, by: User) -> None:
    on_day(0)
    plan = make.signed(make.answered(make.patient(by), by), by)
    count = MonitoringTask.objects.filter(plan=plan, item_key="MON-CAL-1").count()

    for done in (30, 60, 90):
        close_one(plan, by, done=done, on_day=on_day)

    assert MonitoringTask.objects.filter(plan=plan, item_key="MON-CAL-1").count() == count


def test_what_was_removed_for_a_reason_brings_nothing_more(on_day: Clock, by: User) -> None:
    on_day(0)
    plan = make.signed(make.answered(make.patient(by), by), by)
    task = MonitoringTask.objects.open().get(plan=plan, item_key="MON-CAL-2")

    actions.close_task(task=task, by=by, outcome=TaskOutcome.REMOVED, because="Done by another clinic from now on.")

    assert not MonitoringTask.objects.open().filter(plan=plan, item_key="MON-CAL-2").exists()
