"""Addresses of calendars: whose right they are, who makes and revokes them, and their pages."""

from collections.abc import Callable
from uuid import uuid1, uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from patients import actions
from patients.models import (
    AccessEvent,
    CalendarFeed,
    Clinic,
    Membership,
    Patient,
    Plan,
    Role,
)
from tests import factories_patients as make
from tests.patients.calendar_samples import address_of, opened, read

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


@pytest.fixture
def plan(patient: Patient, by: User) -> Plan:
    return make.signed(make.answered(patient, by), by)


# --- whose right an address is ----------------------------------------------------------------------------------------


def leave(who: User) -> None:
    Membership.objects.filter(user=who).delete()


def be_suspended(who: User) -> None:
    who.is_active = False
    who.save()


def become_an_administrator(who: User) -> None:
    Membership.objects.filter(user=who).update(role=Role.ADMINISTRATOR)


@pytest.mark.parametrize("lose_the_right", [leave, be_suspended, become_an_administrator])
def test_a_clinics_address_ends_at_once_with_the_right_of_whoever_made_it(
    client: Client, plan: Plan, by: User, lose_the_right: Callable[[User], None]
) -> None:
    token = opened(by, None)
    etag = client.get(address_of(token)).headers["ETag"]

    lose_the_right(by)

    assert client.get(address_of(token)).status_code == 404
    assert client.get(address_of(token), headers={"If-None-Match": etag}).status_code == 404


@pytest.mark.parametrize("lose_the_right", [leave, be_suspended, become_an_administrator])
def test_a_patient_is_reminded_whoever_leaves(
    client: Client, plan: Plan, by: User, lose_the_right: Callable[[User], None]
) -> None:
    token = opened(by, plan.patient)

    lose_the_right(by)

    assert read(client, token)


def test_a_right_in_another_clinic_keeps_no_address_open(client: Client, plan: Plan, by: User) -> None:
    token = opened(by, None)
    leave(by)

    actions.add_member(clinic=make.clinic("Knee Clinic"), user=by, role=Role.PHYSICIAN)

    assert client.get(address_of(token)).status_code == 404


def test_somebody_with_two_roles_reads_on_while_one_of_them_is_left(client: Client, plan: Plan, by: User) -> None:
    token = opened(by, None)
    actions.add_member(clinic=plan.patient.clinic, user=by, role=Role.NURSE)

    Membership.objects.get(user=by, role=Role.PHYSICIAN).delete()

    assert read(client, token)


def test_the_page_of_addresses_says_which_has_ended_and_why(client: Client, plan: Plan, by: User) -> None:
    opened(by, None)
    nurse = make.nurse(plan.patient.clinic)
    leave(by)
    client.force_login(nurse)

    html = client.get(reverse("clinic_calendar")).content.decode()

    assert "Closed" in html and "no longer looks after patients here" in html and "In use" not in html


# --- who may, and the pages -------------------------------------------------------------------------------------------


def test_a_token_that_could_be_guessed_or_belongs_to_another_feed_is_refused(patient: Patient, by: User) -> None:
    token = opened(by, patient)

    with pytest.raises(actions.Refused, match="guessed"):
        actions.open_feed(clinic=patient.clinic, patient=patient, by=by, token=uuid1())
    with pytest.raises(actions.Refused, match="in use"):
        actions.open_feed(clinic=patient.clinic, by=by, token=token)


def test_sent_twice_there_is_one_address_and_one_revocation(patient: Patient, by: User) -> None:
    token = opened(by, patient)

    feed = actions.open_feed(clinic=patient.clinic, patient=patient, by=by, token=token)
    first = actions.revoke_feed(feed=feed, by=by)
    again = actions.revoke_feed(feed=feed, by=make.nurse(patient.clinic))

    assert CalendarFeed.objects.count() == 1
    assert (again.revoked_at, again.revoked_by) == (first.revoked_at, by)
    with pytest.raises(actions.Refused, match="revoked"):
        actions.open_feed(clinic=patient.clinic, patient=patient, by=by, token=token)


