"""How far a version is on the way to approval, and what somebody may do about it now, or why not."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from django.contrib.auth.models import User

from guidelines import permissions
from guidelines.comparing.names import day
from guidelines.models import Version
from guidelines.permissions import ADMINISTRATORS, EDITORS, REVIEWERS, has_role
from guidelines.workflow import APPROVALS_NEEDED, Status

UNDER_WAY = (Status.SUBMITTED, Status.UNDER_REVIEW)


class Mark(NamedTuple):
    """One of the three marks of the way to approval."""

    word: str
    state: Literal["done", "current", "todo"]
    note: str


@dataclass(frozen=True)
class Act:
    """What somebody in a role may do, and why not yet."""

    url_name: str
    label: str
    why_not: str
    is_primary: bool = False

    @property
    def anchor(self) -> str:
        return f"why-not-{self.url_name}"


def marks_of(
    status: str, submitted_on: date | None, signed: int, *, is_enough: bool, effective_on: date | None
) -> list[Mark]:
    if status == Status.DRAFT:
        back = "sent back" if submitted_on else "not yet"
        return [Mark("Submitted", "current", back), Mark("Under review", "todo", ""), Mark("Approved", "todo", "")]
    first = Mark("Submitted", "done", day(submitted_on) if submitted_on else "")
    counted = f"{min(signed, APPROVALS_NEEDED)} of {APPROVALS_NEEDED} signed"
    if status == Status.SUBMITTED:
        return [first, Mark("Under review", "current", "waits for a reviewer"), Mark("Approved", "todo", "not yet")]
    if status == Status.UNDER_REVIEW and not is_enough:
        return [first, Mark("Under review", "current", counted), Mark("Approved", "todo", "not yet")]
    reviewed = Mark("Under review", "done", counted)
    if status == Status.UNDER_REVIEW:
        return [first, reviewed, Mark("Approved", "current", "waits for its day")]
    return [first, reviewed, Mark("Approved", "done", f"in use from {day(effective_on)}" if effective_on else "")]


def acts_of(version: Version, status: str, user: User) -> list[Act]:
    """What is offered to this person at this point; what is refused for now says why."""
    if status == Status.DRAFT:
        edit = [Act("draft_edit", "Edit", "")] if has_role(user, EDITORS) else []
        refusal = permissions.why_not_submit(user, version)
        return [*edit, Act("version_submit", "Submit for review", refusal, is_primary=True)]
    acts: list[Act] = []
    is_reviewer, is_administrator = has_role(user, REVIEWERS), has_role(user, ADMINISTRATORS)
    if status in UNDER_WAY and has_role(user, REVIEWERS, EDITORS):
        acts.append(Act("version_request_changes", "Request changes" if is_reviewer else "Take it back", ""))
    if status in UNDER_WAY and is_reviewer:
        acts.append(Act("version_approve", "Approve", permissions.why_not_approve(user, version), is_primary=True))
    if status in UNDER_WAY and is_administrator:
        refusal = permissions.why_not_publish(user, version)
        acts.append(Act("version_publish", "Publish", refusal, is_primary=not is_reviewer))
    if status == Status.APPROVED and is_administrator:
        acts.append(Act("version_withdraw", "Withdraw", ""))
    return acts
