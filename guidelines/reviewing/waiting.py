"""What waits for whom among those who work on guidelines, and which reviews fall due. Never a patient."""

from datetime import date, timedelta
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count, Q
from django.utils import timezone

from guidelines.models import Approval, Version
from guidelines.permissions import is_author, why_not_enough, why_not_publish, why_not_review

REMINDED_DAYS = 60
PUBLISHED_NEXT = "An administrator gives it the day from which it is in use."


class Waiting(NamedTuple):
    version: Version
    comments: int  # not resolved
    waits_for: str  # a sentence; empty where it is this person's turn


class Queue(NamedTuple):
    """`mine`: to be approved by this person. `approved`: by this person. `others`: what waits for somebody else."""

    mine: list[Waiting]
    approved: list[Waiting]
    others: list[Waiting]


class Reminder(NamedTuple):
    version: Version
    days: int  # left until the day of review; below nothing when it has passed

    @property
    def is_overdue(self) -> bool:
        return self.days < 0


def queue_of(user: User) -> Queue:
    submitted = Version.objects.awaiting_review().select_related("guideline", "author", "based_on")
    is_open = Q(comments__answers=None, comments__resolved_at=None, comments__isnull=False)
    mine, approved, others = [], [], []
    for version in submitted.annotate(open_comments=Count("comments", filter=is_open)).order_by("pk"):
        has_approved = Approval.objects.valid_for(version).filter(approved_by=user).exists()
        if has_approved:
            approved.append(Waiting(version, version.open_comments, why_not_enough(version) or PUBLISHED_NEXT))
        elif not why_not_review(user, version):
            mine.append(Waiting(version, version.open_comments, ""))
        else:
            own = "Your own work is for others to approve. " if is_author(user, version) else ""
            others.append(Waiting(version, version.open_comments, own + (why_not_enough(version) or PUBLISHED_NEXT)))
    return Queue(mine, approved, others)


def to_approve_count(user: User | AnonymousUser) -> int:
    """How many versions wait for this reviewer."""
    return len(queue_of(user).mine) if isinstance(user, User) else 0


def to_publish(user: User) -> list[Version]:
    """What has all its approvals and waits for an administrator."""
    ready = Version.objects.awaiting_review().select_related("guideline")
    return [version for version in ready if not why_not_publish(user, version)]


def scheduled(today: date | None = None) -> list[Version]:
    """Approved, and not yet in use."""
    day = today or timezone.localdate()
    ahead = Version.objects.filter(effective_on__gt=day, withdrawn_at=None).select_related("guideline")
    return list(ahead.order_by("effective_on"))


def to_review_again(today: date | None = None) -> list[Reminder]:
    """The versions in use whose day of review has come near or has passed."""
    day = today or timezone.localdate()
    in_use = Version.objects.current(day).select_related("guideline")
    near = [version for version in in_use if version.review_by and version.review_by <= day + timedelta(REMINDED_DAYS)]
    rows = [Reminder(version, (version.review_by - day).days) for version in near if version.review_by]
    return sorted(rows, key=lambda row: row.days)
