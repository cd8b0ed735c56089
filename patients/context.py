"""What every template may ask for, where its view does not say."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from config.written_once import WrittenOnce
from guidelines.reviewing.waiting import to_approve_count
from guidelines.workflow import AT_WORK, EDITORS, REVIEWERS
from patients.models import Clinic

NOBODY = -1


def written() -> tuple[str, tuple[Any, ...]]:
    """Whether somebody works on guidelines at all, and is an editor, and a reviewer."""
    groups = User.groups.through.objects.filter(user=OuterRef("pk"))
    asked = (Exists(groups.filter(group__name__in=names)) for names in (AT_WORK, (EDITORS,), (REVIEWERS,)))
    return User.objects.filter(pk=NOBODY, is_active=True).values_list(*asked).query.sql_with_params()


# Every page of somebody who is signed in asks this.
work = WrittenOnce(written, NOBODY)


def demonstration(request: HttpRequest) -> dict[str, Any]:
    """Whether this installation is a demonstration: asked only when a page prints it and its view has not said."""
    return {"demo": SimpleLazyObject(lambda: Clinic.objects.filter(is_demo=True).exists())}


def roles(request: HttpRequest) -> dict[str, Any]:
    """What the menu has for those who work on guidelines: asked once, and only when a page prints its menu."""
    asked = SimpleLazyObject(lambda: (request.user.is_authenticated and work.row(request.user.pk)) or (False,) * 3)
    return {
        "is_at_work": SimpleLazyObject(lambda: asked[0]),
        "is_editor": SimpleLazyObject(lambda: asked[1]),
        "to_approve_count": SimpleLazyObject(lambda: to_approve_count(request.user) if asked[2] else 0),
    }
