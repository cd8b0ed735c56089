"""What every template may ask for, where its view does not say."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from guidelines.permissions import why_not_answer_questions
from patients.models import Clinic


def demonstration(request: HttpRequest) -> dict[str, Any]:
    """Whether this installation is a demonstration: asked only when a page prints it and its view has not said."""
    return {"demo": SimpleLazyObject(lambda: Clinic.objects.filter(is_demo=True).exists())}


def roles(request: HttpRequest) -> dict[str, Any]:
    """Whether the menu has the work of editors: asked only when a page prints its menu."""
    return {
        "is_editor": SimpleLazyObject(
            lambda: isinstance(request.user, User) and not why_not_answer_questions(request.user)
        )
    }
