"""Who may do what here: the registry as a page, for whoever is signed in and for whoever answers for security."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.access import registry
from patients.context import roles_of


@require_safe
def access_rules(request: HttpRequest) -> HttpResponse:
    held = roles_of(request).held
    rows = [(rule, not rule.why_not(held)) for rule in registry().entries()]
    context = {"rows": rows, "held": sorted(held), "address_count": len(registry().rules)}
    return render(request, "patients/access_rules.html", context)
