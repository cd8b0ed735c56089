"""Comments on a version under way: whoever works on guidelines speaks, and an author clears nothing of a reviewer away."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from guidelines import actions
from guidelines.actions import Refused
from guidelines.models import QUESTION, Comment, Outcome, StatusMove, Version
from guidelines.workflow import EDITORS, PHARMACIST, REVIEWERS, Status
from tests.factories_guidelines import (
    administrator,
    compared,
    draft,
    editor,
    person,
    published,
    retitled,
    reviewer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> Version:
    return draft(by=editor())


def author_of(version: Version) -> User:
    assert version.author is not None
    return version.author


def commented(version: Version, by: User, **about: str) -> Comment:
    return actions.add_comment(version=version, by=by, text="Which source says this?", **about)


def test_a_comment_is_on_an_entry_or_on_the_whole(version: Version) -> None:
    rob = reviewer("rob")

    on_entry = commented(version, rob, part="statements", key="ST-1")
    on_whole = commented(version, rob)

    assert (on_entry.part, on_entry.key) == ("statements", "ST-1")
    assert (on_whole.part, on_whole.key) == ("", "")
    assert Comment.objects.open().count() == 2


def test_a_comment_on_an_entry_that_is_not_there_is_refused(version: Version) -> None:
    rob = reviewer("rob")

    for about in ({"part": "statements", "key": "ST-99"}, {"part": "nothing", "key": "ST-1"}):
        with pytest.raises(Refused, match="no such entry"):
            commented(version, rob, **about)


def test_only_those_who_work_on_guidelines_comment(version: Version) -> None:
    with pytest.raises(Refused, match="Only those who work on guidelines"):
        commented(version, person("paul"))


def test_an_empty_comment_is_refused(version: Version) -> None:
    with pytest.raises(Refused, match="Write a comment"):
        actions.add_comment(version=version, by=reviewer("rob"), text="  ")


def test_a_reply_stands_under_the_first_words(version: Version) -> None:
    first = commented(version, reviewer("rob"), part="statements", key="ST-1")
    reply = actions.reply_to_comment(comment=first, by=author_of(version), text="R1 does.")

    again = actions.reply_to_comment(comment=reply, by=reviewer("rita"), text="It does not.")

    assert [again.answers, reply.answers] == [first, first]
    assert Comment.objects.open().get() == first


def test_an_author_does_not_resolve_what_a_reviewer_has_found(version: Version) -> None:
    both = person("both", EDITORS, REVIEWERS)
    version = actions.replace_content(version=version, package=retitled(), by=both, content_hash=version.content_hash)
    comment = commented(version, reviewer("rob"))

    for author in (author_of(version), both):
        with pytest.raises(Refused, match="Reply to it"):
            actions.resolve_comment(comment=comment, by=author)

    resolved = actions.resolve_comment(comment=comment, by=reviewer("rita"))
    assert resolved.resolved_at is not None


def test_whoever_wrote_a_comment_resolves_it_and_it_can_be_opened_again(version: Version) -> None:
    comment = commented(version, author_of(version))

    assert actions.resolve_comment(comment=comment, by=author_of(version)).resolved_by == version.author
    assert not Comment.objects.open().exists()
    assert actions.reopen_comment(comment=comment, by=reviewer("rob")).resolved_at is None
    assert Comment.objects.open().get() == comment


def test_a_reply_is_not_resolved_by_itself(version: Version) -> None:
    reply = actions.reply_to_comment(comment=commented(version, reviewer("rob")), by=author_of(version), text="Yes.")

    with pytest.raises(Refused, match="first words"):
        actions.resolve_comment(comment=reply, by=reviewer("rita"))


def test_an_open_comment_keeps_a_version_from_being_approved_and_published(version: Version) -> None:
    actions.submit(version=version, by=author_of(version))
    rob, rita = reviewer("rob"), reviewer("rita", PHARMACIST)
    actions.approve(version=version, by=rob, content_hash=version.content_hash)
    actions.approve(version=version, by=rita, content_hash=version.content_hash)
    comment = commented(version, rita)

    with pytest.raises(Refused, match="1 comment is not resolved"):
        actions.approve(version=version, by=reviewer("rex"), content_hash=version.content_hash)
    with pytest.raises(Refused, match="1 comment is not resolved"):
        actions.publish(version=version, by=administrator(), content_hash=version.content_hash)

    actions.resolve_comment(comment=comment, by=rita)
    assert actions.publish(version=version, by=administrator("adam"), content_hash=version.content_hash).effective_on


def test_the_first_word_of_a_reviewer_takes_a_version_under_review(version: Version) -> None:
    actions.submit(version=version, by=author_of(version))

    commented(version, author_of(version))
    assert StatusMove.objects.status_of(version) == Status.SUBMITTED

    commented(version, reviewer("rob"))
    assert StatusMove.objects.status_of(version) == Status.UNDER_REVIEW


def test_an_approved_version_takes_no_comments() -> None:
    version = published()

    with pytest.raises(Refused, match="approved takes no comments"):
        commented(version, reviewer("rex"))


# --- questions of readers --------------------------------------------------------------------------------------------


def test_a_question_becomes_a_draft_and_is_closed_when_that_is_approved() -> None:
    version, edith = published(), editor("edith")
    question = actions.send_question(version=version, audience="patient", text="May I scratch my other elbow?")

    begun = actions.draft_for_question(question=question, by=edith)
    again = actions.draft_for_question(question=question, by=editor("emil"))

    assert (again, begun.based_on, begun.author) == (begun, version, edith)
    comment = Comment.objects.get(version=begun)
    assert (comment.part, comment.key) == (QUESTION, str(question.pk))
    assert "May I scratch my other elbow?" in comment.text
    question.refresh_from_db()
    assert question.closed_at is None
    finish(begun, comment, edith)
    question.refresh_from_db()
    assert question.outcome == Outcome.ANSWERED


def finish(version: Version, comment: Comment, edith: User) -> None:
    """Edited, reviewed and published from the next day on."""
    version = actions.replace_content(version=version, package=retitled(), by=edith, content_hash=version.content_hash)
    actions.submit(version=version, by=edith)
    compared(version)
    actions.resolve_comment(comment=comment, by=edith)
    for by in (reviewer("rob"), reviewer("rita", PHARMACIST)):
        actions.approve(version=version, by=by, content_hash=version.content_hash)
    actions.publish(
        version=version, by=administrator(), content_hash=version.content_hash,
        effective_on=timezone.localdate() + timedelta(days=1),
    )  # fmt: skip


def test_a_question_goes_to_an_open_draft_of_the_same_person() -> None:
    version, edith = published(), editor("edith")
    mine = actions.start_draft(version=version, by=edith, reason="Say more.", level="editorial")
    question = actions.send_question(version=version, audience="clinician", text="May the other elbow be scratched?")

    assert actions.draft_for_question(question=question, by=edith) == mine
    assert actions.draft_for_question(question=question, by=editor("emil")) == mine


def test_only_editors_begin_a_change_for_a_question() -> None:
    question = actions.send_question(version=published(), audience="clinician", text="May both elbows be scratched?")

    with pytest.raises(Refused, match="Only editors"):
        actions.draft_for_question(question=question, by=reviewer("rex"))


def test_a_closed_question_begins_no_change() -> None:
    question = actions.send_question(version=published(), audience="clinician", text="May both elbows be scratched?")
    edith = editor("edith")
    actions.close_question(question=question, by=edith, outcome=Outcome.OUTSIDE)

    with pytest.raises(Refused, match="closed already"):
        actions.draft_for_question(question=question, by=edith)
