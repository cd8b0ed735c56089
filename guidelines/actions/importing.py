"""A guideline file becomes a draft: a new one, or the new content of one there is. Never anything but a draft.

Refuses what the engine could not run, and writes nothing for a content that is here already.
"""

from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from guidelines import permissions
from guidelines.actions.refusals import Refused, allow
from guidelines.actions.versions import load_package, locked, replace_content
from guidelines.engine.content import Package
from guidelines.models import Guideline, Level, Version


class Imported(NamedTuple):
    """`is_new`: whether anything was written; else `version` has this content already."""

    version: Version
    is_new: bool


@transaction.atomic
def import_package(*, package: Package, by: User, reason: str, level: str) -> Imported:
    """The package as a new draft. The first of its guideline, where nobody has loaded one yet."""
    allow(permissions.why_not_load(by))
    if not reason.strip():
        raise Refused("Say why the guideline is to be changed.")
    if level not in Level.values:
        raise Refused("Choose how much it changes for patients.")
    # Ours until the transaction ends, so that of two who import the same file one is told so.
    Guideline.objects.select_for_update().filter(slug=package.slug).first()
    same = Version.objects.filter(guideline__slug=package.slug, content_hash=package.content_hash())
    known = same.order_by(F("effective_on").desc(nulls_last=True), "-number").first()
    if known is not None:
        return Imported(known, is_new=False)
    in_use = Version.objects.filter(guideline__slug=package.slug).current().first()
    draft = load_package(
        package=package,
        by=by,
        reason=reason.strip(),
        level=level,
        # By way of a file, too, a demonstration does not become anything else.
        is_demonstration=in_use is not None and in_use.is_demonstration,
    )
    return Imported(draft, is_new=True)


@transaction.atomic
def import_into_draft(*, version: Version, package: Package, by: User, content_hash: str) -> Imported:
    """The package instead of what a draft says. `content_hash` is what the draft was when it was chosen."""
    version = locked(version)
    allow(permissions.why_not_edit(by, version))
    if package.slug == version.guideline.slug and package.content_hash() == version.content_hash:
        return Imported(version, is_new=False)
    done = replace_content(version=version, package=package, by=by, content_hash=content_hash)
    return Imported(done, is_new=True)
