"""Which status may follow which. A table and pure questions about it; refuses to know who may move."""

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import TextChoices

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class Status(TextChoices):
    """What a status move leads to. Scheduled, current and superseded are computed from dates, never stored."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    UNDER_REVIEW = "under_review", "Under review"
    APPROVED = "approved", "Approved"
    WITHDRAWN = "withdrawn", "Withdrawn"


# Names of groups: what a person does in this installation. Who has one works on guidelines, and sees drafts.
EDITORS, REVIEWERS, ADMINISTRATORS = AT_WORK = ("editors", "reviewers", "administrators")


def groups_at_work(user: "User | AnonymousUser") -> frozenset[str]:
    """Which of them somebody has: as it was read with the person, where it was."""
    groups: frozenset[str] | None = getattr(user, "groups_at_work", None)
    if groups is None:
        groups = frozenset(user.groups.filter(name__in=AT_WORK).values_list("name", flat=True))
    return groups


def is_at_work(user: "User | AnonymousUser") -> bool:
    """Whether somebody reads what those who work on guidelines read."""
    return bool(groups_at_work(user))


# Groups that say what a reviewer is by profession; other reviewers may approve too, and are not counted.
CLINICIAN, PHARMACIST = PROFESSIONS = ("clinician", "pharmacist")

APPROVALS_NEEDED = 2  # by clinicians and pharmacists; one of them at least by a clinician

# The empty status is "did not exist": every version begins with a move to draft.
TRANSITIONS: dict[str, tuple[Status, ...]] = {
    "": (Status.DRAFT,),
    Status.DRAFT: (Status.SUBMITTED,),
    Status.SUBMITTED: (Status.UNDER_REVIEW, Status.DRAFT),
    Status.UNDER_REVIEW: (Status.APPROVED, Status.DRAFT),
    Status.APPROVED: (Status.WITHDRAWN,),
    Status.WITHDRAWN: (),
}

MOVES = tuple((before, str(after)) for before, afters in TRANSITIONS.items() for after in afters)


def may_follow(before: str, after: str) -> bool:
    return (str(before), str(after)) in {(str(one), other) for one, other in MOVES}


def in_words(status: str) -> str:
    """The status inside a sentence."""
    return Status(status).label.lower()


def shown_status(*, last_status: str, effective_on: date | None, is_superseded: bool, today: date) -> str:
    """The status in a reader's words: an approved version is scheduled, current or superseded."""
    if last_status != Status.APPROVED:
        return Status(last_status).label
    if effective_on is None or effective_on > today:
        return "Scheduled"
    return "Superseded" if is_superseded else "Current"
