"""Who may move a version where. Each question is answered with a sentence, empty when it is allowed.

The same sentence guards the action, disables the button and explains it.
"""

from django.contrib.auth.models import User

from guidelines.models import Approval, StatusMove, Version
from guidelines.workflow import ADMINISTRATORS, APPROVALS_NEEDED, EDITORS, REVIEWERS, Status, may_follow


def has_role(user: User, *roles: str) -> bool:
    return user.is_active and user.groups.filter(name__in=roles).exists()


def is_author(user: User, version: Version) -> bool:
    """Who wrote or submitted it answers for it, and cannot be among those who check it."""
    if version.author_id == user.pk:
        return True
    return StatusMove.objects.filter(version=version, to_status=Status.SUBMITTED, moved_by=user).exists()


def why_not_move(version: Version, to_status: str) -> str:
    status = StatusMove.objects.status_of(version)
    if may_follow(status, to_status):
        return ""
    return f"A version that is {Status(status).label.lower()} cannot become {Status(to_status).label.lower()}."


def why_not_load(user: User) -> str:
    return "" if has_role(user, EDITORS) else "Only editors may load a guideline."


def why_not_edit(user: User, version: Version) -> str:
    if not has_role(user, EDITORS):
        return "Only editors may change a guideline."
    if StatusMove.objects.status_of(version) != Status.DRAFT:
        return "Only a draft can be changed. Ask for changes first, or make a new draft."
    if version.author_id not in (None, user.pk):
        # One author to a version, so that everybody who wrote it is kept from approving it.
        return f"This is the draft of {version.author}. Make a draft of your own."
    return ""


def why_not_submit(user: User, version: Version) -> str:
    if not has_role(user, EDITORS):
        return "Only editors may submit a version for review."
    return why_not_move(version, Status.SUBMITTED)


def why_not_request_changes(user: User, version: Version) -> str:
    if not has_role(user, REVIEWERS, EDITORS):
        return "Only reviewers and editors may send a version back."
    return why_not_move(version, Status.DRAFT)


def why_not_approve(user: User, version: Version) -> str:
    if not has_role(user, REVIEWERS):
        return "Only reviewers may approve."
    if is_author(user, version):
        return "You wrote or submitted this version. Somebody else must approve it."
    if StatusMove.objects.status_of(version) not in (Status.SUBMITTED, Status.UNDER_REVIEW):
        return "This version is not under review."
    if Approval.objects.valid_for(version).filter(approved_by=user).exists():
        return "You have approved this content already."
    return ""


def why_not_publish(user: User, version: Version) -> str:
    if not has_role(user, ADMINISTRATORS):
        return "Only administrators may make a version effective."
    if refusal := why_not_move(version, Status.APPROVED):
        return refusal
    missing = APPROVALS_NEEDED - Approval.objects.valid_for(version).values("approved_by").distinct().count()
    if missing > 0:
        return f"This content needs {missing} more approval{'' if missing == 1 else 's'}."
    return ""


def why_not_withdraw(user: User, version: Version) -> str:
    if not has_role(user, ADMINISTRATORS):
        return "Only administrators may withdraw a version."
    return why_not_move(version, Status.WITHDRAWN)


def why_not_open(version: Version) -> str:
    """Whether a version may be shown to everybody. Who may do so is for the publisher's own app to say."""
    status = StatusMove.objects.status_of(version)
    if status != Status.APPROVED:
        return f"Only an approved version can be published for everybody; this one is {Status(status).label.lower()}."
    return ""


def why_not_answer_questions(user: User) -> str:
    return "" if has_role(user, EDITORS) else "Only editors see and answer the questions that readers sent."
