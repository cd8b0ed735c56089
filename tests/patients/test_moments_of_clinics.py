"""A moment is told in the time zone of its clinic, on each page that tells one: in New York the evening of a day that is
over in Greenwich, in Auckland the morning of a day that has not begun there."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guidelines.models import Version
from guidelines.workflow import EDITORS
from patients import actions
from patients.investigation import FactorChange
from patients.models import CalendarFeed, Clinic, Handled, MonitoringTask, Observation, PlanHandling, ResultImport, Role
from patients.outputs.invitation import invitation_mail
from tests import factories_patients as make
from tests.factories_guidelines import administrator, published
from tests.patients import result_files as files
from tests.patients.calendar_samples import opened
from tests.patients.imported_files import written
from tests.patients.joining_samples import invitation, link, sent

pytestmark = pytest.mark.django_db

NEW_YORK = ("America/New_York", "2026-03-10T00:30", date(2026, 3, 9), "20:30", "EDT")
AUCKLAND = ("Pacific/Auckland", "2026-03-09T20:30", date(2026, 3, 10), "09:30", "NZDT")
SetClock = Callable[[str], None]


@dataclass(frozen=True)
class There:
    """A clinic at one moment, and the day and the time that it is there."""

    clinic: Clinic
    by: User
    client: Client
    version: Version
    today: date
    time: str
    zone: str

    @property
    def day(self) -> str:
        return f"{self.today:%-d %b %Y}"

    @property
    def at(self) -> str:
        return f"{self.day}, {self.time}"

    def page(self, name: str, *arguments: Any) -> str:
        return shown(self.client, name, *arguments)


def shown(client: Client, name: str, *arguments: Any) -> str:
    response = client.get(reverse(name, args=arguments))
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    def to(moment: str) -> None:
        now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        monkeypatch.setattr("django.utils.timezone.now", lambda: now)

    return to


@pytest.fixture
def version(set_clock: SetClock) -> Version:
    set_clock("2026-03-02T12:00")
    return published()


def clinic_in(zone: str) -> Clinic:
    clinic = make.clinic(zone)
    Clinic.objects.filter(pk=clinic.pk).update(time_zone=zone)
    clinic.refresh_from_db()
    return clinic


@pytest.fixture(params=[NEW_YORK, AUCKLAND], ids=["New York", "Auckland"])
def there(request: pytest.FixtureRequest, set_clock: SetClock, version: Version) -> There:
    zone, moment, today, time, short = request.param
    set_clock(moment)
    clinic, client = clinic_in(zone), Client()
    by = make.physician(clinic)
    client.force_login(by)
    return There(clinic, by, client, version, today, time, short)


@pytest.fixture
def administered(there: There) -> Client:
    client = Client()
    client.force_login(make.clinic_administrator(there.clinic, "ada"))
    return client


def test_a_consultation_that_was_begun(there: There) -> None:
    patient = make.patient(there.by)
    make.consultation(patient, there.by, there.version)

    assert f"Started {there.day}." in there.page("home")
    assert f"Started {there.day}." in there.page("patient_detail", patient.pk)


def test_a_result_that_was_recorded_and_what_took_its_place(there: There) -> None:
    patient = make.patient(there.by)
    make.signed(make.answered(patient, there.by, there.version), there.by)
    rows = Observation.objects.filter(patient=patient)
    actions.disown_observation(observation=rows.get(fact_key="itch_marker"), by=there.by)

    page = there.page("patient_results", patient.pk)

    assert page.count(f'<span class="meta">{there.day}</span>') == rows.count() > 2


def test_a_file_of_results(there: There) -> None:
    make.patient(there.by)
    run = written(there.client, files.csv_of(files.line(date="2026-03-08")))
    assert ResultImport.objects.get().agreed_at == timezone.now()

    page = there.page("result_import_detail", run.pk)

    assert f"Uploaded {there.at} by" in page and f"Agreed {there.at} by" in page
    assert f"CSV file, {there.at}, " in there.page("result_import_start")


def test_letters_that_were_asked_for(there: There) -> None:
    plan = make.plan_row(make.consultation(make.patient(there.by), there.by, there.version), there.by)
    task = MonitoringTask.objects.create(
        plan=plan, patient=plan.patient, clinic=there.clinic, position=0, item_key="MON-CAL-1", test_keys=["itch_panel"],
        phase="early", required=True, opens_on=there.today, overdue_after_on=there.today,
    )  # fmt: skip
    run = actions.start_letters(key=uuid4(), clinic=there.clinic, tasks=[task.pk], by=there.by)

    assert f"Asked for {there.at} by" in there.page("letter_run_detail", run.pk)


def test_addresses_of_calendars(there: There) -> None:
    patient = make.patient(there.by)
    opened(there.by), opened(there.by, patient)
    for feed in CalendarFeed.objects.all():
        actions.revoke_feed(feed=feed, by=there.by)
    opened(there.by), opened(there.by, patient)

    for page in (there.page("clinic_calendar"), there.page("patient_calendar", patient.pk)):
        assert page.count(f'data-label="Made">{there.at}</td>') == 2
        assert f"Revoked {there.at} by" in page and f"the address made {there.at}</span>" in page


def test_what_was_decided_about_a_plan(there: There) -> None:
    plan = make.plan_row(make.consultation(make.patient(there.by), there.by, there.version), there.by)
    PlanHandling.objects.create(
        plan=plan, clinic=there.clinic, version=there.version, outcome=Handled.KEPT, reason="It is well.", handled_by=there.by
    )  # fmt: skip

    assert f"{there.by.username}, {there.day}. “It is well.”" in there.page("plan_newer_version", plan.pk)


def test_who_works_there(there: There, administered: Client) -> None:
    ada = User.objects.get(username="ada")
    nurse = make.nurse(there.clinic, "nora")
    actions.suspend_member(clinic=there.clinic, person=nurse, because="Away.", by=ada)

    listed = shown(administered, "people_list")
    nora, ada_herself = (shown(administered, "member_detail", there.clinic.pk, who.pk) for who in (nurse, ada))

    assert listed.count(f'data-label="Since">{there.day}') == 3
    assert listed.count(f'data-label="Last sign-in">{there.at}</td>') == 2
    assert f"<dt>Since</dt><dd>{there.day}" in nora and f"<dt>Last sign-in</dt><dd>{there.at}</dd>" in ada_herself
    assert f"Since {there.at} {there.zone}, by ada" in nora


def test_an_invitation_says_whose_time_it_is(there: There, administered: Client) -> None:
    token, one = invitation(there.clinic, User.objects.get(username="ada"), email="nora@elbow.example")
    last = (there.today + timedelta(days=7)).strftime("%-d %b %Y")
    ends = f"until {last}, {there.time} {there.zone}."

    made = sent(administered, reverse("clinic_invite", args=[there.clinic.pk]), roles=["nurse"]).content.decode()
    mail = invitation_mail(one, "https://clinic.example/", one.made_at + timedelta(days=7))

    assert ends in made and ends in Client().get(link(token)).content.decode()
    assert f"{there.time} {there.zone}." in str(mail.body) and f"until {last[:2].strip():0>2} March" in str(mail.body)
    assert shown(administered, "people_list").count(f'data-label="Invited">{there.at} {there.zone} by ada') == 2


def test_a_publication(there: There, administered: Client) -> None:
    actions.publish_version(version=there.version, clinic=there.clinic, by=User.objects.get(username="ada"))

    page = shown(administered, "version_publication", there.version.guideline.slug, there.version.number)

    assert f"Since {there.day}, by ada." in page


def test_who_looked(there: There, administered: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = make.patient(there.by)
    actions.record_access(patient=patient, by=there.by, what="patient_detail")
    change = FactorChange(timezone.now(), "Passkey removed", None)
    monkeypatch.setattr("patients.views.looks.factor_changes", lambda *_: [change])
    made_on = there.today.strftime("Made on %-d %B %Y by")

    of_patient, of_person = there.page("patient_looks", patient.pk), shown(administered, "person_looks", there.by.pk)
    table = administered.get(reverse("person_looks_csv", args=[there.by.pk]))

    assert f"Last look {there.day}<" in shown(administered, "clinic_looks")
    assert made_on in of_patient and made_on in of_person and f"times are those of {there.clinic}." in of_person
    assert f"{there.today:%-d %B %Y}, {there.time}: Passkey removed." in of_person
    looks = [
        row for row in csv.DictReader(StringIO(table.content.decode("utf-8-sig"))) if row["What"] == "A patient's page"
    ]
    assert [row["When"] for row in looks] == [timezone.localtime(timezone=there.clinic.zone).isoformat()]
    assert looks[0]["When"].startswith(f"{there.today.isoformat()}T{there.time}")
    assert there.today.isoformat() in table["Content-Disposition"]


def test_on_one_page_each_clinic_has_its_own_day(client: Client, set_clock: SetClock, version: Version) -> None:
    set_clock("2026-03-10T00:30")
    west, east = clinic_in("America/New_York"), clinic_in("Pacific/Auckland")
    by = make.physician(west, "both")
    make.consultation(make.patient(by), by, version)
    other = make.physician(east, "other")
    make.consultation(make.patient(other), other, version)
    actions.add_member(clinic=east, user=by, role=Role.PHYSICIAN)
    client.force_login(by)

    assert sorted(re.findall(r"Started (\d+ Mar 2026)\.", shown(client, "home"))) == ["10 Mar 2026", "9 Mar 2026"]


def test_what_is_of_no_clinic_is_told_in_utc_and_says_so(client: Client, set_clock: SetClock) -> None:
    set_clock("2026-03-10T00:30")
    ada = administrator()
    invitation(None, ada, EDITORS)
    client.force_login(ada)

    page = shown(client, "installation_people")

    assert 'data-label="Last sign-in">10 Mar 2026, 00:30 UTC</td>' in page
    assert 'data-label="Invited">10 Mar 2026, 00:30 UTC by ada' in page
    assert "10 Mar 2026, 00:30 UTC" in shown(client, "person_detail", ada.pk)
