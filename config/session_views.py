"""The sessions of whoever is signed in: how long this one lasts, and ending another."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST


@require_http_methods(["GET", "HEAD", "POST"])
def session_state(request: HttpRequest) -> JsonResponse:
    """Asked by static/js/idle.js. Looking keeps nothing awake, sending does. The token is for forms that were opened
    before somebody signed in anew."""
    if request.method == "POST":
        request.session.keep_awake(at_once=True)  # type: ignore[attr-defined]  # our own store
    told = {"person": request.user.pk, "seconds": request.session.seconds_left, "token": get_token(request)}  # type: ignore[attr-defined]  # our own store
    return JsonResponse(told)


@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends one of one's own sessions, at once; this one by signing out."""
    found = get_object_or_404(UserSession, pk=pk, user=request.user)
    if found.session_key == request.session.session_key:
        return redirect("account_logout")
    found.end()
    messages.success(request, "That session has ended. Whoever used it has to sign in again.")
    return redirect("usersessions_list")
