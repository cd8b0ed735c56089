"""A patient's results: all of them with where they came from, and several typed in at once."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def patient_results(request: HttpRequest, pk: UUID) -> HttpResponse:
    raise Http404


@require_safe
def patient_results_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    raise Http404
