"""Results pasted from a table: shown as they were understood, and written once somebody agrees."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def patient_results_paste(request: HttpRequest, pk: UUID) -> HttpResponse:
    raise Http404
