"""What every template may ask for, where its view does not say."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from patients.models import Clinic


def demonstration(request: HttpRequest) -> dict[str, Any]:
    """Whether this installation is a demonstration: asked only when a page prints it and its view has not said."""
    return {"demo": SimpleLazyObject(lambda: Clinic.objects.filter(is_demo=True).exists())}
