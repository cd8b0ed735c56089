"""Approving and editing at the same moment: whatever the order, an approved content is the content that was reviewed.

First the database alone, in every order of the statements; then the actions themselves, in orders drawn by lot.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from guidelines import actions
from guidelines.actions import Refused
from guidelines.editing import entry_of, fingerprint
from guidelines.models import Approval, Guideline, ImpactRun, JobState, Statement, StatusMove, Version
from guidelines.package import columns_of, package_of
from guidelines.workflow import CLINICIAN, PHARMACIST, Status
from tests.factories_guidelines import administrator, draft, editor, retitled, reviewer
from tests.guidelines.in_turns import TwoAtOnce, every_order, two_at_once
from tests.guidelines.tiny_guideline import tiny

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two(transactional_db: None) -> Iterator[TwoAtOnce]:
    with two_at_once() as two:
        yield two


# --- the database alone ----------------------------------------------------------------------------------------------
# Here a content is the text of its statements and its hash is theirs: the database cannot know more of a hash.

TEXTS = "SELECT clinician FROM guidelines_statement WHERE version_id = %(version)s ORDER BY key"
READ_HASH = "SELECT content_hash FROM guidelines_version WHERE id = %(version)s"
LOCK = "SELECT id FROM guidelines_version WHERE id = %(version)s FOR UPDATE"
WRITE_HASH = "UPDATE guidelines_version SET content_hash = %(hash)s WHERE id = %(version)s"
APPROVE = """
    INSERT INTO guidelines_approval (version_id, approved_by_id, approved_at, content_hash, role)
    VALUES (%(version)s, %(by)s, now(), %(hash)s, 'clinician')
"""
PUBLISH = """
    INSERT INTO guidelines_statusmove (version_id, from_status, to_status, moved_by_id, moved_at, why, content_hash)
    VALUES (%(version)s, 'under_review', 'approved', %(by)s, now(), '', %(hash)s)
