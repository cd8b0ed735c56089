"""What an address asks for beyond being signed in: a second factor, and the password once more.

A form that is sent without either comes back in a page that carries everything typed; nothing of it is kept elsewhere.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ReauthenticateForm
from allauth.account.internal.flows import reauthentication
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import resolve_url

from config.access import Rule
from config.acting import acting_as_system
from config.htmx import is_swapped, render_instead
from patients.models import Clinic

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
SECOND, CONFIRM = "mfa", "confirm"
PASSWORD = f"{CONFIRM}-password"
NOT_CARRIED = ("csrfmiddlewaretoken", PASSWORD)  # of which each page has its own


@receiver(authenticator_added, dispatch_uid="config.confirming")
def remember_second_factor(request: HttpRequest, user: User, authenticator: Authenticator, **told: Any) -> None:
    """Who sets one up has just shown that they hold it. Their other sessions have not."""
    if authenticator.type in SECOND_FACTORS:
        record_authentication(request, user, SECOND, id=authenticator.pk, type=authenticator.type)


def is_demonstration() -> bool:
    """Whether nobody is cared for here: every clinic there is belongs to the demonstration. See docs/decisions/0018."""
    with acting_as_system():  # also the clinics that are nothing to whoever asks
        return set(Clinic.objects.order_by().values_list("is_demo", flat=True).distinct()) == {True}


def without_second_factor(request: HttpRequest, user: User, rule: Rule) -> HttpResponse | None:
    """The page that says how to get one, or nothing where this person has one and has used it in this session.

    A session that is older than the second factor has not, and is asked to use it.
    """
    if not settings.SECOND_FACTOR_REQUIRED:
        return None
    has_one = is_mfa_enabled(user, types=SECOND_FACTORS)
    was_used = any(record["method"] == SECOND for record in get_authentication_records(request, user))
    if (has_one and was_used) or is_demonstration():
        return None
    context = {"rule": rule, "has_one": has_one, "carried": carried(request)}
    # htmx shows no 403 in place of a page.
    return render_instead(request, "account/second_factor.html", context, status=422 if is_swapped(request) else 403)


def without_password(request: HttpRequest, user: User, rule: Rule) -> HttpResponse | None:
    """The page that asks for the password, or nothing where it was given within the last minutes."""
    sent = forget_password(request)
    if not reauthentication.is_reauthentication_required(request, app="config"):
        return None
    if request.method != "POST":
        return redirect_to_login(request.get_full_path(), resolve_url("account_reauthenticate"))
    form = ReauthenticateForm(sent, user=user, prefix=CONFIRM)
    if sent is not None and form.is_valid():  # wrong ones count among failed sign-ins
        reauthentication.reauthenticate_by_password(request)
        return None
    ways = get_adapter().get_reauthentication_methods(user)
    context = {
        "rule": rule,
        "form": form if user.has_usable_password() else None,
        "ways": [way for way in ways if way["id"] != "reauthenticate"],
        "carried": carried(request),
    }
    return render_instead(request, "account/confirm.html", context, status=422)


def forget_password(request: HttpRequest) -> QueryDict | None:
    """The form with the password in it, if it is. The view finds the form as it was filled in, and no password."""
    if PASSWORD not in request.POST:
        return None
    sent, kept = request.POST, request.POST.copy()
    del kept[PASSWORD]
    kept._mutable = False  # as Django makes it
    request.POST = kept  # type: ignore[assignment]  # its stubs know only what Django has made
    return sent


def carried(request: HttpRequest) -> list[tuple[str, str]] | None:
    """Everything that was typed, in its order, to be sent again; nothing where nothing was sent."""
    if request.method != "POST":
        return None
    return [(name, str(value)) for name, values in request.POST.lists() if name not in NOT_CARRIED for value in values]
