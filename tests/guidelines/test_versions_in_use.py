"""Which version is in use on which day, and what can become of one that was approved."""

from datetime import timedelta

import pgtrigger
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from guidelines import actions
from guidelines.actions import Refused
from guidelines.actions.versions import move
from guidelines.models import Regimen, StatusMove, Version
from guidelines.workflow import Status, shown_status
from tests.factories_guidelines import (
    administrator,
    draft,
    editor,
    published,
    retitled,
    reviewer,
    under_review,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def test_a_version_beside_one_that_is_not_in_use_yet_is_compared_too() -> None:
    published(effective_on=timezone.localdate() + timedelta(days=30))
    version = draft(retitled())
    actions.submit(version=version, by=editor("edith"))

    assert version.based_on is None
    with pytest.raises(Refused, match="impact on the active plans has not been worked out"):
        actions.approve(version=version, by=reviewer("rob"), content_hash=version.content_hash)


def test_a_version_is_not_undone_by_one_that_waits_for_its_day() -> None:
    day = timezone.localdate() + timedelta(days=30)
    waiting, version = published(effective_on=day), under_review(retitled())
    options = {"version": version, "by": administrator("ann"), "content_hash": version.content_hash}

    with pytest.raises(Refused, match=f"Version 1 becomes effective on {day} and would take the place"):
        actions.publish(**options)
    actions.withdraw(version=waiting, by=administrator("abe"), why="It lacks the new limit.")
    actions.publish(**options)

    assert Version.objects.current().get() == version


def test_a_first_version_has_no_plans_to_compare_with() -> None:
    version = draft()
    actions.submit(version=version, by=editor())

    assert actions.approve(version=version, by=reviewer("rob"), content_hash=version.content_hash)


def test_a_status_cannot_be_skipped() -> None:
    version = draft()
    by = editor()

    with pytest.raises(IntegrityError, match="status_moves_follow_the_workflow"), transaction.atomic():
        move(version, Status.UNDER_REVIEW, by=by)
    with pytest.raises(IntegrityError, match="status_moves_follow_the_workflow"), transaction.atomic():
        StatusMove.objects.create(
            version=version, from_status="under_review", to_status="approved", moved_by=by,
            content_hash=version.content_hash,
        )  # fmt: skip
    with pytest.raises(Refused, match="draft cannot become approved"):
        actions.publish(version=version, by=administrator(), content_hash=version.content_hash)


def test_an_approved_version_never_goes_back() -> None:
    version = published()

    with pytest.raises(Refused, match="approved cannot become draft"):
        actions.request_changes(version=version, by=reviewer("rex"), why="Too late.")


def test_a_withdrawn_version_gives_way_to_the_one_before() -> None:
    today = timezone.localdate()
    first = published()
    second = published(retitled(), effective_on=today + timedelta(days=1))

    assert Version.objects.current().get() == first
    assert Version.objects.current(today + timedelta(days=1)).get() == second
    second = actions.withdraw(version=second, by=administrator(), why="A wrong dose.")

    assert Version.objects.current(today + timedelta(days=1)).get() == first
    assert StatusMove.objects.status_of(second) == Status.WITHDRAWN
    third = published(retitled("A third"), effective_on=today + timedelta(days=1))
    assert Version.objects.current(today + timedelta(days=1)).get() == third


def test_two_versions_cannot_become_effective_on_one_day() -> None:
    published()

    with pytest.raises(Refused, match="Version 1 becomes effective on that day"):
        published(retitled())


def test_a_withdrawal_says_why() -> None:
    with pytest.raises(Refused, match="Say why"):
        actions.withdraw(version=published(), by=administrator(), why=" ")


def test_the_day_is_unique_in_the_database_too() -> None:
    published()
    second = published(retitled(), effective_on=timezone.localdate() + timedelta(days=1))

    with (
        pytest.raises(IntegrityError, match="one_version_becomes_effective_on_a_day"),
        pgtrigger.ignore("guidelines.Version:version_lock"),
        transaction.atomic(),
    ):
        Version.objects.filter(pk=second.pk).update(effective_on=timezone.localdate())


def test_a_version_does_not_begin_in_the_past() -> None:
    with pytest.raises(Refused, match="in the past"):
        published(effective_on=timezone.localdate() - timedelta(days=1))


def test_a_regimen_of_an_earlier_version_is_left_alone() -> None:
    first = published()
    draft(retitled())

    assert Regimen.objects.filter(version=first).count() == 2


@pytest.mark.parametrize(
    ("last_status", "days_from_today", "is_superseded", "shown"),
    [
        ("draft", None, False, "Draft"),
        ("approved", 1, False, "Scheduled"),
        ("approved", 0, False, "Current"),
        ("approved", -5, True, "Superseded"),
        ("withdrawn", -5, False, "Withdrawn"),
    ],
)
def test_the_status_people_read(last_status: str, days_from_today: int | None, is_superseded: bool, shown: str) -> None:
    today = timezone.localdate()
    effective_on = None if days_from_today is None else today + timedelta(days=days_from_today)

    found = shown_status(last_status=last_status, effective_on=effective_on, is_superseded=is_superseded, today=today)

    assert found == shown