"""
EDITS = {
    "change": "UPDATE guidelines_statement SET clinician = 'Changed.' WHERE version_id = %(version)s",
    "remove": "DELETE FROM guidelines_statement WHERE version_id = %(version)s AND key = 'ST-1'",
    "add": """
        INSERT INTO guidelines_statement (version_id, position, key, section, kind, clinician, conflicts, marks)
        SELECT version_id, 9, 'ST-9', section, kind, 'Added.', conflicts, marks
        FROM guidelines_statement WHERE version_id = %(version)s AND key = 'ST-0'
    """,
}
TEXT_OF_ALL = ("First.", "Second.")


def hash_of(texts: Any) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def ask(statement: str, **values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()] if cursor.description else []


def versions_under_review(count: int, approved_by: tuple[User, ...] = ()) -> list[Version]:
    """Written as rows: their way here is not what these tests are about."""
    guideline, by, content = Guideline.objects.create(slug="tiny-elbow"), editor("submits"), hash_of(TEXT_OF_ALL)
    versions = Version.objects.bulk_create(
        Version(guideline=guideline, number=number + 1, content_hash=content, level="dose", reason="A race.",
                **columns_of(tiny(), Version))
        for number in range(count)
    )  # fmt: skip
    Statement.objects.bulk_create(
        Statement(version=version, position=place, key=f"ST-{place}", section="treatment", kind="claim", clinician=text)
        for version in versions
        for place, text in enumerate(TEXT_OF_ALL)
    )
    for before, after in (
        ("", Status.DRAFT),
        (Status.DRAFT, Status.SUBMITTED),
        (Status.SUBMITTED, Status.UNDER_REVIEW),
    ):
        StatusMove.objects.bulk_create(
            StatusMove(version=version, from_status=before, to_status=after, moved_by=by, content_hash=content)
            for version in versions
        )
    Approval.objects.bulk_create(
        Approval(version=version, approved_by=user, content_hash=content, role=CLINICIAN)
        for version in versions
        for user in approved_by
    )
    return versions


def decides(version: Version, by: User, statement: str, *, locks_first: bool) -> list[Any]:
    """Reads, decides for what was read, and gives what the content was when it was decided."""
    read = ask(READ_HASH, version=version.pk)[0]
    with transaction.atomic():
        if locks_first:
            ask(LOCK, version=version.pk)
        ask(statement, version=version.pk, by=by.pk, hash=read)
        return [read, hash_of(ask(TEXTS, version=version.pk))]


def edits(version: Version, statement: str, *, locks_first: bool) -> None:
    with transaction.atomic():
        if locks_first:
            ask(LOCK, version=version.pk)
        ask(statement, version=version.pk)
        ask(WRITE_HASH, version=version.pk, hash=hash_of(ask(TEXTS, version=version.pk)))


def races(count_of_edits: int) -> list[tuple[bool, bool, str, tuple[int, ...]]]:
    """Who locks first, what is changed, and in which order: every one there is."""
    return [
        (reviewer_locks, editor_locks, edit, order)
        for edit in list(EDITS)[:count_of_edits]
        for reviewer_locks in (False, True)
        for editor_locks in (False, True)
        for order in every_order(3 + reviewer_locks, 3 + editor_locks)
    ]


def test_no_order_of_statements_lets_an_approval_stand_for_a_changed_content(two: TwoAtOnce) -> None:
    by, found = reviewer("rob"), Counter[str]()
    cases = races(count_of_edits=3)
    versions = versions_under_review(len(cases))

    for version, (reviewer_locks, editor_locks, edit, order) in zip(versions, cases, strict=True):
        review, change = two.in_turns(
            partial(decides, version, by, APPROVE, locks_first=reviewer_locks),
            partial(edits, version, EDITS[edit], locks_first=editor_locks),
            order,
        )

        assert change.error is None, (edit, order, change.error)
        now = hash_of(ask(TEXTS, version=version.pk))
        assert ask(READ_HASH, version=version.pk) == [now] != [hash_of(TEXT_OF_ALL)]
        approvals = list(Approval.objects.filter(version=version).values_list("content_hash", flat=True))
        if review.error is None:
            reviewed, when_approved = review.result
            assert approvals == [reviewed] == [when_approved], (edit, order)
            found["read and approved after the edit" if reviewed == now else "approved before it, and void"] += 1
        else:
            assert isinstance(review.error, IntegrityError) and "content has changed" in str(review.error), review.error
            assert approvals == []
            found["refused"] += 1

    assert len(cases) >= 480
    assert len(found) == 3 and min(found.values()) > 10, found


def test_no_order_of_statements_publishes_a_changed_content(two: TwoAtOnce) -> None:
    reviewers, by = (reviewer("rob"), reviewer("rita")), administrator()
    cases, found = races(count_of_edits=1), Counter[str]()
    versions = versions_under_review(len(cases), approved_by=reviewers)

    for version, (publisher_locks, editor_locks, edit, order) in zip(versions, cases, strict=True):
        publishing, change = two.in_turns(
            partial(decides, version, by, PUBLISH, locks_first=publisher_locks),
            partial(edits, version, EDITS[edit], locks_first=editor_locks),
            order,
        )

        now = hash_of(ask(TEXTS, version=version.pk))
        assert ask(READ_HASH, version=version.pk) == [now]
        if publishing.error is None:
            assert isinstance(change.error, IntegrityError) and "locked_once_approved" in str(change.error), order
            assert publishing.result == [now, now] == [hash_of(TEXT_OF_ALL)] * 2
            found["published"] += 1
        else:
            assert isinstance(publishing.error, IntegrityError) and change.error is None, (order, change.error)
            assert StatusMove.objects.status_of(version) == Status.UNDER_REVIEW
            found["refused"] += 1

    assert len(cases) >= 160
    assert len(found) == 2 and min(found.values()) > 20, found


# --- the actions -----------------------------------------------------------------------------------------------------

SEEDS = 16
MOST_TURNS = 400


def approve_and_publish(version: Version, by: User, publisher: User, reviewed: str) -> None:
    """A reviewer approves what was read; an administrator publishes what was approved."""
    actions.approve(version=version, by=by, content_hash=reviewed)
    actions.publish(version=version, by=publisher, content_hash=reviewed)


def send_back_and_change(version: Version, by: User, *, text: str) -> None:
    """An editor takes the version back, changes a statement, and submits it again."""
    actions.request_changes(version=version, by=by, why="One word.")
    read = entry_of(package_of(version), "statements", "ST-1")
    changed = read.model_copy(update={"clinician": text})
    actions.save_entry(version=version, by=by, part="statements", entry=changed, read=fingerprint(read), stale=())
    actions.submit(version=version, by=by)


def drawn(seed: int) -> list[int]:
    """Turns that come in runs of a drawn length, so that one action often ends within the other; who has more of them
    is drawn, too."""
    lots, order = random.Random(seed), list[int]()
    share_of_the_first = lots.choice((0.3, 0.6, 0.9, 1))
    while len(order) < MOST_TURNS:
        order += [int(lots.random() > share_of_the_first)] * lots.choice((1, 2, 5, 20, 60))
    return order


def test_actions_in_any_order_approve_only_what_was_reviewed(two: TwoAtOnce) -> None:
    writes, submits = editor("edith"), editor("emil")
    first, second, publisher = reviewer("rob"), reviewer("rita", PHARMACIST), administrator()
    published = 0

    for seed in range(SEEDS):
        version = draft(retitled(f"Elbow {seed}"), by=writes)
        ImpactRun.objects.create(version=version, content_hash=version.content_hash, state=JobState.DONE)
        actions.submit(version=version, by=submits)
        actions.approve(version=version, by=first, content_hash=version.content_hash)
        before = version.content_hash
        review, change = two.in_turns(
            partial(approve_and_publish, version, second, publisher, before),
            partial(send_back_and_change, version, writes, text=f"Changed {seed}."),
            drawn(seed),
        )

        version.refresh_from_db()
        now = package_of(version).content_hash()
        assert version.content_hash == now
        assert all(isinstance(worker.error, Refused | None) for worker in (review, change)), (seed, review.error)
        is_approved = StatusMove.objects.status_of(version) == Status.APPROVED
        published += is_approved
        if is_approved:
            assert change.error is not None and now == before, seed
            valid = Approval.objects.filter(version=version, content_hash=now).values_list("approved_by", flat=True)
            assert set(valid) == {first.pk, second.pk}
            actions.withdraw(version=version, by=publisher, why="The next race.")
        else:
            assert review.error is not None, seed
            reviewed = Approval.objects.filter(version=version).values_list("content_hash", flat=True)
            assert set(reviewed) == {before}, "nobody read anything else"

    assert 3 <= published <= SEEDS - 3, published


def change_by_hand(version: Version) -> None:
    """Somebody at the database's console, who knows nothing of hashes."""
    with transaction.atomic():
        ask(EDITS["change"], version=version.pk)
        ask("SELECT 1")


