"""How guidelines are written, reviewed and approved here: a page for whoever reads one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def editorial_policy(request: HttpRequest) -> HttpResponse:
    return render(request, "guidelines/editorial_policy.html", {"section": "guidelines"})
