"""Who works in a clinic: roles changed, suspended, removed, by whom, and what the history keeps of it."""

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from patients import actions
from patients.actions import Refused
from patients.models import Clinic, Membership
from tests import factories_patients as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return make.clinic()


@pytest.fixture
def ada(clinic: Clinic) -> User:
    return make.clinic_administrator(clinic, "ada")


@pytest.fixture
def nell(clinic: Clinic) -> User:
    return make.nurse(clinic, "nell")


def roles(clinic: Clinic, person: User) -> set[str]:
    return set(Membership.objects.in_force().filter(clinic=clinic, user=person).values_list("role", flat=True))


def history(person: User) -> list[tuple[str, str, int]]:
    model = apps.get_model("patients", "MembershipEvent")
    found = model.objects.filter(user=person).order_by("pgh_id").select_related("pgh_context")
    return [
        (row.pgh_label, row.pgh_context.metadata["action"], row.pgh_context.metadata.get("user", 0)) for row in found
    ]


def test_somebody_has_exactly_the_roles_that_were_chosen_and_the_row_says_who_gave_them(
    clinic: Clinic, ada: User, nell: User
) -> None:
    actions.change_roles(clinic=clinic, person=nell, roles=["physician", "administrator"], read=["nurse"], by=ada)

    assert roles(clinic, nell) == {"physician", "administrator"}
    assert {row.given_by for row in Membership.objects.filter(user=nell)} == {ada}
    assert history(nell)[1:] == [("delete", "change_roles", ada.pk), *[("insert", "change_roles", ada.pk)] * 2]


def test_a_suspended_person_has_no_role_until_it_ends_and_then_the_same_ones(
    clinic: Clinic, ada: User, nell: User
) -> None:
    actions.suspend_member(clinic=clinic, person=nell, because=" Lost a badge. ", by=ada)

    assert roles(clinic, nell) == set()
    [row] = Membership.objects.filter(user=nell)
    assert (row.suspended_by, row.suspended_because) == (ada, "Lost a badge.")
    assert history(nell)[-1] == ("update", "suspend_member", ada.pk)

    actions.resume_member(clinic=clinic, person=nell, by=ada)
    assert roles(clinic, nell) == {"nurse"}
    assert history(nell)[-1] == ("update", "resume_member", ada.pk)


def test_whoever_is_removed_has_no_row_and_the_history_keeps_it(clinic: Clinic, ada: User, nell: User) -> None:
    actions.remove_member(clinic=clinic, person=nell, by=ada)

    assert not Membership.objects.filter(user=nell).exists()
    assert history(nell)[-1] == ("delete", "remove_member", ada.pk)


Act = Callable[[Clinic, User, User], Any]
ACTS: dict[str, Act] = {
    "roles": lambda clinic, person, by: actions.change_roles(
        clinic=clinic, person=person, roles=["physician"],
        read=list(Membership.objects.filter(clinic=clinic, user=person).values_list("role", flat=True)), by=by,
    ),
    "suspend": lambda clinic, person, by: actions.suspend_member(
        clinic=clinic, person=person, because="Why not.", by=by
    ),
    "resume": lambda clinic, person, by: actions.resume_member(clinic=clinic, person=person, by=by),
    "remove": lambda clinic, person, by: actions.remove_member(clinic=clinic, person=person, by=by),
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_only_an_administrator_of_this_clinic_decides(clinic: Clinic, nell: User, act: Act) -> None:
    elsewhere = make.clinic_administrator(make.clinic("Knee Clinic"))
    suspended = make.clinic_administrator(clinic, "gone")
    Membership.objects.filter(user=suspended).update(
        suspended_at=Membership.objects.get(user=nell).given_at, suspended_by=elsewhere, suspended_because="Why."
    )

    for by in (elsewhere, suspended, make.physician(clinic), nell):
        with pytest.raises(Refused, match="Only an administrator of Elbow Clinic"):
            act(clinic, nell, by)
    assert roles(clinic, nell) == {"nurse"}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_nobody_decides_it_of_themselves_and_the_only_administrator_is_told_what_to_do(
    clinic: Clinic, ada: User, act: Act
) -> None:
    with pytest.raises(Refused, match="you are the only administrator here"):
        act(clinic, ada, ada)

    make.clinic_administrator(clinic, "arno")
    with pytest.raises(Refused, match="Ask another administrator"):
        act(clinic, ada, ada)
    assert roles(clinic, ada) == {"administrator"}


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        pytest.param({"roles": [], "read": ["nurse"]}, "at least one role", id="no role"),
        pytest.param({"roles": ["physician"], "read": ["physician"]}, "has changed these roles", id="read before"),
    ],
)
def test_roles_that_cannot_be_given_are_refused(
    clinic: Clinic, ada: User, nell: User, told: dict[str, list[str]], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        actions.change_roles(clinic=clinic, person=nell, by=ada, **told)

    assert roles(clinic, nell) == {"nurse"}


def test_a_suspension_needs_a_reason_and_keeps_the_roles_as_they_are(clinic: Clinic, ada: User, nell: User) -> None:
    with pytest.raises(Refused, match="Write why"):
        actions.suspend_member(clinic=clinic, person=nell, because="  ", by=ada)
    actions.suspend_member(clinic=clinic, person=nell, because="Lost a badge.", by=ada)

    with pytest.raises(Refused, match="during a suspension"):
        actions.change_roles(clinic=clinic, person=nell, roles=["physician"], read=["nurse"], by=ada)


def test_the_database_itself_wants_when_by_whom_and_why(clinic: Clinic, ada: User, nell: User) -> None:
    now = Membership.objects.get(user=nell).given_at
    whole = {"suspended_at": now, "suspended_by": ada, "suspended_because": "Why."}
    for left_out in whole:
        columns = {name: value for name, value in whole.items() if name != left_out}
        with pytest.raises(IntegrityError, match="a_suspended_membership_says"), transaction.atomic():
            Membership.objects.filter(user=nell).update(**columns)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [ACTS["remove"], ACTS["suspend"], ACTS["roles"]], ids=["remove", "suspend", "roles"])
def test_of_two_administrators_who_decide_it_of_each_other_at_once_one_stays(act: Act) -> None:
    clinic = make.clinic()
    ada, arno = (make.clinic_administrator(clinic, name) for name in ("ada", "arno"))
    together, said = threading.Barrier(2), []

    def decide(person: User, by: User) -> None:
        try:
            together.wait(20)
            act(clinic, person, by)
        except Refused as refusal:
            said.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=copy_context().run, args=(decide, *pair)) for pair in ((ada, arno), (arno, ada))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(said) == 1 and "Only an administrator" in said[0]
    assert Membership.objects.administrators().filter(clinic=clinic).count() == 1
