"""The database shows each person their own clinics' rows and nobody none, whatever a query forgets to ask."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import ProgrammingError, connection, transaction

from config.acting import NOBODY, acting_as, acting_as_system, acting_for_calendar, acting_in_clinic
from patients import actions
from patients.actions.calendars import hash_of
from patients.models import CalendarFeed, Clinic, Membership, Observation, Patient, PatientNote, Plan, Role
from tests import factories_patients as make
from tests.owner import as_owner
from tests.patients.clinic_catalogue import asked, histories, problems_of_policies
from tests.patients.two_clinics import place

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]

ALL = [
    model for model in apps.get_app_config("patients").get_models() if {field.name for field in model._meta.fields} & {"clinic"}
]  # fmt: skip


@pytest.fixture
def here() -> User:
    return place("Elbow Clinic")


@pytest.fixture
def there() -> User:
    return place("Knee Clinic")


def clinics_seen() -> set[int]:
    """Whose rows any table shows when nothing is asked for in particular."""
    return {key for model in ALL for key in model._default_manager.values_list("clinic", flat=True)}


def clinic_of(person: User) -> Clinic:
    return Clinic.objects.get(memberships__user=person)


# --- no table is forgotten ---------------------------------------------------------------------------------------------


def test_every_table_of_a_clinic_is_secured() -> None:
    assert list(problems_of_policies()) == []
    assert len(histories()) > 12


FORGOTTEN = {
    "a table": ("CREATE TABLE patients_planted (clinic_id bigint NOT NULL)", "patients_planted has no row security"),
    "a table whose rule lets everything through": (
        "CREATE TABLE patients_planted (clinic_id bigint NOT NULL);"
        " ALTER TABLE patients_planted ENABLE ROW LEVEL SECURITY; ALTER TABLE patients_planted FORCE ROW LEVEL SECURITY;"
        " CREATE POLICY p ON patients_planted USING (true)",
        "patients_planted: other rules",
    ),
    "its owner": ("ALTER TABLE patients_plan NO FORCE ROW LEVEL SECURITY", "patients_plan: row security is not forced"),
    "a rule": (
        "DROP POLICY rows_of_the_clinics_somebody_looks_after ON patients_planevent",
        "patients_planevent: other",
    ),
    "row security itself": ("ALTER TABLE patients_letter DISABLE ROW LEVEL SECURITY", "patients_letter has no row"),
    "that rules add up": (
        "CREATE POLICY p ON patients_note FOR SELECT USING (true)",
        "patients_patientnote: more is let",
    ),
}


@pytest.mark.parametrize(("change", "problem"), FORGOTTEN.values(), ids=FORGOTTEN)
def test_what_is_forgotten_is_found(change: str, problem: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(change.replace("patients_note", "patients_patientnote"))

    assert any(found.startswith(problem) for found in problems_of_policies())


# --- who sees what -----------------------------------------------------------------------------------------------------


def test_nobody_sees_nothing(here: User, there: User) -> None:
    with acting_as(NOBODY):
        assert clinics_seen() == set()
        assert not Clinic.objects.exists()


def test_the_system_sees_everything(here: User, there: User) -> None:
    assert len(clinics_seen()) == Clinic.objects.count() == 2
    for model in ALL:
        if model._meta.db_table.endswith(("patient", "plan", "observation", "planevent", "note", "calendarfeed")):
            assert model._default_manager.values("clinic").distinct().count() == 2, model


@pytest.mark.parametrize("role", [Role.PHYSICIAN, Role.NURSE])
def test_somebody_sees_the_clinics_they_look_after(here: User, there: User, role: Role) -> None:
    person = make.member(clinic_of(here), role, "somebody")

    with acting_as(str(person.pk)):
        assert clinics_seen() == {clinic_of(here).pk}
        assert Plan.objects.get().patient_id == Patient.objects.get().pk

    actions.add_member(clinic=clinic_of(there), user=person, role=role)

    with acting_as(str(person.pk)):
        assert len(clinics_seen()) == Patient.objects.count() == 2


def test_an_administrator_sees_the_clinic_and_its_people_and_no_patient(here: User, there: User) -> None:
    person = make.clinic_administrator(clinic_of(here))

    with acting_as(str(person.pk)):
        assert {membership.user_id for membership in Membership.objects.all()} == {here.pk, person.pk}
        assert Clinic.objects.get().name == "Elbow Clinic"
        seen = {model.__name__ for model in ALL if model._default_manager.exists()}
    assert seen == {"Membership", "MembershipEvent"}


def test_a_role_in_no_clinic_shows_nothing(here: User) -> None:
    with acting_as(str(User.objects.create_superuser("root").pk)):
        assert clinics_seen() == set()


def test_somebody_who_has_left_sees_nothing(here: User) -> None:
    User.objects.filter(pk=here.pk).update(is_active=False)

    with acting_as(str(here.pk)):
        assert clinics_seen() == set()


def test_a_role_that_is_gone_is_gone_at_once(here: User) -> None:
    with acting_as(str(here.pk)):
        assert Patient.objects.count() == 1
    with acting_as_system():
        Membership.objects.filter(user=here).update(role=Role.ADMINISTRATOR)
    with acting_as(str(here.pk)):
        assert Patient.objects.count() == 0


def test_work_for_a_clinic_sees_that_clinic(here: User, there: User) -> None:
    key = clinic_of(there).pk

    with acting_in_clinic(key):
        assert clinics_seen() == {key}
        assert {clinic.pk for clinic in Clinic.objects.all()} == {key}


def test_an_address_of_a_calendar_shows_its_feed_and_nothing_else(here: User, there: User) -> None:
    token = uuid4()
    feed = actions.open_feed(clinic=clinic_of(here), by=here, token=token)

    with acting_for_calendar(hash_of(token)):
        seen = {model.__name__ for model in ALL if model._default_manager.exists()}
        assert [one.pk for one in CalendarFeed.objects.all()] == [feed.pk]
        with transaction.atomic():
            assert CalendarFeed.objects.update(token_hash="taken") == 0
    assert seen == {"CalendarFeed"}


@pytest.mark.parametrize(
    "whom", ["clinic", "clinic ", "clinic x", "system ", "SYSTEM", "-1", "1 OR 1", "calendar ", "*"]
)
def test_what_is_nobodys_name_shows_nothing(here: User, whom: str) -> None:
    with acting_as(whom):
        assert clinics_seen() == set()


def test_a_demonstration_says_so_to_strangers() -> None:
    make.clinic("Demonstration Clinic", is_demo=True)
    make.clinic("Real Clinic")

    with acting_as(NOBODY):
        assert [clinic.name for clinic in Clinic.objects.all()] == ["Demonstration Clinic"]
        assert Clinic.objects.update(name="Mine") == 0


# --- writing -----------------------------------------------------------------------------------------------------------

INTO_ANOTHERS: dict[str, Callable[[Patient, User], Any]] = {
    "a note": lambda theirs, by: PatientNote.objects.create(
        patient=theirs, clinic=theirs.clinic, text="No.", noted_on="2026-01-01", noted_by=by
    ),
    "a patient": lambda theirs, by: Patient.objects.create(
        clinic=theirs.clinic, family_name="N", given_names="N", born_on="1980-01-01", sex="other", number="9",
        registered_by=by,
    ),
    "a membership": lambda theirs, by: Membership.objects.create(clinic=theirs.clinic, user=by, role=Role.NURSE),
    "a result": lambda theirs, by: Observation.objects.create(
        patient=theirs, clinic=theirs.clinic, fact_key="alt", value_typed="1", taken_on="2026-01-01", recorded_by=by
    ),
}  # fmt: skip


@pytest.mark.parametrize("write", INTO_ANOTHERS.values(), ids=INTO_ANOTHERS)
def test_nothing_is_written_into_another_clinic(here: User, there: User, write: Callable[[Patient, User], Any]) -> None:
    theirs = Patient.objects.select_related("clinic").get(clinic=clinic_of(there))

    with acting_as(str(here.pk)):
        with pytest.raises(ProgrammingError, match="violates row-level security policy"), transaction.atomic():
            write(theirs, here)
        assert Patient.objects.filter(pk=theirs.pk).update(family_name="Mine") == 0


def test_a_row_for_anothers_patient_finds_no_clinic(here: User, there: User) -> None:
    """Where nobody names it, the trigger looks for it, and sees only what whoever writes sees."""
    theirs = Patient.objects.get(clinic=clinic_of(there))

    refused = pytest.raises(ProgrammingError, match="violates row-level security policy")
    with acting_as(str(here.pk)), refused, transaction.atomic():
        PatientNote.objects.create(patient=theirs, text="No.", noted_on="2026-01-01", noted_by=here)


def test_history_and_traces_are_written_for_whoever_writes(here: User) -> None:
    patient = Patient.objects.get()

    with acting_as(str(here.pk)):
        actions.add_note(patient=patient, by=here, text="Likes coffee.")
        written = asked("SELECT count(*) FROM patients_patientnoteevent WHERE text = 'Likes coffee.'")

    assert written == [(1,)]
