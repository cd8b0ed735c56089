"""Results in a file for a clinic: understood and shown, and written by a worker once somebody agrees."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe


@require_safe
def result_import_start(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_safe
def result_import_template(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_safe
def result_import_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    raise Http404


@require_POST
def result_import_agree(request: HttpRequest, pk: UUID) -> HttpResponse:
    raise Http404


@require_POST
def result_import_discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    raise Http404
