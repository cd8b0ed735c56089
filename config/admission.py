"""Lets a request in as the registry of access says, before any view. What is not registered is refused, in production too.

It says whom an address is for. Which rows somebody may see is asked where they are read: `visible_to`, `readable_by`.
"""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme

from config.access import ANYONE, Rule, registry
from config.confirming import without_password, without_second_factor
from config.htmx import SIGNED_OUT, is_swapped
from patients.context import roles_of

logger = logging.getLogger("config.admission")


class AdmissionMiddleware(LoginRequiredMiddleware):
    """In Django's place for asking to sign in, and asking as Django does."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        known, match = registry(), request.resolver_match
        route = match.view_name if match else ""
        rules = known.rules.get(route)
        if rules is None:
            logger.error("Refused: %s has no entry in access.yaml", route or view_func.__qualname__)
            raise Http404("This address is not registered.")
        if not known.is_for_strangers(route) and not request.user.is_authenticated:
            return self.handle_no_permission(request, view_func)
        rule = rules.get(request.method or "")
        if rule is None:
            return HttpResponseNotAllowed(known.methods(route))
        if rule.who != ANYONE and not request.user.is_authenticated:
            return self.handle_no_permission(request, view_func)
        if rule.roles and not rule.explained and (why_not := rule.why_not(roles_of(request).held)):
            return render(request, "not_for_you.html", {"why_not": why_not, "rule": rule}, status=403)
        return self.asked_for_more(request, rule)

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseRedirect:
        """Asked to sign in. Whoever sent a form is told that it did not arrive, and comes back to its page."""
        answer = super().handle_no_permission(request, view_func)
        if request.method != "POST" or is_swapped(request):
            return answer  # of a part of a page, config.htmx says so
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            messages.warning(request, SIGNED_OUT)
        page = request.headers.get("Referer", "")
        if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
            return answer
        return redirect_to_login(iri_to_uri(urlsplit(page)._replace(scheme="", netloc="").geturl()))

    def asked_for_more(self, request: HttpRequest, rule: Rule) -> HttpResponse | None:
        """Of somebody whom it is for: what they must have, then what they must do."""
        if not isinstance(request.user, User):
            return None  # what is for anyone asks for nothing: the registry is refused otherwise
        answer = without_second_factor(request, request.user, rule) if rule.second_factor else None
        return answer or (without_password(request, request.user, rule) if rule.reauthenticate else None)
