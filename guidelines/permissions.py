"""Who may move a version where. Each question is answered with a sentence, empty when it is allowed.

The same sentence guards the action, disables the button and explains it.
"""

from django.contrib.auth.models import User

from guidelines.models import Approval, Edit, StatusMove, Version
from guidelines.workflow import (
    ADMINISTRATORS,
    APPROVALS_NEEDED,
    AT_WORK,
    CLINICIAN,
    EDITORS,
    PROFESSIONS,
    REVIEWERS,
    Status,
    may_follow,
)  # fmt: skip


def has_role(user: User, *roles: str) -> bool:
    return user.is_active and user.groups.filter(name__in=roles).exists()


def profession_of(user: User) -> str:
    """What a reviewer approves as: a clinician, a pharmacist, or a reviewer who is neither and is not counted."""
    names = set(user.groups.filter(name__in=PROFESSIONS).values_list("name", flat=True))
    return next((name for name in PROFESSIONS if name in names), "reviewer")


def is_author(user: User, version: Version) -> bool:
    """Who wrote or submitted it answers for it, and cannot be among those who check it."""
    if version.author_id == user.pk or Edit.objects.filter(version=version, edited_by=user).exists():
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
    return why_not_enough(version)


def why_not_enough(version: Version) -> str:
    """What the approvals of this content still lack: a clinician and another clinician or a pharmacist, no author."""
    given = Approval.objects.valid_for(version).filter(role__in=PROFESSIONS).select_related("approved_by")
    roles = [approval.role for approval in given if not is_author(approval.approved_by, version)]
    missing = APPROVALS_NEEDED - len(roles)
    if missing > 0:
        of = "a clinician" if CLINICIAN not in roles else "a clinician or a pharmacist"
        return f"This content needs {missing} more approval{'' if missing == 1 else 's'}, one of {of}."
    return "" if CLINICIAN in roles else "This content needs the approval of a clinician."


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


def why_not_start_impact(user: User) -> str:
    """Starting it shows nothing of a patient: counts to everybody, names to those who look after them."""
    if has_role(user, *AT_WORK):
        return ""
    return "Only editors, reviewers and administrators may compare a version with the plans in use."
