"""Where a version stands today, for whoever reads it: its status in words, who approved it, whether a newer one is in
use. Computed from moves and days each time it is read, never stored."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, NamedTuple

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from config.written_once import WrittenOnce
from guidelines.models import Approval, Publication, StatusMove, Version
from guidelines.workflow import Status, shown_status

Tone = Literal["ok", "caution", "stop"]


class ApprovedBy(NamedTuple):
    role: str
    approved_on: date


@dataclass(frozen=True)
class Standing:
    """What a reader must know before reading. Two that are equal are shown the same."""

    version_id: int
    slug: str
    number: int
    content_hash: str
    label: str
    effective_on: date | None
    withdrawn_on: date | None
    review_by: date | None
    is_review_overdue: bool
    is_demonstration: bool
    is_public: bool
    in_use_number: int | None  # of the version in use today, where it is another one
    reached: tuple[str, ...] = ()  # the statuses that its moves led through; only after `with_record`
    withdrawn_because: str = ""  # as a sentence; only after `with_record`
    approvals: tuple[ApprovedBy, ...] = ()  # of exactly this content; only after `with_record`

    @property
    def is_current(self) -> bool:
        return self.label == "Current"

    @property
    def is_out_of_use(self) -> bool:
        """It was in use, so that somebody may hold a plan that was made with it."""
        return self.label in ("Superseded", "Withdrawn")

    @property
    def is_locked(self) -> bool:
        return self.effective_on is not None

    @property
    def tone(self) -> Tone:
        if not self.is_current or self.is_demonstration:
            return "stop"
        return "caution" if self.is_review_overdue else "ok"

    @property
    def approved_on(self) -> date | None:
        return max((approval.approved_on for approval in self.approvals), default=None)


def read_rows(versions: QuerySet[Version], today: date) -> QuerySet[Version, Any]:
    """The columns of `Row` for these versions, in one statement."""
    current = Version.objects.effective(today).filter(guideline=OuterRef("guideline"))
    return (
        versions.with_status()  # type: ignore[attr-defined]  # the queryset of Version, whatever its rows
        .annotate(
            current_number=Subquery(current.order_by("-effective_on").values("number")[:1]),
            is_public=Exists(Publication.objects.open().filter(version=OuterRef("pk"))),
        )
        .values_list(
            "pk", "guideline__slug", "number", "content_hash", "last_status", "effective_on", "withdrawn_at",
            "review_by", "is_demonstration", "is_public", "current_number",
        )
    )  # fmt: skip


# Blanks that no guideline has; a number below nothing would make the statement empty.
NO_SLUG, NO_NUMBER, NO_DAY = "no-slug", 2_147_483_647, date.min


def rows_for(reader: User | AnonymousUser) -> WrittenOnce:
    """The row of one version, where this kind of reader may see it."""

    def written() -> tuple[str, tuple[Any, ...]]:
        readable = Version.objects.readable_by(reader).filter(guideline__slug=NO_SLUG, number=NO_NUMBER)
        statement: tuple[str, tuple[Any, ...]] = read_rows(readable, NO_DAY).order_by().query.sql_with_params()
        return statement

    return WrittenOnce(written, NO_SLUG, NO_NUMBER, NO_DAY, is_of_clinics=False)


# Most readers are strangers to one public version, or care for patients: for them this is nearly all that is left to do.
public_row, approved_row = rows_for(AnonymousUser()), rows_for(User(pk=-1))


def public_standing(slug: str, number: int) -> Standing | None:
    """Where a version stands that everybody may read; None if there is none such. One statement."""
    return standing_in(public_row, slug, number)


def approved_standing(slug: str, number: int) -> Standing | None:
    """Where a version stands that whoever is signed in may read; None if there is none such. One statement."""
    return standing_in(approved_row, slug, number)


def standing_in(rows: WrittenOnce, slug: str, number: int) -> Standing | None:
    today = timezone.localdate()
    row = rows.row(slug, number, today)
    return None if row is None else standing_from(row, today)


def standing_of(version: Version, on: date | None = None) -> Standing:
    """Where a version stands on a day (today)."""
    today = on or timezone.localdate()
    return standing_from(read_rows(Version.objects.filter(pk=version.pk), today).get(), today)


def standing_from(row: tuple[Any, ...], today: date) -> Standing:
    pk, slug, number, content_hash, last_status, effective_on, withdrawn_at, review_by, is_demo, is_public, current = (
        row
    )
    in_use = current if current is not None and current != number else None
    superseded = in_use is not None and effective_on is not None and effective_on <= today
    return Standing(
        version_id=pk,
        slug=slug,
        number=number,
        content_hash=content_hash,
        label=shown_status(last_status=last_status, effective_on=effective_on, is_superseded=superseded, today=today),
        effective_on=effective_on,
        withdrawn_on=timezone.localdate(withdrawn_at) if withdrawn_at else None,
        review_by=review_by,
        is_review_overdue=review_by is not None and review_by < today,
        is_demonstration=is_demo,
        is_public=is_public,
        in_use_number=in_use,
    )


def with_record(standing: Standing) -> Standing:
    """The same with what its moves and approvals say."""
    approvals = Approval.objects.filter(version=standing.version_id, content_hash=standing.content_hash)
    moves = StatusMove.objects.filter(version=standing.version_id).order_by("pk")
    why = moves.filter(to_status=Status.WITHDRAWN).values_list("why", flat=True).last() or ""
    return replace(
        standing,
        withdrawn_because=f"{why.strip().rstrip('.')}." if why else "",
        approvals=tuple(ApprovedBy(row.role, timezone.localdate(row.approved_at)) for row in approvals),
        reached=tuple(dict.fromkeys(moves.values_list("to_status", flat=True))),
    )
