"""What every template may ask for, where its view does not say."""

from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from config.written_once import WrittenOnce
from guidelines.reviewing.waiting import queue_of
from guidelines.workflow import AT_WORK, EDITORS, REVIEWERS
from patients.models import Clinic, Membership

NOBODY = -1


def written() -> tuple[str, tuple[Any, ...]]:
    """Whether somebody works on guidelines, as editor or as reviewer, and whether in a clinic."""
    groups = User.groups.through.objects.filter(user=OuterRef("pk"))
    asked = (
        Exists(groups.filter(group__name__in=AT_WORK)),
        Exists(groups.filter(group__name=EDITORS)),
        Exists(groups.filter(group__name=REVIEWERS)),
        Exists(Membership.objects.filter(user=OuterRef("pk"))),
    )
    return User.objects.filter(pk=NOBODY, is_active=True).values_list(*asked).query.sql_with_params()


# Every page of somebody who is signed in asks this.
work = WrittenOnce(written, NOBODY)


def demonstration(request: HttpRequest) -> dict[str, Any]:
    """Whether this installation is a demonstration: asked only when a page prints it and its view has not said."""
    return {"demo": SimpleLazyObject(lambda: Clinic.objects.filter(is_demo=True).exists())}


def roles(request: HttpRequest) -> dict[str, Any]:
    """What the menu has for this person: asked once, and only when a page prints its menu."""
    row = SimpleLazyObject(lambda: Roles(request.user))
    return {
        "is_at_work": SimpleLazyObject(lambda: row.is_at_work),
        "is_editor": SimpleLazyObject(lambda: row.is_editor),
        "has_clinic": SimpleLazyObject(lambda: row.has_clinic),
        "to_approve_count": SimpleLazyObject(lambda: row.to_approve_count()),
    }


class Roles:
    """What somebody does here."""

    def __init__(self, user: User | AnonymousUser) -> None:
        self.user = user
        row = work.row(user.pk) if user.is_authenticated else None
        self.is_at_work, self.is_editor, self.is_reviewer, self.has_clinic = row or (False, False, False, False)

    def to_approve_count(self) -> int:
        return len(queue_of(self.user).mine) if self.is_reviewer and isinstance(self.user, User) else 0
