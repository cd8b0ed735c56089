"""Changing a draft: a new draft, an entry or the head saved, removed, moved or put back. Each leaves an Edit.

What somebody else has changed since it was read is never written over: the conflict carries what stands there now.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import pghistory
from django.contrib.auth.models import User
from django.db import transaction
from pydantic import ValidationError

from config.clocks import moments_ago
from guidelines import editing, permissions
from guidelines.actions.refusals import Refused, allow
from guidelines.actions.versions import check, locked, move, write_index
from guidelines.editing import Direction, NotPossible
from guidelines.engine.content import Head, Package
from guidelines.engine.values import Content
from guidelines.guideline_file import ContentRefused
from guidelines.models import HEAD, Edit, EditKind, Version
from guidelines.package import (
    columns_of,
    delete_entry,
    delete_rows,
    package_of,
    write_entry,
    write_order,
    write_rows,
)
from guidelines.workflow import Status


class EditConflict(Refused):
    """Somebody changed this entry since it was read; `theirs` is what stands there now, None if it was removed."""

    def __init__(self, theirs: Content | None) -> None:
        super().__init__(
            "Somebody has removed this since you opened it. Your text is kept below."
            if theirs is None
            else "Somebody has changed this since you opened it. Both are shown below; nothing was saved."
        )
        self.theirs = theirs


@transaction.atomic
def start_draft(*, version: Version, by: User, reason: str, level: str) -> Version:
    """A new draft with the content of an approved `version`. Asked for twice in a moment, it is one."""
    allow(permissions.why_not_load(by) or permissions.why_not_begin_with(version))
    if not reason.strip():
        raise Refused("Say why the guideline is to be changed.")
    guideline = type(version.guideline).objects.select_for_update().get(pk=version.guideline_id)
    again = Version.objects.being_written().filter(
        guideline=guideline, based_on=version, author=by, reason=reason.strip(), level=level,
        created_at__range=moments_ago(),
    ).first()  # fmt: skip
    if again is not None:
        return again
    package = package_of(version)
    latest = Version.objects.filter(guideline=guideline).order_by("-number")[0]
    with pghistory.context(action="start_draft", user=by.pk):
        draft = Version.objects.create(
            guideline=guideline,
            number=latest.number + 1,
            content_hash=package.content_hash(),
            level=level,
            reason=reason.strip(),
            author=by,
            based_on=version,
            is_demonstration=version.is_demonstration,
            **columns_of(package, Version),
        )
        write_rows(draft, package)
        write_index(draft, check(package))
        move(draft, Status.DRAFT, by=by, why=reason.strip())
    return draft


class Change(NamedTuple):
    """One change of one entry, and the content after it."""

    part: str
    key: str
    kind: EditKind
    old: Content | None
    new: Content | None
    before: Package
    after: Package


@transaction.atomic
def save_entry(
    *, version: Version, by: User, part: str, entry: Content, read: str, stale: Collection[str] | None = None
) -> Edit | None:
    """Saves a new entry (`read` empty) or changes one; `read` is the fingerprint of what was read. None: no change.

    `part` is a collection of the Package, or the head. Where both wordings were looked at, `stale` is empty.
    """
    version, package = opened(version, by)
    change = saved(package, part, entry, read, stale)
    return write(version, [change], by)[0] if change else None


@transaction.atomic
def save_entries(*, version: Version, by: User, part: str, entries: Iterable[tuple[Content, str]]) -> list[Edit]:
    """Saves several entries of one part, each with the fingerprint of what was read: all of them, or none."""
    version, package = opened(version, by)
    changes: list[Change] = []
    for entry, read in entries:
        change = saved(changes[-1].after if changes else package, part, entry, read)
        changes += [change] if change else []
    return write(version, changes, by) if changes else []


def saved(
    package: Package, part: str, entry: Content, read: str, stale: Collection[str] | None = None
) -> Change | None:
    key = getattr(entry, "key", HEAD)
    old = found(package, part, key, read)
    after = possible(lambda: editing.with_entry(package, part, entry, stale=stale))
    if after == package:
        return None
    return Change(part, key, EditKind.ADDED if old is None else EditKind.CHANGED, old, entry, package, after)


@transaction.atomic
def remove_entry(*, version: Version, by: User, part: str, key: str, read: str) -> Edit:
    version, package = opened(version, by)
    old = found(package, part, key, read)
    if old is None:
        raise Refused("There is no such entry any more.")
    after = possible(lambda: editing.without_entry(package, part, key))
    return write(version, [Change(part, key, EditKind.REMOVED, old, None, package, after)], by)[0]


@transaction.atomic
def move_entry(*, version: Version, by: User, part: str, key: str, direction: Direction) -> Edit | None:
    version, package = opened(version, by)
    entry = editing.entry_of(package, part, key)
    if entry is None:
        raise Refused("There is no such entry any more.")
    after = editing.moved(package, part, key, direction)
    if after == package:
        return None
    return write(version, [Change(part, key, EditKind.MOVED, entry, entry, package, after)], by)[0]


@transaction.atomic
def undo_edit(*, edit: Edit, by: User, read: str) -> Edit | None:
    """Puts an entry back as it was before this edit: a changed one changed back, a removed one added, an added one
    removed. `read` is the fingerprint of the entry as it is now."""
    if edit.kind not in (EditKind.ADDED, EditKind.CHANGED, EditKind.REMOVED):
        raise Refused("This cannot be undone here. Move the entry, or import the earlier file.")
    if edit.before is None:
        return remove_entry(version=edit.version, by=by, part=edit.part, key=edit.key, read=read)
    entry_class = Head if edit.part == HEAD else editing.PARTS[edit.part].entry_class
    try:
        entry = entry_class.model_validate(edit.before)
    except ValidationError:
        raise Refused("This was written in an earlier form of guidelines. Write it anew.") from None
    return save_entry(version=edit.version, by=by, part=edit.part, entry=entry, read=read, stale=edit.stale_before)


def opened(version: Version, by: User) -> tuple[Version, Package]:
    """The draft and its content, ours until the transaction ends."""
    version = locked(version)
    allow(permissions.why_not_edit(by, version))
    return version, package_of(version)


def found(package: Package, part: str, key: str, read: str) -> Content | None:
    if part != HEAD and part not in editing.PARTS:
        raise Refused("A guideline has no such part.")
    entry = editing.entry_of(package, part, key)
    if not read and entry is not None:
        raise Refused(f"There is an entry {key} already. Give the new one a key of its own.")
    if editing.fingerprint(entry) != read:
        raise EditConflict(entry)
    return entry


def possible(change: Any) -> Package:
    try:
        package: Package = change()
    except NotPossible as problem:
        raise Refused(str(problem)) from None
    return package


def write(version: Version, changes: Sequence[Change], by: User) -> list[Edit]:
    """The changes as rows, their index and their record. Refuses a guideline that could not be run."""
    after = changes[-1].after
    try:
        compiled = check(after)
    except ContentRefused as refusal:
        raise Refused(str(refusal)) from None
    with pghistory.context(action="edit", user=by.pk):
        for change in changes:
            put(version, change)
        for name, value in columns_of(after, Version).items():
            setattr(version, name, value)
        version.content_hash = compiled.content_hash
        version.save()
        write_index(version, compiled)
    hashes = [*(change.after.content_hash() for change in changes[:-1]), compiled.content_hash]
    return [record(version, change, by, content_hash) for change, content_hash in zip(changes, hashes, strict=True)]


def put(version: Version, change: Change) -> None:
    """The rows of one change; what the version's own columns hold is the caller's."""
    part, after = change.part, change.after
    if part == "drugs" and weekly(change.before) != weekly(after):
        delete_rows(version)
        write_rows(version, after)
    elif change.kind == EditKind.REMOVED:
        delete_entry(version, part, change.key)
    elif change.kind == EditKind.MOVED:
        write_order(version, after, part)
    elif part != HEAD and change.new is not None:
        write_entry(version, after, part, change.new)


def record(version: Version, change: Change, by: User, content_hash: str) -> Edit:
    return Edit.objects.create(
        version=version,
        part=change.part,
        key=change.key,
        kind=change.kind,
        before=None if change.old is None else change.old.canonical(),
        after=None if change.new is None else change.new.canonical(),
        stale_before=editing.stale_of(change.before, change.part, change.key),
        edited_by=by,
        content_hash=content_hash,
    )


def weekly(package: Package) -> dict[str, bool]:
    """What every regimen carries of its drug."""
    return {drug.key: drug.weekly_only for drug in package.drugs}