def test_only_the_clinics_physicians_and_nurses_make_and_revoke(patient: Patient, by: User) -> None:
    opened(make.nurse(patient.clinic), patient)
    for stranger in (make.clinic_administrator(patient.clinic), make.physician(make.clinic("Knee Clinic"))):
        with pytest.raises(actions.Refused, match="Only"):
            actions.open_feed(clinic=patient.clinic, patient=patient, by=stranger, token=uuid4())
        with pytest.raises(actions.Refused, match="Only"):
            actions.revoke_feed(feed=CalendarFeed.objects.get(), by=stranger)


@pytest.mark.parametrize("page", ["patient_calendar", "clinic_calendar"])
def test_the_address_is_made_shown_once_and_revoked_on_its_page(
    client: Client, patient: Patient, by: User, page: str
) -> None:
    client.force_login(by)
    at = reverse(page, args=[patient.pk] if page == "patient_calendar" else [])
    form = {"token": client.get(at).context["token"], "clinic": str(patient.clinic_id)}

    made = client.post(at, form).context["made"]
    again = client.post(at, form).context["made"]

    path = "/" + made.split("/", 3)[3]
    assert made == again
    assert Client().get(path).status_code == 200
    assert path not in client.get(at).content.decode()
    feed = CalendarFeed.objects.get()
    answer = client.post(at, {"revoke": feed.pk, "clinic": str(patient.clinic_id)})
    assert answer["Location"] == at
    assert Client().get(path).status_code == 404
    assert "Revoked" in client.get(at).content.decode()


def test_a_form_that_is_not_ours_makes_nothing(client: Client, patient: Patient, by: User) -> None:
    client.force_login(by)

    answer = client.post(reverse("patient_calendar", args=[patient.pk]), {"token": str(uuid4())})

    assert answer.status_code == 422
    assert not CalendarFeed.objects.exists()


@pytest.mark.parametrize("wanted", ["", "x", "²", "9" * 30, "0"])
def test_a_feed_that_is_not_there_is_not_revoked(client: Client, patient: Patient, by: User, wanted: str) -> None:
    client.force_login(by)

    assert client.post(reverse("patient_calendar", args=[patient.pk]), {"revoke": wanted}).status_code == 404


def test_another_clinics_feeds_are_neither_seen_nor_revoked(client: Client, patient: Patient, by: User) -> None:
    opened(by, patient)
    opened(by)
    elsewhere = make.physician(make.clinic("Knee Clinic"))
    client.force_login(elsewhere)
    at, feed = reverse("clinic_calendar"), CalendarFeed.objects.filter(patient__isnull=True).get()

    assert client.get(reverse("patient_calendar", args=[patient.pk])).status_code == 404
    assert list(client.get(at).context["feeds"]) == []
    clinic = Clinic.objects.clinical_for(elsewhere).get()
    assert client.post(at, {"revoke": feed.pk, "clinic": clinic.pk}).status_code == 404
    assert client.post(at, {"clinic": patient.clinic_id, "token": client.get(at).context["token"]}).status_code == 404
    assert CalendarFeed.objects.open().count() == 2


def test_whoever_looks_after_no_patients_has_no_clinic_calendar(client: Client, patient: Patient) -> None:
    client.force_login(make.clinic_administrator(patient.clinic))

    assert client.get(reverse("clinic_calendar")).status_code == 403


def test_the_file_of_a_replaced_plan_cancels_and_that_of_the_next_one_moves(
    client: Client, plan: Plan, by: User
) -> None:
    client.force_login(by)
    newer = make.signed(make.answered(plan.patient, by, plan.version), by)

    old, new = (client.get(reverse("plan_calendar", args=[pk])) for pk in (plan.pk, newer.pk))

    stated = [{str(e["uid"]): e for e in Calendar.from_ical(file.content).walk("VEVENT")} for file in (old, new)]
    assert {str(event["status"]) for event in stated[0].values()} == {"CANCELLED"}
    assert stated[0].keys() <= stated[1].keys()
    assert max(e["sequence"] for e in stated[0].values()) < min(e["sequence"] for e in stated[1].values())
    assert old["Content-Disposition"] == 'attachment; filename="plan-1.ics"'
    assert AccessEvent.objects.filter(what="plan_calendar").count() == 2
