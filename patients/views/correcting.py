"""A result that is wrong: written anew, or marked as another patient's."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def observation_correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    raise Http404


@require_safe
def observation_disown(request: HttpRequest, pk: UUID) -> HttpResponse:
    raise Http404
