"""What has happened to a version: moves, approvals with those that an edit voided, and edits, newest first."""

from datetime import datetime
from typing import Literal, NamedTuple

from django.contrib.auth.models import User

from guidelines.comparing.names import PARTS
from guidelines.models import HEAD, Approval, Edit, StatusMove, Version
from guidelines.workflow import Status

MOST_EDITS = 30
MOVED = {
    Status.DRAFT: "Draft begun", Status.SUBMITTED: "Submitted for review", Status.UNDER_REVIEW: "Review begun",
    Status.APPROVED: "Approved and given a day", Status.WITHDRAWN: "Withdrawn",
}  # fmt: skip


class Happened(NamedTuple):
    at: datetime
    who: str
    what: str
    why: str = ""
    content_hash: str = ""
    tone: Literal["", "ok", "stop", "void"] = ""


class Record(NamedTuple):
    rows: list[Happened]
    more_edits: int


def record_of(version: Version) -> Record:
    rows = [moved(move) for move in StatusMove.objects.filter(version=version).select_related("moved_by")]
    rows += [
        approved(version, approval)
        for approval in Approval.objects.filter(version=version).select_related("approved_by")
    ]
    edits = Edit.objects.filter(version=version).select_related("edited_by")
    rows += [edited(edit) for edit in edits[:MOST_EDITS]]
    return Record(sorted(rows, key=lambda row: row.at, reverse=True), max(edits.count() - MOST_EDITS, 0))


def moved(move: StatusMove) -> Happened:
    what = MOVED[Status(move.to_status)]
    if move.to_status == Status.DRAFT and move.from_status:
        what = "Sent back: changes requested"
    tone: Literal["", "stop"] = "stop" if move.to_status == Status.WITHDRAWN else ""
    return Happened(move.moved_at, name_of(move.moved_by), what, move.why, move.content_hash[:12], tone)


def approved(version: Version, approval: Approval) -> Happened:
    """Of an earlier content an approval is void, and stays in the record."""
    is_void = approval.content_hash != version.content_hash
    what = f"Approved as {approval.role}" + (", void since the content changed" if is_void else "")
    return Happened(
        approval.approved_at, name_of(approval.approved_by), what, "", approval.content_hash[:12],
        "void" if is_void else "ok",
    )  # fmt: skip


def edited(edit: Edit) -> Happened:
    if not edit.part:
        return Happened(edit.edited_at, name_of(edit.edited_by), edit.get_kind_display())
    subject = PARTS[HEAD][0] if edit.part == HEAD else f"{PARTS[edit.part][1]} {edit.key}"
    return Happened(edit.edited_at, name_of(edit.edited_by), f"{subject}: {edit.get_kind_display().lower()}")


def name_of(user: User | None) -> str:
    return (user.get_full_name() or user.get_username()) if user else "At the console"
