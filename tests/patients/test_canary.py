"""A patient with a name nobody else has is led through pages, papers and errors of every kind: the logs never say it."""

import io
import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from patients.models import Consultation, Patient
from tests import factories_patients as make
from tests.config.log_lines import lines, logged

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("broken_site")]

FAMILY, GIVEN, NUMBER, TYPED = "Quetzalcanari", "Zwinglibert", "MRN-77300421", "confided-to-the-nurse"
BORN, BORN_TYPED = "1961-04-23", "23 April 1961"


@pytest.fixture
def by() -> User:
    return make.physician(make.clinic())


@pytest.fixture
def canary(by: User) -> Patient:
    return make.patient(by, family_name=FAMILY, given_names=GIVEN, number=NUMBER, born_on=date.fromisoformat(BORN))


@pytest.fixture
def begun(canary: Patient, by: User) -> Consultation:
    return make.answered(canary, by)


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    with logged() as found:
        yield found


@pytest.fixture
def everything(monkeypatch: Any) -> None:
    """Also what libraries say at their lowest level, as somebody who looks for a fault may ask for. Statements never."""
    monkeypatch.setattr(logging.getLogger(), "level", logging.DEBUG)
    monkeypatch.setattr(logging.getLogger("django"), "level", logging.DEBUG)
    for name in ("django.db.backends", "django.template"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.ERROR)
    logging.getLogger().manager._clear_cache()  # type: ignore[attr-defined]  # levels are kept until told otherwise


def server_log() -> Path:
    return settings.DATA_FOLDER / "postgres.log"


def test_no_log_says_who_a_patient_is(
    canary: Patient, begun: Consultation, by: User, told: io.StringIO, everything: None
) -> None:
    client = Client(raise_request_exception=False)
    before = server_log().stat().st_size if server_log().exists() else 0
    client.force_login(by)
    strict = Client(raise_request_exception=False, enforce_csrf_checks=True)
    strict.force_login(by)
    other = Client(raise_request_exception=False)
    other.force_login(make.physician(make.clinic("Knee Clinic")))
    page, edit, note = (
        reverse(name, args=[canary.pk]) for name in ("patient_detail", "patient_edit", "patient_note_add")
    )
    facts = reverse("consultation_facts", args=[begun.pk])
    answer = {"lock": str(begun.lock_version), "shown": "height_cm", "fact-height_cm": "170", "go": "1"}

    seen = {
        "the list": client.post("/patients/", {"q": FAMILY}).status_code,
        "the page": client.get(page).status_code,
        "a note": client.post(note, {"text": TYPED}).status_code,
        "an answer": client.post(facts, answer).status_code,
        "the same answer from an old page": client.post(facts, {**answer, "fact-height_cm": "171"}).status_code,
        "a form with mistakes": client.post(edit, {"family_name": FAMILY, "born_on": BORN_TYPED}).status_code,
        "a number that is taken": client.post(
            "/patients/register/",
            {"family_name": FAMILY, "given_names": GIVEN, "number": NUMBER, "born_on": BORN, "sex": "female"},
        ).status_code,
        "another clinic": other.get(page, {"q": FAMILY}).status_code,
        "a form without its token": strict.post(note, {"text": TYPED}, headers={"referer": f"/{FAMILY}/"}).status_code,
        "a NUL": client.post(note, {"text": f"{TYPED}\x00"}).status_code,
        "a wrong host": client.get(page, headers={"host": f"{FAMILY}.example.org"}).status_code,
        "a wrong method": client.delete(page).status_code,
        "no such page": client.get(f"/{FAMILY}/{NUMBER}/", {"q": TYPED}).status_code,
        "an error": client.post(f"/broken/{canary.pk}/", {"text": f"{FAMILY} {TYPED}"}).status_code,
        "an error of the database": error_of_the_database(canary),
    }
    plan = make.signed(Consultation.objects.get(pk=begun.pk), by)
    papers = [reverse(name, args=[plan.pk]) for name in ("plan_patient_pdf", "plan_clinician_pdf")]
    seen["papers"] = max(client.get(paper).status_code for paper in papers)

    assert seen == {
        "the list": 200,
        "the page": 200,
        "a note": 302,
        "an answer": 302,
        "the same answer from an old page": 409,
        "a form with mistakes": 422,
        "a number that is taken": 422,
        "another clinic": 404,
        "a form without its token": 403,
        "a NUL": 400,
        "a wrong host": 400,
        "a wrong method": 405,
        "no such page": 404,
        "an error": 500,
        "an error of the database": 23505,
        "papers": 200,
    }
    written = [line for line in lines(told) if line["logger"] == "config.request_ids"]
    assert len(written) == len(seen)  # a paper more, and the database has no line of its own
    log = told.getvalue()
    if server_log().exists():
        log += server_log().read_bytes()[before:].decode(errors="replace")
    identifiers = [str(found.pk) for found in (canary, begun, plan)]
    for word in (FAMILY, GIVEN, NUMBER, TYPED, BORN, BORN_TYPED, *identifiers):
        assert word.lower() not in log.lower(), word


def error_of_the_database(patient: Patient) -> int:
    """PostgreSQL's own words would quote the row."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::text", [FAMILY])
            cursor.execute(
                "INSERT INTO patients_patient SELECT (p).* FROM patients_patient p WHERE id = %s", [patient.pk]
            )
    except Exception as error:
        logging.getLogger("config.canary").exception("The row could not be written")
        return int(getattr(error.__cause__, "sqlstate", 0) or 0)
    return 0
