"""Clinics are kept apart twice, by the filters of the application and by the database: each is enough alone."""

from collections.abc import Iterator

import pytest
from django.db import connection

from config.access import registry
from patients.models import Patient
from tests.access.installation import Installation
from tests.access.judged import canaries_told, expected, seen_by, wrong
from tests.access.layers import forget, without_filters, without_row_security
from tests.access.test_matrix import CLINICAL_CALLS, SELECTED
from tests.access.trials import Trial, tried
from tests.owner import as_owner

pytestmark = pytest.mark.django_db

# Where another clinic's could be seen: its own addresses, and every page that lists something.
FOREIGN = [
    Trial(number, method, name, "foreign", False)
    for number, method in CLINICAL_CALLS for name in ("a physician", "a nurse")
]  # fmt: skip
PAGES = [trial for trial in SELECTED if trial.method == "GET" and trial.method in registry().methods(trial.route)]


@pytest.fixture(autouse=True)
def nothing_is_kept() -> Iterator[None]:
    forget()
    yield
    forget()


def told(here: Installation, trial: Trial) -> list[str]:
    """Whose names reach somebody whom they are not for."""
    who, rule = here.people[trial.person], registry().rules[trial.route][trial.method]
    return canaries_told(here, who, expected(trial, who), tried(here, trial), seen_by(rule))


def test_the_filters_are_enough_alone(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    without_row_security(monkeypatch)

    assert len(FOREIGN) > 100
    assert [fault for trial in FOREIGN if (fault := wrong(here, trial))] == []
    assert [f"{trial}: {names}" for trial in PAGES[::3] if (names := told(here, trial))] == []


def test_row_security_is_enough_alone(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    without_filters(monkeypatch)

    assert [fault for trial in FOREIGN if (fault := wrong(here, trial))] == []
    assert len(PAGES) > 300
    assert [f"{trial}: {names}" for trial in PAGES if (names := told(here, trial))] == []


def test_without_policies_the_filters_hide_the_same(here: Installation) -> None:
    """The same once more, with the policies themselves gone."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT DISTINCT tablename FROM pg_policies")
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    assert [fault for trial in FOREIGN[::4] if (fault := wrong(here, trial))] == []


def test_without_both_another_clinics_is_seen(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the tests above would see it."""
    without_filters(monkeypatch)
    without_row_security(monkeypatch)

    assert [fault for trial in FOREIGN[::3] if (fault := wrong(here, trial))]
    assert [names for trial in PAGES[::5] if (names := told(here, trial))]
    assert Patient.objects.count() == 2
