"""How the database is told whose rows a statement may see: as seldom as can be, and never too late."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory

from config.acting import NOBODY, acting_as, acting_as_system
from config.middleware import PersonMiddleware, nobody_yet
from config.postgresql.base import DatabaseWrapper
from config.sessions import people
from patients.models import Membership, Patient
from tests.patients.two_clinics import place

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


@pytest.fixture
def here() -> User:
    return place("Elbow Clinic")


@pytest.fixture
def there() -> User:
    return place("Knee Clinic")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every round trip that only tells for whom the next statement is."""
    found: list[str] = []
    tell = DatabaseWrapper.tell

    def tell_and_note(self: DatabaseWrapper) -> None:
        before = self.told
        tell(self)
        if self.told != before:
            found.append(str(self.told))

    monkeypatch.setattr(DatabaseWrapper, "tell", tell_and_note)
    return found


def test_requests_of_the_same_person_tell_it_once(here: User, there: User, told: list[str]) -> None:
    mine, theirs = Client(), Client()
    mine.force_login(here)
    theirs.force_login(there)
    with acting_as(NOBODY):  # as a worker, where nothing happens between requests
        mine.get("/worklist/")
        told.clear()

        assert [mine.get(page).status_code for page in ("/worklist/", "/patients/", "/worklist/")] == [200] * 3
        assert told == []

        theirs.get("/patients/")
        mine.get("/patients/")
        assert told == [str(there.pk), str(here.pk)]

        told.clear()
        Client().get("/")
        assert told in ([], [NOBODY])


def test_whoever_is_asked_for_ahead_a_request_is_its_persons(here: User, there: User, told: list[str]) -> None:
    mine = Client()
    mine.force_login(here)
    ours, foreign = (Patient.objects.get(registered_by=one) for one in (here, there))
    with acting_as(NOBODY):
        for patient, status in ((foreign, 404), (ours, 200)):
            people.keep(mine.cookies["sessionid"].value, there.pk)
            assert mine.get(f"/patients/{patient.pk}/").status_code == status
            assert told[-2:] == [str(there.pk), str(here.pk)]


def test_a_request_is_its_persons_and_one_of_a_stranger_nobodys(here: User) -> None:
    client = Client()
    client.force_login(here)

    def look(request: Any) -> HttpResponse:
        unknown = Patient.objects.count()  # nobody has asked yet who it is
        return HttpResponse(f"{unknown} {request.user.is_authenticated} {Patient.objects.count()}")

    site = nobody_yet(SessionMiddleware(PersonMiddleware(look)))
    requests = [RequestFactory().get("/"), RequestFactory().get("/"), RequestFactory().get("/")]
    for request in requests[::2]:
        request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}

    assert [site(request).content for request in requests] == [b"0 True 1", b"0 False 0", b"0 True 1"]
    assert Patient.objects.count() == 1  # and the test is the system again


@pytest.mark.parametrize("is_inner", [True, False])
def test_what_a_rollback_takes_back_is_told_again(here: User, there: User, is_inner: bool) -> None:
    with transaction.atomic():
        with acting_as(str(here.pk)):
            assert Patient.objects.count() == 1
        try:
            with transaction.atomic():
                with acting_as(str(there.pk)):
                    assert Patient.objects.count() == 1
                    if is_inner:
                        raise RuntimeError
                connection.cursor().execute("SELECT 1/0")
        except Exception:  # what it was about is undone
            pass
        with acting_as(str(here.pk)):
            assert Membership.objects.get().user_id == here.pk
        with acting_as(str(there.pk)):
            assert Membership.objects.get().user_id == there.pk


def test_the_system_does_not_outlast_its_block(here: User) -> None:
    with acting_as(NOBODY):
        with acting_as_system():
            assert Patient.objects.count() == 1
        assert Patient.objects.count() == 0
        with pytest.raises(RuntimeError), acting_as_system():
            raise RuntimeError
        assert Patient.objects.count() == 0


def test_the_rule_is_asked_once_for_a_statement_and_keeps_the_index(here: User) -> None:
    with acting_as(str(here.pk)), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN (COSTS OFF) SELECT * FROM patients_observation WHERE patient_id = %s",
            [uuid4()],
        )
        plan = [line for (line,) in cursor.fetchall()]

    assert any("Index Cond: ((patient_id = " in line or "Index Cond: (patient_id = " in line for line in plan)
    filters = [line for line in plan if "Filter" in line]
    assert filters
    assert all("InitPlan" in line and "clinics_looked_after(" not in line for line in filters)
