"""For how long something may wait: what keeps a drug from being given waits for no day after the one to act by."""

from datetime import date
from typing import Any

import pytest

from patients import actions
from patients.models import Aside, ResultAlert
from tests.patients.course_samples import Course
from tests.patients.test_liver_stop import METHOTREXATE

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("shipped guideline")]
FIRST = date(2026, 1, 5)


@pytest.fixture
def course(shipped: Any) -> Course:
    """On methotrexate 25 mg since the first day, with normal results."""
    found = Course(*shipped, first_day=FIRST)
    found.visit(0, step="S1", since=-100, response="inadequate", choices=METHOTREXATE)
    return found


def alert(course: Course, **values: str) -> ResultAlert:
    course.results(14, **values)
    return ResultAlert.objects.open().get(patient=course.patient)


def put_off(course: Course, row: ResultAlert, today: int, until: int) -> None:
    actions.set_aside(
        work=row, by=course.by, why=Aside.REMIND, until_on=course.day(until), today=course.day(today)
    )  # fmt: skip


@pytest.mark.parametrize("today", [14, 16, 30])
def test_a_stop_to_act_on_at_once_waits_until_tomorrow_and_no_longer(course: Course, today: int) -> None:
    row = alert(course, anc="1.0")
    assert (row.severity, row.act_by_on) == ("stop", course.day(14))

    put_off(course, row, today, today + 1)

    with pytest.raises(actions.Refused, match="Choose a day from tomorrow to"):
        put_off(course, row, today, today + 2)


@pytest.mark.parametrize(
    ("today", "latest"),
    [
        pytest.param(14, 21, id="a week at most"),
        pytest.param(18, 21, id="not past the day to act by"),
        pytest.param(20, 21, id="the day before"),
        pytest.param(21, 22, id="the day itself"),
        pytest.param(25, 26, id="once it has passed, a day at a time"),
    ],
)
def test_a_hold_waits_no_longer_than_to_the_day_to_act_by(course: Course, today: int, latest: int) -> None:
    row = alert(course, creatinine_mg_dl="1.3")
    assert (row.action, row.act_by_on) == ("hold", course.day(21))

    with pytest.raises(actions.Refused, match="Choose a day"):
        put_off(course, row, today, latest + 1)
    put_off(course, row, today, latest)


def test_what_only_asks_for_a_repeat_may_wait_for_a_week(course: Course) -> None:
    row = alert(course, alt="60")
    assert row.action == "repeat"

    with pytest.raises(actions.Refused):
        put_off(course, row, 60, 68)
    put_off(course, row, 60, 67)
