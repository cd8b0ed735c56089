"""The people of an installation: roles on guidelines, clinics added, suspended everywhere, and who may do it."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from guidelines.permissions import profession_of
from guidelines.workflow import ADMINISTRATORS, CLINICIAN, EDITORS, PHARMACIST, REVIEWERS
from patients import actions
from patients.actions import Refused
from patients.models import Clinic, Role, Suspension
from tests import factories_patients as make
from tests.factories_guidelines import administrator, editor, person

pytestmark = pytest.mark.django_db

CLINIC = {
    "name": "Hip Clinic", "time_zone": "Europe/Berlin", "phone": "555 0200", "after_hours_phone": "555 0201",
    "emergency_number": "112", "poison_line": "555 0202", "fever_limit": "38 °C", "paper": "A4",
}  # fmt: skip


@pytest.fixture
def ines() -> User:
    return administrator("ines")


def groups(one: User) -> set[str]:
    return set(one.groups.values_list("name", flat=True))


def test_somebody_has_exactly_the_roles_that_were_chosen_with_a_history(ines: User) -> None:
    edith = editor()

    actions.change_installation_roles(person=edith, roles=[REVIEWERS, PHARMACIST], read=[EDITORS], by=ines)

    assert groups(edith) == {REVIEWERS, PHARMACIST} and profession_of(edith) == PHARMACIST
    rows = apps.get_model("patients", "HeldRoleEvent").objects.filter(user=edith).order_by("pgh_id")
    assert [row.pgh_label for row in rows] == ["insert", "delete", "insert", "insert"]
    told = [row.pgh_context.metadata for row in rows[1:]]
    assert {(one["action"], one["user"]) for one in told} == {("change_installation_roles", ines.pk)}


def test_a_profession_is_a_reviewers_and_there_is_one(ines: User) -> None:
    edith = editor()
    with pytest.raises(Refused, match="Choose one"):
        actions.change_installation_roles(
            person=edith, roles=[REVIEWERS, CLINICIAN, PHARMACIST], read=[EDITORS], by=ines
        )

    actions.change_installation_roles(person=edith, roles=[EDITORS, CLINICIAN], read=[EDITORS], by=ines)
    assert groups(edith) == {EDITORS}


Act = Callable[[User, User], Any]
ACTS: dict[str, Act] = {
    "roles": lambda one, by: actions.change_installation_roles(
        person=one, roles=[EDITORS], read=sorted(groups(one)), by=by
    ),
    "suspend": lambda one, by: actions.suspend_person(person=one, because="Lost a badge.", by=by),
    "resume": lambda one, by: actions.resume_person(person=one, by=by),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_only_an_administrator_of_the_installation_decides_and_never_of_themselves(ines: User, act: Act) -> None:
    rex = person("rex", REVIEWERS)
    of_a_clinic = make.clinic_administrator(make.clinic())
    closed = administrator("closed")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    closed.refresh_from_db()

    for by in (of_a_clinic, editor(), rex, closed):
        with pytest.raises(Refused, match="Only an administrator of this installation"):
            act(rex, by)
    with pytest.raises(Refused, match="Nobody changes their own roles"):
        act(ines, ines)
    assert groups(rex) == {REVIEWERS} and groups(ines) == {ADMINISTRATORS}
    assert User.objects.get(pk=ines.pk).is_active and User.objects.get(pk=rex.pk).is_active


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [ACTS["roles"], ACTS["suspend"]], ids=["roles", "suspend"])
def test_of_two_administrators_who_decide_it_of_each_other_at_once_one_stays(act: Act) -> None:
    ines, ivo = administrator("ines"), administrator("ivo")
    together, said = threading.Barrier(2), []

    def decide(one: User, by: User) -> None:
        try:
            together.wait(20)
            act(one, User.objects.get(pk=by.pk))
        except Refused as refusal:
            said.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=pair) for pair in ((ines, ivo), (ivo, ines))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert said == ["Only an administrator of this installation may do this."]
    assert User.objects.filter(groups__name=ADMINISTRATORS, is_active=True).count() == 1


def test_a_suspension_says_who_and_why_and_when_it_ended(ines: User) -> None:
    edith = editor()
    actions.suspend_person(person=edith, because=" Lost a badge. ", by=ines)
    actions.suspend_person(person=edith, because="Sent twice.", by=ines)

    assert not User.objects.get(pk=edith.pk).is_active
    [row] = Suspension.objects.all()
    assert (row.because, row.suspended_by, row.ended_at) == ("Lost a badge.", ines, None)

    actions.resume_person(person=edith, by=ines)
    row.refresh_from_db()
    assert User.objects.get(pk=edith.pk).is_active and row.ended_by == ines
    assert groups(edith) == {EDITORS}


def test_a_suspension_needs_a_reason_and_the_database_keeps_it(ines: User) -> None:
    edith = editor()
    with pytest.raises(Refused, match="Write why"):
        actions.suspend_person(person=edith, because=" ", by=ines)
    actions.suspend_person(person=edith, because="Lost a badge.", by=ines)

    with pytest.raises(IntegrityError, match="suspensions_are_not_deleted"), transaction.atomic():
        Suspension.objects.all().delete()
    with pytest.raises(IntegrityError, match="a_person_is_suspended_once"), transaction.atomic():
        Suspension.objects.create(person=edith, because="Again.", suspended_by=ines)


def test_whoever_is_suspended_is_signed_out_at_the_next_request_and_the_session_does_not_come_back(ines: User) -> None:
    by = make.physician(make.clinic())
    signed_in, other = Client(), Client()
    for client, one in ((signed_in, by), (other, ines)):
        client.force_login(one)
    assert signed_in.get(reverse("patient_list")).status_code == 200

    actions.suspend_person(person=by, because="Lost a badge.", by=ines)

    answer = signed_in.get(reverse("patient_list"))
    assert answer.status_code == 302 and answer.headers["Location"].startswith(reverse("account_login"))
    assert Session.objects.count() == 1
    actions.resume_person(person=by, by=ines)
    assert signed_in.get(reverse("patient_list")).status_code == 302
    assert other.get(reverse("installation_people")).status_code == 200


def test_also_the_last_administrator_of_a_clinic_is_suspended_and_the_page_says_that_it_has_none(ines: User) -> None:
    ada = make.clinic_administrator(make.clinic(), "ada")
    client = Client()
    client.force_login(ines)
    assert "None</span>" not in client.get(reverse("installation_people")).content.decode().split("people-title")[0]

    client.post(reverse("person_detail", args=[ada.pk]), {"what": "suspend", "because": "Lost a badge."})

    assert "None</span>" in client.get(reverse("installation_people")).content.decode().split("people-title")[0]


def test_a_clinic_is_added_and_gets_its_administrator_and_no_one_else_from_outside(ines: User) -> None:
    client = Client()
    client.force_login(ines)

    answer = client.post(reverse("clinic_add"), CLINIC)

    clinic = Clinic.objects.get(name="Hip Clinic")
    assert answer.headers["Location"] == reverse("clinic_invite", args=[clinic.pk])
    assert (clinic.time_zone, clinic.is_demo) == ("Europe/Berlin", False)
    page = client.get(answer.headers["Location"]).content.decode()
    assert 'value="administrator"' in page and 'value="physician"' not in page
    made = client.post(answer.headers["Location"], {"name": "Nora", "roles": ["physician"], "token": "x"})
    assert made.status_code == 422


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        pytest.param("phone", "call us", "no number to call", id="no number"),
        pytest.param("time_zone", "Mars/Base", "valid choice", id="no time zone"),
        pytest.param("fever_limit", "take 2 tablets at 38 °C", "must not speak of a dose", id="a dose"),
        pytest.param("name", "", "required", id="no name"),
    ],
)
def test_a_clinic_that_cannot_be_added_comes_back_with_a_sentence(
    ines: User, field: str, value: str, sentence: str
) -> None:
    client = Client()
    client.force_login(ines)

    answer = client.post(reverse("clinic_add"), {**CLINIC, field: value})

    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert 'value="555 0201"' in answer.content.decode() and not Clinic.objects.exists()


def test_a_clinic_of_a_name_that_is_taken_is_refused(ines: User) -> None:
    client = Client()
    client.force_login(ines)
    client.post(reverse("clinic_add"), CLINIC)

    answer = client.post(reverse("clinic_add"), {**CLINIC, "name": "hip clinic"})

    assert answer.status_code == 422 and "a clinic of this name already" in answer.content.decode()
    assert Clinic.objects.count() == 1


def test_only_an_administrator_of_the_installation_adds_a_clinic() -> None:
    with pytest.raises(Refused, match="Only an administrator of this installation"):
        actions.open_clinic(by=make.clinic_administrator(make.clinic()), **CLINIC)


def test_the_page_finds_people_and_says_what_they_are_where(ines: User) -> None:
    clinic = make.clinic()
    nell = make.nurse(clinic, "nell")
    actions.add_member(clinic=make.clinic("Knee Clinic"), user=nell, role=Role.PHYSICIAN)
    editor()
    client = Client()
    client.force_login(ines)

    page = client.get(reverse("installation_people"), {"q": "nel"}).content.decode()

    assert "Elbow Clinic: Nurse; Knee Clinic: Physician" in page
    assert "edith" not in page
    assert "Nobody found" in client.get(reverse("installation_people"), {"q": "zebra"}).content.decode()


def test_the_page_of_a_person_changes_roles_suspends_and_ends_it(ines: User) -> None:
    edith, client = editor(), Client()
    client.force_login(ines)
    address = reverse("person_detail", args=[edith.pk])

    client.post(address, {"what": "roles", "roles": [EDITORS, REVIEWERS], "profession": CLINICIAN, "read": EDITORS})
    assert groups(edith) == {EDITORS, REVIEWERS, CLINICIAN}
    stale = client.post(address, {"what": "roles", "roles": [EDITORS], "read": EDITORS})
    assert stale.status_code == 422 and "has changed these roles" in stale.content.decode()
    assert client.post(address, {"what": "suspend", "because": ""}).status_code == 422
    client.post(address, {"what": "suspend", "because": "Lost a badge."})
    assert "Lost a badge." in client.get(address).content.decode()
    client.post(address, {"what": "resume"})
    assert User.objects.get(pk=edith.pk).is_active
    assert client.post(address, {"what": "shout"}).status_code == 404
    own = client.post(reverse("person_detail", args=[ines.pk]), {"what": "roles", "read": ADMINISTRATORS})
    assert own.status_code == 422 and groups(ines) == {ADMINISTRATORS}


def test_many_people_ask_the_database_no_more_than_few(ines: User, django_assert_max_num_queries: Any) -> None:
    clinic = make.clinic()
    for number in range(30):
        make.nurse(clinic, f"nurse-{number}")
    client = Client()
    client.force_login(ines)

    with django_assert_max_num_queries(12):
        client.get(reverse("installation_people"))
