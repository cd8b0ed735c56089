"""What happens to a version: load, edit, submit, review, approve, publish, withdraw, open to all. And its index."""

from datetime import date

import pghistory
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from guidelines import permissions, weekly_only
from guidelines.actions.impact import begin_impact
from guidelines.actions.questions import close_answered
from guidelines.actions.refusals import Refused, allow
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Package
from guidelines.guideline_file import checked
from guidelines.models import (
    Approval,
    Edit,
    EditKind,
    Guideline,
    Publication,
    SearchEntry,
    SearchWord,
    StatusMove,
    Version,
)
from guidelines.package import columns_of, compiled_version, delete_rows, package_of, write_rows
from guidelines.search_rows import entries_of, words_of
from guidelines.workflow import AT_WORK, PROFESSIONS, Status


def locked(version: Version) -> Version:
    """The version as it is now, ours until the transaction ends."""
    return Version.objects.select_for_update(of=("self",)).select_related("guideline").get(pk=version.pk)


def move(version: Version, to_status: Status, *, by: User | None, why: str = "") -> StatusMove:
    before = StatusMove.objects.status_of(version)
    return StatusMove.objects.create(
        version=version,
        from_status=before,
        to_status=to_status,
        moved_by=by,
        why=why,
        content_hash=version.content_hash,
    )


def current_hash(version: Version, content_hash: str) -> str:
    """The hash of the rows, which must be the one that was read: approval is of one exact content."""
    found = package_of(version).content_hash()
    if found != version.content_hash or found != content_hash:
        raise Refused("The content has changed since you read it. Read it again before you go on.")
    return found


def check(package: Package) -> CompiledPackage:
    """Refuses what the engine cannot run, and a weekly-only drug that the package has made an ordinary one."""
    compiled = checked(package)
    weekly_only.refuse_forgotten(package, weekly_only.known())
    return compiled


def write_index(version: Version, compiled: CompiledPackage) -> None:
    """What a search finds of the version: made of its content, so it goes with every write of content."""
    SearchEntry.objects.filter(version=version).delete()
    SearchWord.objects.filter(version=version).delete()
    entries = entries_of(version, compiled)
    SearchEntry.objects.bulk_create(entries)
    SearchWord.objects.bulk_create(words_of(version, entries))


@transaction.atomic
def index_version(*, version: Version) -> None:
    """Makes the version findable again: it was loaded before there was a search, or the search has changed."""
    version = locked(version)
    write_index(version, compiled_version(version))


def give_role(*, user: User, role: str) -> None:
    """Makes somebody editor, reviewer or administrator of guidelines, or says what a reviewer is by profession."""
    if role not in (*AT_WORK, *PROFESSIONS):
        raise Refused(f"There is no role {role}.")
    user.groups.add(Group.objects.get_or_create(name=role)[0])


@transaction.atomic
def load_package(
    *, package: Package, by: User | None, reason: str, level: str, is_demonstration: bool = False
) -> Version:
    """The package as a new draft; the same content again gives the version there is and writes nothing.

    `by` is None at the console only: whoever submits the draft then answers for it. A demonstration of content that is
    there already flags the draft; what people have begun to review, or have approved, is refused.
    """
    if by is not None:
        allow(permissions.why_not_load(by))
    compiled = check(package)
    content_hash = package.content_hash()
    with pghistory.context(action="load_package", user=by.pk if by else None):
        guideline, _ = Guideline.objects.get_or_create(slug=package.slug)
        Guideline.objects.select_for_update().get(pk=guideline.pk)
        versions = Version.objects.filter(guideline=guideline)
        # A draft that nobody has changed yet has the content of the version it began with.
        same = versions.filter(content_hash=content_hash)
        known = same.order_by(F("effective_on").desc(nulls_last=True), "-number").first()
        if known is not None:
            return flagged(known) if is_demonstration else known
        latest = versions.order_by("-number").first()
        version = Version.objects.create(
            guideline=guideline,
            number=latest.number + 1 if latest else 1,
            content_hash=content_hash,
            level=level,
            reason=reason,
            author=by,
            based_on=versions.current().first(),
            is_demonstration=is_demonstration,
            **columns_of(package, Version),
        )
        write_rows(version, package)
        write_index(version, compiled)
        move(version, Status.DRAFT, by=by, why=reason)
    return version


def flagged(version: Version) -> Version:
    """The draft as a demonstration, before invented reviewers approve it."""
    if not version.is_demonstration:
        status = Status(StatusMove.objects.status_of(version))
        if status != Status.DRAFT:
            raise Refused(
                f"{version.guideline}, {version} has this content, is {status.label.lower()} and is no demonstration;"
                " a demonstration is not made of it."
            )
        version.is_demonstration = True
        version.save(update_fields=["is_demonstration"])
    return version