def test_a_row_that_is_changed_by_hand_meanwhile_is_not_published(two: TwoAtOnce) -> None:
    submits, publisher = editor("emil"), administrator()
    reviewers, published = (reviewer("rob"), reviewer("rita", PHARMACIST)), []

    for turns_before in range(0, 48, 4):
        version = draft(retitled(f"Elbow {turns_before}"))
        ImpactRun.objects.create(version=version, content_hash=version.content_hash, state=JobState.DONE)
        actions.submit(version=version, by=submits)
        for by in reviewers:
            actions.approve(version=version, by=by, content_hash=version.content_hash)
        publishing, change = two.in_turns(
            partial(actions.publish, version=version, by=publisher, content_hash=version.content_hash),
            partial(change_by_hand, version),
            (*[0] * turns_before, 1, *[0] * MOST_TURNS),
        )

        is_published = StatusMove.objects.status_of(version) == Status.APPROVED
        published.append(is_published)
        if is_published:
            assert isinstance(change.error, IntegrityError), turns_before
            assert package_of(version).content_hash() == version.content_hash
            actions.withdraw(version=version, by=publisher, why="The next race.")
        else:
            assert isinstance(publishing.error, Refused) and change.error is None, turns_before

    assert 2 <= sum(published) <= len(published) - 1, published
