"""A request waits for the database only so long in all, and what takes its time elsewhere is not counted."""

import time

import pytest
from django.db import OperationalError, connection

from config.patience import LEAST, patient_for, seconds_left

pytestmark = pytest.mark.django_db(transaction=True)


def sleep(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


def test_what_takes_longer_is_an_error_and_the_next_request_finds_the_database_again() -> None:
    begun = time.monotonic()
    with patient_for(0.6), pytest.raises(OperationalError, match="not answered in time"):
        sleep(20)
    assert time.monotonic() - begun < 10

    connection.close()
    sleep(0)


def test_only_waiting_for_the_database_is_counted() -> None:
    with patient_for(30):
        time.sleep(2)
        sleep(0)
        before = seconds_left()
        sleep(2)
        after = seconds_left()

    assert before is not None and after is not None
    assert before > 28.5  # a slow machine is waited for, too
    assert after <= before - 2


def test_whoever_has_waited_long_enough_has_little_left_and_others_wait_as_long_as_it_takes() -> None:
    assert seconds_left() is None
    with patient_for(0):
        assert seconds_left() == LEAST
    sleep(LEAST * 1.5)
