"""What every template may ask for, where its view does not say."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from config.written_once import WrittenOnce
from guidelines.workflow import AT_WORK, EDITORS
from patients.models import Clinic

NOBODY = -1


def written() -> tuple[str, tuple[Any, ...]]:
    """Whether somebody is an editor, and whether they work on guidelines at all."""
    groups = User.groups.through.objects.filter(user=OuterRef("pk"))
    asked = (Exists(groups.filter(group__name=EDITORS)), Exists(groups.filter(group__name__in=AT_WORK)))
    return User.objects.filter(pk=NOBODY, is_active=True).values_list(*asked).query.sql_with_params()


# Every page of somebody who is signed in asks this.
work = WrittenOnce(written, NOBODY)


def demonstration(request: HttpRequest) -> dict[str, Any]:
    """Whether this installation is a demonstration: asked only when a page prints it and its view has not said."""
    return {"demo": SimpleLazyObject(lambda: Clinic.objects.filter(is_demo=True).exists())}


def roles(request: HttpRequest) -> dict[str, Any]:
    """Whether the menu has the work of editors, and the drafts: asked once, and only when a page prints its menu."""
    asked = SimpleLazyObject(lambda: (request.user.is_authenticated and work.row(request.user.pk)) or (False, False))
    return {"is_editor": SimpleLazyObject(lambda: asked[0]), "is_at_work": SimpleLazyObject(lambda: asked[1])}
