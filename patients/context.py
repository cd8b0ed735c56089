"""What every template may ask for, where its view does not say."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from config.written_once import WrittenOnce
from guidelines.workflow import EDITORS
from patients.models import Clinic

NOBODY = -1
# Every page of somebody who is signed in asks this.
editor = WrittenOnce(
    lambda: (
        User.objects.filter(pk=NOBODY, is_active=True, groups__name=EDITORS).values_list("pk").query.sql_with_params()
    ),
    NOBODY,
)


def demonstration(request: HttpRequest) -> dict[str, Any]:
    """Whether this installation is a demonstration: asked only when a page prints it and its view has not said."""
    return {"demo": SimpleLazyObject(lambda: Clinic.objects.filter(is_demo=True).exists())}


def roles(request: HttpRequest) -> dict[str, Any]:
    """Whether the menu has the work of editors: asked only when a page prints its menu."""
    return {"is_editor": SimpleLazyObject(lambda: request.user.is_authenticated and bool(editor.row(request.user.pk)))}
