"""Who may move a version where. Each question is answered with a sentence, empty when it is allowed.

The same sentence guards the action, disables the button and explains it.
"""

from datetime import date

from django.contrib.auth.models import User

from guidelines import labels
from guidelines.findings import blocking
from guidelines.models import Approval, Comment, Edit, ImpactRun, JobState, StatusMove, Version
from guidelines.workflow import (
    ADMINISTRATORS,
    APPROVALS_NEEDED,
    AT_WORK,
    CLINICIAN,
    EDITORS,
    PROFESSIONS,
    REVIEWERS,
    Status,
    in_words,
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
    return f"A version that is {in_words(status)} cannot become {in_words(to_status)}."


def why_not_load(user: User) -> str:
    return "" if has_role(user, EDITORS) else "Only editors may load a guideline."


def why_not_begin_with(version: Version) -> str:
    """Who wrote what is not approved yet could approve it in a copy, whose only author is whoever made the copy."""
    if version.effective_on is None:
        return f"Version {version.number} is not approved. Change that draft, or begin with an approved version."
    return ""


def why_not_edit(user: User, version: Version) -> str:
    if not has_role(user, EDITORS):
        return "Only editors may change a guideline."
    status = StatusMove.objects.status_of(version)
    if status == Status.DRAFT:
        return ""
    if status in (Status.SUBMITTED, Status.UNDER_REVIEW):
        return "Only a draft can be changed. Ask for changes first, or make a new draft."
    return "Only a draft can be changed. Make a new one from this version."


def why_not_submit(user: User, version: Version) -> str:
    if not has_role(user, EDITORS):
        return "Only editors may submit a version for review."
    return why_not_move(version, Status.SUBMITTED) or why_not_new(version) or why_not_sound(version)


def why_not_new(version: Version) -> str:
    """Nothing is reviewed twice. The content of a version that has been replaced may be brought back."""
    approved = Version.objects.with_status().filter(guideline=version.guideline_id, effective_on__isnull=False)
    for same in approved.filter(content_hash=version.content_hash).exclude(pk=version.pk):
        if same.last_status == Status.WITHDRAWN:
            return f"Version {same.number} had exactly this content and was withdrawn. Change something first."
        in_use = Version.objects.current().filter(guideline=version.guideline_id)
        if not in_use.filter(effective_on__gt=same.effective_on).exists():
            return f"Nothing has been changed: version {same.number} is approved and has exactly this content."
    return ""


def why_not_sound(version: Version) -> str:
    """What the findings forbid, with the first of them."""
    found = blocking(version)
    if not found:
        return ""
    first = f"{labels.entry_in_words(found[0].place)}: {found[0].message}"
    return f"1 finding blocks it. {first}" if len(found) == 1 else f"{len(found)} findings block it. The first: {first}"


def why_not_request_changes(user: User, version: Version) -> str:
    if not has_role(user, REVIEWERS, EDITORS):
        return "Only reviewers and editors may send a version back."
    return why_not_move(version, Status.DRAFT)


def why_not_review(user: User, version: Version) -> str:
    """Whether this version is for this person to approve, whatever else it still waits for."""
    if not has_role(user, REVIEWERS):
        return "Only reviewers may approve."
    if is_author(user, version):
        return "You wrote or submitted this version. Somebody else must approve it."
    if StatusMove.objects.status_of(version) not in (Status.SUBMITTED, Status.UNDER_REVIEW):
        return "This version is not under review."
    if Approval.objects.valid_for(version).filter(approved_by=user).exists():
        return "You have approved this content already."
    return ""


def why_not_approve(user: User, version: Version) -> str:
    return why_not_review(user, version) or why_not_ready(version)


def why_not_ready(version: Version) -> str:
    """What a version waits for before anybody approves it."""
    return why_not_sound(version) or why_not_talked_over(version) or why_not_compared(version)


def why_not_talked_over(version: Version) -> str:
    open_ones = Comment.objects.open().filter(version=version).count()
    if not open_ones:
        return ""
    return f"{'1 comment is' if open_ones == 1 else f'{open_ones} comments are'} not resolved yet."


def why_not_compared(version: Version) -> str:
    """Whoever approves what takes the place of an approved version must see what that does to the plans made with it."""
    approved = Version.objects.filter(guideline=version.guideline_id, effective_on__isnull=False)
    if not approved.exclude(pk=version.pk).exists():
        return ""
    done = ImpactRun.objects.filter(version=version, content_hash=version.content_hash, state=JobState.DONE)
    return "" if done.exists() else "The impact on the active plans has not been worked out for this content yet."


def why_not_publish(user: User, version: Version) -> str:
    if not has_role(user, ADMINISTRATORS):
        return "Only administrators may make a version effective."
    if refusal := why_not_move(version, Status.APPROVED):
        return refusal
    return why_not_enough(version) or why_not_talked_over(version)


def why_not_that_day(version: Version, day: date) -> str:
    """One version begins on a day; and what is published last is not undone, unasked, by one that waits for its day."""
    later = Version.objects.filter(guideline=version.guideline_id, effective_on__gte=day, withdrawn_at=None)
    other = later.exclude(pk=version.pk).order_by("effective_on").first()
    if other is None:
        return ""
    if other.effective_on == day:
        return f"Version {other.number} becomes effective on that day. Choose another day, or withdraw it first."
    return (
        f"Version {other.number} becomes effective on {other.effective_on} and would take the place of this one."
        " Choose a later day, or withdraw it first."
    )


def why_not_enough(version: Version) -> str:
    """What the approvals of this content still lack: a clinician and another clinician or a pharmacist, no author."""
    given = Approval.objects.valid_for(version).filter(role__in=PROFESSIONS).select_related("approved_by")
    roles = [approval.role for approval in given if not is_author(approval.approved_by, version)]
    missing = APPROVALS_NEEDED - len(roles)
    if missing > 0:
        who = "a clinician" if CLINICIAN not in roles else "a clinician or a pharmacist"
        return f"This content needs {missing} more approval{'' if missing == 1 else 's, one of them'} by {who}."
    return "" if CLINICIAN in roles else "This content needs the approval of a clinician."


def why_not_withdraw(user: User, version: Version) -> str:
    if not has_role(user, ADMINISTRATORS):
        return "Only administrators may withdraw a version."
    return why_not_move(version, Status.WITHDRAWN)


def why_not_comment(user: User, version: Version) -> str:
    if not has_role(user, *AT_WORK):
        return "Only those who work on guidelines may comment."
    status = StatusMove.objects.status_of(version)
    if status in (Status.APPROVED, Status.WITHDRAWN):
        return f"A version that is {in_words(status)} takes no comments. Start a draft to change it."
    return ""


def why_not_resolve(user: User, comment: Comment) -> str:
    """An author does not clear away what a reviewer has found."""
    if refusal := why_not_comment(user, comment.version):
        return refusal
    if comment.commented_by_id == user.pk:
        return ""
    if not has_role(user, REVIEWERS) or is_author(user, comment.version):
        return "Only whoever wrote a comment, or a reviewer who did not write the version, resolves it. Reply to it."
    return ""


def why_not_open(version: Version) -> str:
    """Whether a version may be shown to everybody. Who may do so is for the publisher's own app to say."""
    status = StatusMove.objects.status_of(version)
    if status != Status.APPROVED:
        return f"Only an approved version can be published for everybody; this one is {in_words(status)}."
    return ""


def why_not_answer_questions(user: User) -> str:
    return "" if has_role(user, EDITORS) else "Only editors see and answer the questions that readers sent."


def why_not_start_impact(user: User) -> str:
    """Starting it shows nothing of a patient: counts to everybody, names to those who look after them."""
    if has_role(user, *AT_WORK):
        return ""
    return "Only editors, reviewers and administrators may compare a version with the plans in use."
