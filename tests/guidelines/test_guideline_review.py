"""Approval is of one exact content by two people who did not write it; status moves follow the workflow."""

from datetime import timedelta

import pgtrigger
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from guidelines import actions
from guidelines.actions import Refused
from guidelines.actions.versions import move, permissions
from guidelines.models import Approval, Guideline, Statement, StatusMove, Version
from guidelines.package import package_of
from guidelines.workflow import Status
from tests.factories_guidelines import (
    administrator,
    compared,
    draft,
    edited,
    editor,
    itching_elbow,
    published,
    retitled,
    reviewer,
    under_review,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def test_a_loaded_guideline_is_a_draft() -> None:
    version = draft(by=editor())

    assert StatusMove.objects.status_of(version) == Status.DRAFT
    assert not Version.objects.current().exists()
    assert list(Version.objects.drafts()) == [version]


def test_loading_the_same_content_again_creates_nothing() -> None:
    first = draft()
    moves = StatusMove.objects.count()

    again = draft()

    assert again == first
    assert (Version.objects.count(), StatusMove.objects.count()) == (1, moves)
    assert draft(retitled()).number == 2


def test_only_editors_load() -> None:
    with pytest.raises(Refused, match="Only editors"):
        draft(by=reviewer("rob"))

    assert not Guideline.objects.exists()


def test_two_approvals_make_a_version_publishable() -> None:
    version = under_review()

    assert StatusMove.objects.status_of(version) == Status.UNDER_REVIEW
    version = actions.publish(version=version, by=administrator(), content_hash=version.content_hash)

    assert Version.objects.current().get() == version
    assert list(version.moves.values_list("from_status", "to_status")) == [
        ("", "draft"), ("draft", "submitted"), ("submitted", "under_review"), ("under_review", "approved"),
    ]  # fmt: skip


def test_one_approval_is_not_enough() -> None:
    version = draft()
    actions.submit(version=version, by=editor())
    actions.approve(version=version, by=reviewer("rob"), content_hash=version.content_hash)

    with pytest.raises(Refused, match="1 more approval"):
        actions.publish(version=version, by=administrator(), content_hash=version.content_hash)
    with pytest.raises(IntegrityError, match="two_people_approve"), transaction.atomic():
        move(version, Status.APPROVED, by=administrator("adam"))


def test_approving_twice_counts_once() -> None:
    version = draft()
    actions.submit(version=version, by=editor())
    rob = reviewer("rob")

    one = actions.approve(version=version, by=rob, content_hash=version.content_hash)
    two = actions.approve(version=version, by=rob, content_hash=version.content_hash)

    assert one == two
    with pytest.raises(Refused, match="1 more approval"):
        actions.publish(version=version, by=administrator(), content_hash=version.content_hash)


def test_an_author_cannot_approve() -> None:
    author = editor()
    actions.give_role(user=author, role=permissions.REVIEWERS)
    version = draft(by=author)
    actions.submit(version=version, by=editor("emil"))

    with pytest.raises(Refused, match="You wrote or submitted"):
        actions.approve(version=version, by=author, content_hash=version.content_hash)
    with pytest.raises(IntegrityError, match="an_author_cannot_approve"), transaction.atomic():
        Approval.objects.create(
            version=version, approved_by=author, content_hash=version.content_hash, role="clinician"
        )


def test_whoever_submits_a_nameless_draft_cannot_approve() -> None:
    submitter = editor()
    actions.give_role(user=submitter, role=permissions.REVIEWERS)
    version = draft()
    actions.submit(version=version, by=submitter)

    with pytest.raises(Refused, match="You wrote or submitted"):
        actions.approve(version=version, by=submitter, content_hash=version.content_hash)


def test_an_edit_voids_the_approvals() -> None:
    version = under_review()
    author = editor("author")
    actions.request_changes(version=version, by=author, why="Too short.")

    version = actions.replace_content(version=version, package=retitled(), by=author, content_hash=version.content_hash)
    actions.submit(version=version, by=author)

    assert Approval.objects.filter(version=version).count() == 2
    assert not Approval.objects.valid_for(version).exists()
    assert package_of(version) == retitled()
    with pytest.raises(Refused):
        actions.publish(version=version, by=administrator(), content_hash=version.content_hash)


def test_an_edit_behind_the_reviewers_back_is_noticed() -> None:
    version = under_review()
    Statement.objects.filter(version=version, key="ST-1").update(clinician="Start with anything.")

    with pytest.raises(Refused, match="content has changed"):
        actions.publish(version=version, by=administrator(), content_hash=version.content_hash)
    with pytest.raises(Refused, match="content has changed"):
        actions.approve(version=version, by=reviewer("rex"), content_hash=version.content_hash)

    assert not Version.objects.current().exists()


def test_approving_another_content_than_there_is_is_refused() -> None:
    version = draft()
    actions.submit(version=version, by=editor())

    with pytest.raises(Refused, match="content has changed"):
        actions.approve(version=version, by=reviewer("rob"), content_hash="0" * 64)
    with pytest.raises(IntegrityError, match="approved_content_is_the_content_there_is"), transaction.atomic():
        Approval.objects.create(version=version, approved_by=reviewer("rex"), content_hash="0" * 64, role="clinician")


def test_everybody_who_edited_a_draft_is_an_author() -> None:
    version, emil = draft(by=editor()), editor("emil")
    actions.give_role(user=emil, role=permissions.REVIEWERS)
    version = actions.replace_content(version=version, package=retitled(), by=emil, content_hash=version.content_hash)
    actions.submit(version=version, by=version.author)

    with pytest.raises(Refused, match="You wrote or submitted"):
        actions.approve(version=version, by=emil, content_hash=version.content_hash)
    with pytest.raises(IntegrityError, match="an_author_cannot_approve"), transaction.atomic():
        Approval.objects.create(version=version, approved_by=emil, content_hash=version.content_hash, role="clinician")


def test_a_blocking_finding_keeps_a_draft_from_being_submitted() -> None:
    version = draft(edited(itching_elbow(), review_by=None))

    with pytest.raises(Refused, match="1 finding blocks it"):
        actions.submit(version=version, by=editor())

    assert StatusMove.objects.status_of(version) == Status.DRAFT


def test_a_draft_without_a_change_is_not_submitted() -> None:
    by = editor("edith")
    unchanged = actions.start_draft(version=published(), by=by, reason="Say more.", level="editorial")

    with pytest.raises(Refused, match="Nothing has been changed: version 1 is approved"):
        actions.submit(version=unchanged, by=by)


def test_a_withdrawn_content_does_not_come_back_unchanged() -> None:
    first, by = published(), editor("edith")
    actions.withdraw(version=first, by=administrator(), why="A wrong dose.")
    again = actions.start_draft(version=first, by=by, reason="Try again.", level="editorial")

    with pytest.raises(Refused, match="was withdrawn"):
        actions.submit(version=again, by=by)


def test_the_content_of_a_replaced_version_may_be_brought_back() -> None:
    first, by = published(), editor("edith")
    with pgtrigger.ignore("guidelines.Version:version_lock"):
        Version.objects.filter(pk=first.pk).update(effective_on=timezone.localdate() - timedelta(days=1))
    back = actions.start_draft(version=first, by=by, reason="The old one was better.", level="editorial")
    with pytest.raises(Refused, match="Nothing has been changed: version 1"):
        actions.submit(version=back, by=by)
    second = published(retitled())

    actions.submit(version=back, by=by)

    assert Version.objects.current().get() == second
    assert StatusMove.objects.status_of(back) == Status.SUBMITTED


def test_nobody_approves_before_the_impact_of_this_very_content_is_known() -> None:
    published()
    version, by = draft(retitled()), editor("edith")
    actions.submit(version=version, by=by)
    rob = reviewer("rob")

    with pytest.raises(Refused, match="impact on the active plans has not been worked out"):
        actions.approve(version=version, by=rob, content_hash=version.content_hash)
    compared(version)
    actions.approve(version=version, by=rob, content_hash=version.content_hash)

    actions.request_changes(version=version, by=rob, why="Shorter.")
    version = actions.replace_content(
        version=version, package=retitled("Shorter"), by=by, content_hash=version.content_hash
    )
    actions.submit(version=version, by=by)
    with pytest.raises(Refused, match="impact on the active plans has not been worked out"):
        actions.approve(version=version, by=rob, content_hash=version.content_hash)
