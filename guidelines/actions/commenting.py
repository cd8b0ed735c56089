"""What reviewers and editors say about a version before it is approved: said, answered, resolved, taken up again.

Nothing that was said is changed or deleted, and an author does not resolve what a reviewer has found.
"""

import pghistory
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from config.clocks import moments_ago
from guidelines import editing, permissions
from guidelines.actions.editing import start_draft
from guidelines.actions.refusals import Refused, allow
from guidelines.actions.versions import begin_review, locked
from guidelines.models import HEAD, QUESTION, Comment, Level, UnansweredQuestion, Version
from guidelines.package import package_of

LONGEST_COMMENT = 4000
READERS = {"patient": "A patient or family", "clinician": "A clinician"}


@transaction.atomic
def add_comment(*, version: Version, by: User, text: str, part: str = "", key: str = "") -> Comment:
    """A comment on an entry of the content, on its head, or on the whole version."""
    version = locked(version)
    allow(permissions.why_not_comment(by, version))
    if part == HEAD:
        key = ""
    elif part and (part not in editing.PARTS or editing.entry_of(package_of(version), part, key) is None):
        raise Refused("There is no such entry any more. Comment on the whole version instead.")
    comment = said(version, by, text, part=part, key=key if part else "")
    if not permissions.why_not_review(by, version):
        begin_review(version, by)
    return comment


@transaction.atomic
def reply_to_comment(*, comment: Comment, by: User, text: str) -> Comment:
    """An answer stands under the first words, whatever of it was answered."""
    version = locked(comment.version)
    allow(permissions.why_not_comment(by, version))
    first = comment.answers or comment
    return said(version, by, text, part=first.part, key=first.key, answers=first)


@transaction.atomic
def resolve_comment(*, comment: Comment, by: User) -> Comment:
    comment = settled(comment)
    allow(permissions.why_not_resolve(by, comment))
    if comment.resolved_at is None:  # sent twice, meant once
        comment.resolved_at, comment.resolved_by = timezone.now(), by
        keep(comment, by)
    return comment


@transaction.atomic
def reopen_comment(*, comment: Comment, by: User) -> Comment:
    comment = settled(comment)
    allow(permissions.why_not_comment(by, comment.version))
    if comment.resolved_at is not None:
        comment.resolved_at, comment.resolved_by = None, None
        keep(comment, by)
    return comment


@transaction.atomic
def draft_for_question(*, question: UnansweredQuestion, by: User) -> Version:
    """A draft that is to answer a reader: the one begun for it, else an open one of the same person, else a new one.

    The question becomes a comment on the whole draft, and is closed when the draft is approved.
    """
    allow(permissions.why_not_answer_questions(by))
    question = UnansweredQuestion.objects.select_for_update().get(pk=question.pk)
    if question.closed_at is not None:
        raise Refused("This question is closed already. Look at the list again.")
    drafts = Version.objects.being_written().filter(guideline=question.version.guideline_id)
    begun = drafts.filter(comments__part=QUESTION, comments__key=str(question.pk)).order_by("-number").first()
    if begun is not None:
        return begun
    draft = drafts.filter(author=by).order_by("-number").first()
    if draft is None and question.version.effective_on is None:
        draft = drafts.order_by("-number").first()  # it was asked about a draft, which is not begun anew
    if draft is None:
        in_use = Version.objects.current().filter(guideline=question.version.guideline_id).first()
        reason = f"A reader asked: {question.text}"
        draft = start_draft(version=in_use or question.version, by=by, reason=reason, level=Level.EDITORIAL)
    draft = locked(draft)
    allow(permissions.why_not_edit(by, draft))
    asked = f"{READERS.get(question.audience, 'A reader')} asked: {question.text}"
    said(draft, by, asked, part=QUESTION, key=str(question.pk))
    return draft


def said(version: Version, by: User, text: str, *, part: str, key: str, answers: Comment | None = None) -> Comment:
    """`version` is ours until the transaction ends; the same words again in the same place were sent twice."""
    if not text.strip():
        raise Refused("Write a comment.")
    if len(text.strip()) > LONGEST_COMMENT:
        raise Refused(f"Write at most {LONGEST_COMMENT} characters.")
    told = {"commented_by": by, "text": text.strip(), "part": part, "key": key, "answers": answers}
    again = Comment.objects.filter(version=version, commented_at__range=moments_ago(), **told).first()
    if again is not None:
        return again
    with pghistory.context(action="comment", user=by.pk):
        return Comment.objects.create(version=version, **told)


def settled(comment: Comment) -> Comment:
    """The first words of a conversation, ours with their version until the transaction ends."""
    locked(comment.version)
    comment = Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    if comment.answers_id is not None:
        raise Refused("Only the first words of a conversation are resolved or taken up again.")
    return comment


def keep(comment: Comment, by: User) -> None:
    with pghistory.context(action="resolve_comment", user=by.pk):
        comment.save(update_fields=["resolved_at", "resolved_by"])