@transaction.atomic
def replace_content(*, version: Version, package: Package, by: User, content_hash: str) -> Version:
    """Gives a draft new content. `content_hash` is the one that was read; approvals of it do not carry over."""
    version = locked(version)
    allow(permissions.why_not_edit(by, version))
    if package.slug != version.guideline.slug:
        raise Refused(f"This is a draft of {version.guideline.slug}, and the content is of {package.slug}.")
    if version.content_hash != content_hash:
        raise Refused("Somebody has changed this draft since you read it. Read it again before you go on.")
    compiled = check(package)
    with pghistory.context(action="replace_content", user=by.pk):
        delete_rows(version)
        for name, value in columns_of(package, Version).items():
            setattr(version, name, value)
        version.content_hash = package.content_hash()
        version.save()
        write_rows(version, package)
        write_index(version, compiled)
    Edit.objects.create(version=version, kind=EditKind.REPLACED, edited_by=by, content_hash=version.content_hash)
    return version


@transaction.atomic
def submit(*, version: Version, by: User, why: str = "") -> StatusMove:
    """Hands a draft to the reviewers, with a note for them (`why`)."""
    version = locked(version)
    allow(permissions.why_not_submit(by, version))
    current_hash(version, version.content_hash)
    begin_impact(version=version, by=by)
    return move(version, Status.SUBMITTED, by=by, why=why)


@transaction.atomic
def request_changes(*, version: Version, by: User, why: str) -> StatusMove:
    """Back to draft, with the reason. Approvals given so far hold only if the content comes back unchanged."""
    version = locked(version)
    allow(permissions.why_not_request_changes(by, version))
    if not why.strip():
        raise Refused("Say what should change.")
    return move(version, Status.DRAFT, by=by, why=why)


@transaction.atomic
def approve(*, version: Version, by: User, content_hash: str) -> Approval:
    """Approve exactly this content, in one's profession; refuse if it moved since it was read."""
    version = locked(version)
    given = Approval.objects.valid_for(version).filter(approved_by=by, content_hash=content_hash).first()
    if given is not None:
        return given  # sent twice, meant once
    allow(permissions.why_not_approve(by, version))
    found = current_hash(version, content_hash)
    begin_review(version, by)
    return Approval.objects.create(
        version=version, approved_by=by, content_hash=found, role=permissions.profession_of(by)
    )


def begin_review(version: Version, by: User) -> None:
    """The first word of a reviewer takes a submitted version under review."""
    if StatusMove.objects.status_of(version) == Status.SUBMITTED:
        move(version, Status.UNDER_REVIEW, by=by)


@transaction.atomic
def publish(
    *, version: Version, by: User, content_hash: str, effective_on: date | None = None, why: str = ""
) -> Version:
    """Make an approved content effective from a day on (today). From here on the database locks its rows."""
    version = locked(version)
    day = effective_on or timezone.localdate()
    allow(permissions.why_not_publish(by, version))
    # A demonstration may: the plans that it invents are of earlier days, too.
    if day < timezone.localdate() and not version.is_demonstration:
        raise Refused("A version cannot become effective in the past. Choose today or a later day.")
    # Two that are published at the same moment see each other's day.
    Guideline.objects.select_for_update().get(pk=version.guideline_id)
    allow(permissions.why_not_that_day(version, day))
    current_hash(version, content_hash)
    with pghistory.context(action="publish", user=by.pk):
        move(version, Status.APPROVED, by=by, why=why)
        version.effective_on = day
        version.save(update_fields=["effective_on"])
        close_answered(version=version, by=by)
        begin_impact(version=version, by=by, anew=True)
    return version


@transaction.atomic
def withdraw(*, version: Version, by: User, why: str) -> Version:
    """Take a version out of use at once; the one before it becomes current again, if there is one."""
    version = locked(version)
    allow(permissions.why_not_withdraw(by, version))
    if not why.strip():
        raise Refused("Say why this version is withdrawn.")
    with pghistory.context(action="withdraw", user=by.pk):
        move(version, Status.WITHDRAWN, by=by, why=why)
        version.withdrawn_at, version.withdrawn_by = timezone.now(), by
        version.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return version


@transaction.atomic
def open_to_all(*, version: Version, by: User, publisher_key: str, publisher: str) -> Publication:
    """Lets anyone with the link read a version. Whether `by` may speak for the publisher, the caller has asked."""
    version = locked(version)
    allow(permissions.why_not_open(version))
    given = Publication.objects.open().filter(version=version, publisher_key=publisher_key).first()
    if given is not None:
        return given  # sent twice, meant once
    with pghistory.context(action="open_to_all", user=by.pk):
        return Publication.objects.create(
            version=version, opened_by=by, publisher_key=publisher_key, publisher=publisher
        )


@transaction.atomic
def close_to_all(*, version: Version, by: User, publisher_key: str) -> None:
    """Ends this publisher's publication; the version stays public while another's is open."""
    version = locked(version)
    with pghistory.context(action="close_to_all", user=by.pk):
        Publication.objects.open().filter(version=version, publisher_key=publisher_key).update(
            closed_at=timezone.now(), closed_by=by
        )
