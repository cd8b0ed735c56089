"""Questions that a guideline did not answer: sent by readers, closed and reopened by editors."""

import pghistory
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from guidelines import permissions
from guidelines.actions.refusals import Refused, allow
from guidelines.identifiers import why_not_keep
from guidelines.models import QUESTION, Comment, Outcome, UnansweredQuestion, Version

MOST_OPEN = 200  # of one version: nobody reads more, and a stranger can fill no disk


@transaction.atomic
def send_question(*, version: Version, audience: str, text: str) -> UnansweredQuestion:
    """Keeps a question for the editors, without who asked. The same question again is counted and not kept twice."""
    question = " ".join(text.split())
    allow(why_not_keep(question))
    Version.objects.select_for_update(of=("self",)).get(pk=version.pk)
    # The history writes down who is signed in; of whoever asks, nothing is kept.
    with pghistory.context(user=None):
        return kept_question(version, audience, question)


def kept_question(version: Version, audience: str, question: str) -> UnansweredQuestion:
    open_ones = UnansweredQuestion.objects.open().filter(version=version)
    same = open_ones.filter(audience=audience, text__iexact=question).first()
    if same is not None:
        UnansweredQuestion.objects.filter(pk=same.pk).update(times=F("times") + 1)
        same.refresh_from_db()
        return same
    if open_ones.count() >= MOST_OPEN:
        raise Refused("The editors have many questions about this version to answer. Please try again another day.")
    return UnansweredQuestion.objects.create(version=version, audience=audience, text=question)


@transaction.atomic
def close_question(*, question: UnansweredQuestion, by: User, outcome: str) -> UnansweredQuestion:
    allow(permissions.why_not_answer_questions(by))
    question = UnansweredQuestion.objects.select_for_update().get(pk=question.pk)
    if question.closed_at is not None:
        raise Refused("This question is closed already. Look at the list again.")
    if outcome not in Outcome.values:
        raise Refused("Choose what came of the question.")
    question.closed_at, question.closed_by, question.outcome = timezone.now(), by, outcome
    question.save(update_fields=["closed_at", "closed_by", "outcome"])
    return question


def close_answered(*, version: Version, by: User) -> None:
    """Of a version that has just been approved: the questions for which it was written."""
    keys = Comment.objects.filter(version=version, part=QUESTION).values_list("key", flat=True)
    UnansweredQuestion.objects.open().filter(pk__in=[int(key) for key in keys]).update(
        closed_at=timezone.now(), closed_by=by, outcome=Outcome.ANSWERED
    )


@transaction.atomic
def reopen_question(*, question: UnansweredQuestion, by: User) -> UnansweredQuestion:
    """Takes back that it was closed. Where the same was asked again meanwhile, the two become one."""
    allow(permissions.why_not_answer_questions(by))
    # As when one is sent: nobody asks the same between the look and the change.
    Version.objects.select_for_update(of=("self",)).get(pk=question.version_id)
    question = UnansweredQuestion.objects.select_for_update().get(pk=question.pk)
    if question.closed_at is None:
        return question  # sent twice, meant once
    same = UnansweredQuestion.objects.open().filter(
        version=question.version, audience=question.audience, text__iexact=question.text
    )
    if same.exists():
        raise Refused("The same question has been asked again and is open. Close that one.")
    question.closed_at, question.closed_by, question.outcome = None, None, ""
    question.save(update_fields=["closed_at", "closed_by", "outcome"])
    return question
