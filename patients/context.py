"""What every template may ask for, where its view does not say."""

from typing import Any

from django.contrib.auth.models import AnonymousUser, Group, User
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from config.written_once import WrittenOnce
from guidelines.reviewing.waiting import queue_of
from guidelines.workflow import AT_WORK, EDITORS, REVIEWERS
from patients.models import Clinic

NOBODY = -1


def has_group(name: str) -> Exists:
    return Exists(Group.objects.filter(user=OuterRef("pk"), name=name))


# Every page of somebody who is signed in asks this.
work = WrittenOnce(
    lambda: (
        User.objects.filter(pk=NOBODY, is_active=True, groups__name__in=AT_WORK)
        .values_list(has_group(EDITORS), has_group(REVIEWERS))
        .distinct()
        .query.sql_with_params()
    ),
    NOBODY,
)


def demonstration(request: HttpRequest) -> dict[str, Any]:
    """Whether this installation is a demonstration: asked only when a page prints it and its view has not said."""
    return {"demo": SimpleLazyObject(lambda: Clinic.objects.filter(is_demo=True).exists())}


def roles(request: HttpRequest) -> dict[str, Any]:
    """What the menu has for those who work on guidelines: asked only when a page prints its menu."""
    row = SimpleLazyObject(lambda: Roles(request.user))
    return {
        "is_at_work": SimpleLazyObject(lambda: row.is_at_work),
        "is_editor": SimpleLazyObject(lambda: row.is_editor),
        "to_approve_count": SimpleLazyObject(lambda: row.to_approve_count()),
    }


class Roles:
    """The work of somebody; of most people, none."""

    def __init__(self, user: User | AnonymousUser) -> None:
        self.user = user
        row = work.row(user.pk) if user.is_authenticated else None
        self.is_at_work = row is not None
        self.is_editor, self.is_reviewer = row or (False, False)

    def to_approve_count(self) -> int:
        return len(queue_of(self.user).mine) if self.is_reviewer and isinstance(self.user, User) else 0
